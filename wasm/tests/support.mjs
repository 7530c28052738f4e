// What the tests of this folder share.

export function assert(condition, message) {
  if (!condition) throw new Error(message ?? "it does not hold");
}

export function equal(actual, expected) {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value));
  assert(one === other, `${one} is not ${other}`);
}

/** Resolves once something has become true. */
export async function until(condition) {
  for (let turn = 0; !condition(); turn += 1) {
    assert(turn < 6000, "it never becomes true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The rule of `Content-Encoding` is the module's; these are a few of its answers. */
export const decoding = (field) => ({ "": "none", gzip: "gzip", deflate: "deflate", "gzip, gzip": "encoded:several" })[field] ?? "encoded:" + field;
