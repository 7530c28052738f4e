import { Parts } from "../deno/parts.mjs";
import { equal } from "./support.mjs";

Deno.test("parts hold what was appended, whatever was expected, until they are freed", () => {
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => index * 7);
  for (const expected of [undefined, 1, 1000, bytes.length, bytes.length + 5]) {
    for (const step of [1 << 16, 1_000_003, bytes.length]) {
      const parts = new Parts(expected);
      for (let start = 0; start < bytes.length; start += step) parts.append(bytes.subarray(start, start + step));
      parts.append(new Uint8Array());
      equal(parts.length, bytes.length);
      let place = 0;
      for (const part of parts) {
        equal(part.every((byte, index) => byte === bytes[place + index]), true);
        place += part.length;
      }
      equal(place, bytes.length);
      const [first] = parts;
      parts.free();
      equal([parts.length, [...parts].length, first.length], [0, 0, 0]);
    }
  }
  equal([...new Parts(), ...new Parts(10)].map(({ length }) => length), [0]);
});
