// The bytes of an original, as a list of parts: so that they are never joined, and their memory is given back when it is not needed any
// more, and not when the next collection of garbage happens to come.

const smallestPart = 16 << 10, largestPart = 1 << 20;

export class Parts {
  /** The count of all bytes. */
  length = 0;
  #parts = [];
  /** The unused end of the last part. */
  #room = new Uint8Array();

  /** @param expected Where it is known how many come: then there is one part. Only memory that is written to is taken. */
  constructor(expected = 0) {
    if (expected > 0) this.#grow(expected);
  }

  append(bytes) {
    while (bytes.length > 0) {
      if (this.#room.length === 0) this.#grow(Math.min(Math.max(this.length, smallestPart), largestPart));
      const part = bytes.subarray(0, this.#room.length);
      this.#room.set(part);
      this.#room = this.#room.subarray(part.length);
      this.length += part.length;
      bytes = bytes.subarray(part.length);
    }
  }

  *[Symbol.iterator]() {
    for (const [index, part] of this.#parts.entries()) {
      yield index === this.#parts.length - 1 ? part.subarray(0, part.length - this.#room.length) : part;
    }
  }

  /** After this there are no bytes. */
  free() {
    // Detached from its memory, which goes back at once.
    for (const part of this.#parts) part.buffer.transfer(0);
    this.#parts = [];
    this.#room = new Uint8Array();
    this.length = 0;
  }

  #grow(count) {
    this.#room = new Uint8Array(count);
    this.#parts.push(this.#room);
  }
}
