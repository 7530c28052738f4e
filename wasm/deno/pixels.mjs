// Pixel work by `imgedge pixels`, over HTTP on loopback. README.md documents what is sent.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param base Where the service listens, as `http://127.0.0.1:8081`. */
export function createPixels(base) {
  return {
    /** Not where it does not answer, either. */
    async hasRoom() {
      try {
        const answer = await fetch(`${base}/readyz`);
        await answer.body?.cancel();
        return answer.ok;
      } catch {
        return false;
      }
    },
    async perform(kind, text, blobs, signal) {
      const named = [...blobsIn(JSON.parse(text))];
      const list = named.flatMap((id) => [id, blobs[id].length]);
      const head = encoder.encode(`{"work":${text},"blobs":${JSON.stringify(list)}}`);
      const body = join(head, named.map((id) => blobs[id]));
      const answer = await fetch(`${base}/${kind}`, { method: "POST", body, signal });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (!answer.ok) throw new Error(`the pixel service answered ${answer.status}`);
      const length = new DataView(bytes.buffer).getUint32(0, true);
      return { result: JSON.parse(decoder.decode(bytes.subarray(4, 4 + length))), body: bytes.subarray(4 + length) };
    },
  };
}

/** Every `blob` that is named somewhere in a work. */
function blobsIn(value, found = new Set()) {
  if (typeof value !== "object" || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    if (name === "blob") found.add(member);
    else blobsIn(member, found);
  }
  return found;
}

function join(head, blobs) {
  const body = new Uint8Array(blobs.reduce((count, blob) => count + blob.length, 4 + head.length));
  new DataView(body.buffer).setUint32(0, head.length, true);
  body.set(head, 4);
  let offset = 4 + head.length;
  for (const blob of blobs) {
    body.set(blob, offset);
    offset += blob.length;
  }
  return body;
}
