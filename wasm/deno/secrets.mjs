// Seals and opens secrets with the operator's keys, by WebCrypto's AES-256-GCM.
//
// The form of a sealed text is said in README.md, at `secrets.perform`.

const version = "1", nonceCount = 12, tagCount = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * @param text The keys: `ID:KEY` and, behind commas, older ones; `undefined` for a host without any.
 * @throws With what is wrong with them, and nothing of a key.
 */
export async function createSecrets(text) {
  const keys = new Map();
  for (const [index, item] of (text ?? "").split(",").entries()) {
    if (text === undefined) break;
    const [, id, base64] = item.match(/^([a-z0-9]{1,32}):(.*)$/) ?? [];
    const place = `key ${index + 1}`;
    if (id === undefined) throw new Error(`${place} is not ID:KEY with an id of 1 to 32 lower-case letters and digits`);
    const bytes = bytesOf(base64);
    if (bytes?.length !== 32) throw new Error(`${place} (${id}) is not 32 bytes in base64`);
    if (keys.has(id)) throw new Error(`${place}: its id ${id} is there twice`);
    keys.set(id, await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  async function seal(text, binding) {
    const [entry] = keys;
    if (entry === undefined) return null;
    const nonce = crypto.getRandomValues(new Uint8Array(nonceCount));
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(nonce, binding), entry[1], encoder.encode(text)));
    return `${version}.${entry[0]}.${toBase64URL([...nonce, ...sealed])}`;
  }

  async function open(text, binding) {
    const [, id, base64] = text.match(/^1\.([a-z0-9]{1,32})\.([A-Za-z0-9_-]*)$/) ?? [];
    const [key, bytes] = [keys.get(id), base64 && bytesOf(base64.replaceAll("-", "+").replaceAll("_", "/"))];
    if (key === undefined || !(bytes?.length >= nonceCount + tagCount)) return null;
    try {
      const nonce = bytes.subarray(0, nonceCount);
      return decoder.decode(await crypto.subtle.decrypt(algorithm(nonce, binding), key, bytes.subarray(nonceCount)));
    } catch {
      // Not what was sealed, or for another place.
      return null;
    }
  }

  return {
    /** Texts and bindings by turns; a text or `null` for each. */
    perform({ operation, secrets }) {
      const work = operation === "seal" ? seal : open;
      const results = [];
      for (let index = 0; index < secrets.length; index += 2) results.push(work(secrets[index], secrets[index + 1]));
      return Promise.all(results);
    },
  };
}

const algorithm = (iv, binding) => ({ name: "AES-GCM", iv, additionalData: encoder.encode(binding), tagLength: tagCount * 8 });

function bytesOf(base64) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function toBase64URL(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
