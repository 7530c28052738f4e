// What the edge bundle costs in V8, without any network: prints one line of JSON.
//
//   deno run --allow-read bench/wasm-cost.mjs [decisions]
//
// instantiate: from the compiled module to an instance that is configured; first: from there to the first decision (each the best of
// several, in ms). hit: one request that is answered from the store, with everything that the worker does for it (mean, in µs).

import { createWorker } from "../wasm/worker.mjs";

const bytes = Deno.readFileSync(new URL("../wasm/dist/edge.wasm", import.meta.url));
const count = Number(Deno.args[0] ?? 20_000);
const body = new Uint8Array(20_000);
const stored = { body, isText: false, mediaType: "image/webp", expires: Math.floor(Date.now() / 1000) + 1_000_000 };
const never = () => Promise.reject(new Error("a hit needs nothing else"));
const effects = {
  net: { fetch: never },
  pixels: { perform: never },
  outputs: { peek: () => stored, get: never, put: never },
};
const call = {
  method: "GET",
  target: "/samples/lighthouse.jpg?w=800&h=600&fit=cover&quality=75",
  fields: [
    "Host", "demo.localhost:8080", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept", "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "Accept-Language", "en-US,en;q=0.5",
    "Accept-Encoding", "gzip, deflate, br, zstd", "Referer", "https://www.example.com/", "Sec-Fetch-Dest", "image",
    "Connection", "keep-alive",
  ],
  isHTTP10: false,
  isSecure: false,
};

const milliseconds = async (work) => {
  const start = performance.now();
  const value = await work();
  return [performance.now() - start, value];
};

const [compile, module] = await milliseconds(() => WebAssembly.compile(bytes));
let instantiate = Infinity;
let first = Infinity;
for (let round = 0; round < 5; round += 1) {
  const [made, worker] = await milliseconds(() => createWorker({ module, ...effects }));
  const [decided] = await milliseconds(() => worker.respond(call));
  instantiate = Math.min(instantiate, made);
  first = Math.min(first, decided);
}

const worker = await createWorker({ module, ...effects });
const run = async (times) => {
  for (let index = 0; index < times; index += 1) {
    const { status } = await worker.respond(call);
    if (status !== 200) throw new Error(`the answer is ${status}`);
  }
};
await run(count / 4);
const [total] = await milliseconds(() => run(count));

const compressed = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
const round = (value) => Math.round(value * 100) / 100;
console.log(JSON.stringify({
  bytes: bytes.length,
  gzippedBytes: compressed.byteLength,
  compileMilliseconds: round(compile),
  instantiateMilliseconds: round(instantiate),
  firstDecisionMilliseconds: round(first),
  hitMicroseconds: round(total / count * 1000),
  hitsPerSecond: Math.round(count / total * 1000),
}));
