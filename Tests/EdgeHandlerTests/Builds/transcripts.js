// The body of a function of `input`: what the edge bundle asks for and answers, call by call, with effects that come out as a table says.
// Gives a list of lines for each call, or a checksum of them. `BuildsAgreeTests.swift` writes the same natively.

const [path, setup, table, form, ...calls] = input;
const results = JSON.parse(table);
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** FNV-1a of 32 bits. */
const checksum = (bytes) => bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

let lines = [];
let pending = [];
const bytesAt = (pointer, length) => new Uint8Array(exports.memory.buffer, pointer, length).slice();
const effect = (kind) => (_request, number, pointer, length) => {
  const bytes = bytesAt(pointer, length);
  lines.push(`${kind} ${decoder.decode(bytes)}`);
  pending.push([number, results[kind][checksum(bytes) % results[kind].length]]);
};
const end = (kind) => (_request, pointer, length) => lines.push(`${kind} ${decoder.decode(bytesAt(pointer, length))}`);

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Deno.readFileSync(path)), {
  net: { fetch: effect("fetch"), exchange: effect("exchange") },
  pixels: { inspect: effect("inspect"), render: effect("render"), sample: effect("sample") },
  outputs: { lookUp: effect("lookUp"), settle: end("settle") },
  records: { perform: effect("records") },
  secrets: { perform: effect("secrets") },
  log: { note: end("note") },
  response: { send: end("send") },
});

const withText = (text, call) => {
  const bytes = encoder.encode(text);
  const pointer = exports.allocate(bytes.length);
  new Uint8Array(exports.memory.buffer, pointer, bytes.length).set(bytes);
  const value = call(pointer, bytes.length);
  exports.deallocate(pointer);
  return value;
};

if (withText(setup, exports.configure)) throw new Error("the setup is refused");
return calls.map((call, index) => {
  [lines, pending] = [[], []];
  withText(call, (...text) => exports.handle(index, ...text));
  while (pending.length > 0) {
    const [number, result] = pending.shift();
    withText(result, (...text) => exports.resume(number, ...text));
  }
  lines.sort();
  return form === "lines" ? lines : [String(checksum(encoder.encode(lines.join("\n"))))];
});
