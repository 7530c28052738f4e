// The worker and the real module, with a host that is played.

import { createWorker } from "../worker.mjs";
import { assert, equal, until } from "./support.mjs";

const module = await WebAssembly.compile(await Deno.readFile(new URL("../dist/edge.wasm", import.meta.url)));

const original = new Uint8Array(1000).fill(7);
const output = new Uint8Array([1, 2, 3]);
const found = { response: { status: 200, contentType: "image/png", body: original, milliseconds: 3 } };
const header = { format: "png", width: 100, height: 50, orientation: 1, frames: 1, hasAlpha: false };

/** A host in memory. What it is given in `played` replaces what it would do. */
function host(played = {}) {
  const stored = new Map();
  const seen = { fetches: [], renders: [], stored };
  return {
    seen,
    net: {
      fetch(outbound, tools) {
        seen.fetches.push(outbound);
        return played.fetch ? played.fetch(outbound, tools) : Promise.resolve(found);
      },
    },
    pixels: {
      perform(kind, text, blobs, signal, share) {
        seen.renders.push({ kind, work: JSON.parse(text), share });
        if (played.perform) return played.perform(kind, text, blobs, signal, share);
        if (kind === "inspect") return Promise.resolve({ result: { image: header } });
        return Promise.resolve({ result: { output: { body: 0, byteCount: 3, milliseconds: 1 } }, body: output });
      },
    },
    outputs: {
      peek: (key) => stored.get(key),
      get: (key) => Promise.resolve(stored.get(key)),
      put: (key, value) => Promise.resolve(stored.set(key, value)),
    },
  };
}

const call = (target, fields = []) => ({
  method: "GET",
  target,
  fields: ["Host", "demo.localhost", ...fields],
  isHTTP10: false,
  isSecure: false,
});

const text = (answer) => new TextDecoder().decode(answer.body);

function field(answer, name) {
  const place = answer.fields.findIndex((one, index) => index % 2 === 0 && one === name);
  return place < 0 ? undefined : answer.fields[place + 1];
}

Deno.test("the module imports what is documented and nothing else", () => {
  const imports = WebAssembly.Module.imports(module).map(({ module, name, kind }) => `${kind} ${module}.${name}`);
  equal(imports.sort(), [
    "function log.note",
    "function net.exchange",
    "function net.fetch",
    "function outputs.lookUp",
    "function outputs.settle",
    "function pixels.inspect",
    "function pixels.render",
    "function pixels.sample",
    "function records.perform",
    "function response.send",
    "function secrets.perform",
  ]);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  const documented = [
    "allocate", "cancel", "configure", "contract", "deallocate", "decoding", "handle", "memory", "permits", "refusal", "resume", "sqlite", "workspaces",
  ];
  equal(exports.sort(), documented);
});

Deno.test("a miss is fetched, looked at, rendered and stored; then it is a hit", async () => {
  const { seen, ...effects } = host();
  const worker = await createWorker({ module, ...effects });
  const miss = await worker.respond(call("/samples/a.png?w=10&format=webp"));
  equal([miss.status, [...miss.body], field(miss, "Cache-Status")], [200, [1, 2, 3], "imgedge; fwd=miss; stored"]);
  equal(seen.fetches.map(({ target }) => target), [{ sample: "a.png" }]);
  equal(seen.renders.map(({ kind, share }) => [kind, share]), ["inspect", "render"].map((kind) => [kind, { workspace: "demo", weight: 1 }]));
  equal(seen.stored.size, 1);
  const hit = await worker.respond(call("/samples/a.png?format=webp&w=10"));
  equal([hit.status, [...hit.body], field(hit, "Cache-Status")], [200, [1, 2, 3], "imgedge; hit"]);
  equal(seen.fetches.length, 1);
});

Deno.test("what is on disk only is a hit too, and nothing is fetched", async () => {
  const first = host();
  const { seen: _, ...effects } = first;
  await (await createWorker({ module, ...effects })).respond(call("/samples/a.png?w=10"));
  const [[key, kept]] = first.seen.stored;
  const second = host();
  const outputs = { peek: () => undefined, get: (asked) => Promise.resolve(asked === key ? kept : undefined) };
  const worker = await createWorker({ module, net: second.net, pixels: second.pixels, outputs });
  equal(field(await worker.respond(call("/samples/a.png?w=10")), "Cache-Status"), "imgedge; hit");
  equal(second.seen.fetches.length, 0);
});

Deno.test("identical misses in flight are made once", async () => {
  const { seen, ...effects } = host();
  const worker = await createWorker({ module, ...effects });
  const answers = await Promise.all([1, 2, 3].map(() => worker.respond(call("/samples/a.png?w=10"))));
  equal(answers.map((answer) => field(answer, "Cache-Status")), [
    "imgedge; fwd=miss; stored",
    "imgedge; fwd=miss; collapsed",
    "imgedge; fwd=miss; collapsed",
  ]);
  equal(seen.fetches.length, 1);
});

Deno.test("who waits for a miss that fails gets the same problem", async () => {
  const { seen, ...effects } = host({ fetch: () => Promise.resolve({ failed: "timedOut" }) });
  const worker = await createWorker({ module, ...effects });
  const answers = await Promise.all([1, 2].map(() => worker.respond(call("/samples/a.png?w=10"))));
  equal(answers.map(({ status }) => status), [504, 504]);
  equal(text(answers[0]), text(answers[1]));
  equal([seen.fetches.length, seen.stored.size], [1, 0]);
});

Deno.test("a trap in one request does not take down the next", async () => {
  let leaveHanging;
  const hanging = new Promise((resolve) => leaveHanging = resolve);
  const { seen: _, ...effects } = host({ fetch: ({ target: { sample } }) => sample.endsWith("slow.png") ? hanging : Promise.resolve(found) });
  let isBroken = false;
  const trap = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class {
    constructor(module, imports) {
      const { exports } = new Instance(module, imports);
      this.exports = { ...exports, resume: (...call) => isBroken ? trap() : exports.resume(...call) };
    }
  };
  const faults = [];
  try {
    const worker = await createWorker({ module, ...effects, log: { note() {}, fault: (message) => faults.push(message) } });
    const inFlight = worker.respond(call("/samples/slow.png?w=10"));
    isBroken = true;
    const lost = await worker.respond(call("/samples/a.png?w=10"));
    isBroken = false;
    for (const answer of [lost, await inFlight]) {
      equal([answer.status, field(answer, "Content-Type")], [500, "application/problem+json"]);
      equal(JSON.parse(text(answer)).code, "internal-error");
    }
    leaveHanging(found);
    equal((await worker.respond(call("/samples/a.png?w=10"))).status, 200);
    equal((await worker.respond(call("/samples/slow.png?w=10"))).status, 200);
    equal([faults, worker.work, worker.heldBytes], [["the module was lost and is replaced"], 0, 0]);
  } finally {
    WebAssembly.Instance = Instance;
  }
});

Deno.test("a result that breaks the contract is a 500, and the next request is served", async () => {
  let result = { image: { ...header, orientation: 9 } };
  const { seen: _, ...effects } = host({
    perform: (kind) => Promise.resolve(kind === "inspect" ? { result } : { result: "failed" }),
  });
  const worker = await createWorker({ module, ...effects });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 500);
  result = "unsupported";
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 415);
});

/** What no host may give, of whatever effect. */
const cyclic = {};
cyclic.itself = cyclic;
const garbage = {
  nothing: undefined,
  null: null,
  "a number": 7,
  "a string": "garbage",
  "a list": [],
  "an empty object": {},
  "a cycle": cyclic,
  "a bigint": { result: 1n, response: 1n },
  "a symbol": { result: Symbol("x"), response: Symbol("x") },
};
const throwing = {
  "a throw": () => {
    throw new Error("broken");
  },
  "a rejection": () => Promise.reject(new Error("broken")),
  "a rejection with nothing": () => Promise.reject(),
};
const giving = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => Promise.resolve(value)]));
const rendered = (output) => ({ result: { output }, body: new Uint8Array([1, 2, 3]) });
const outputs = {
  "an output without bytes": { result: { output: { body: 0, byteCount: 3, milliseconds: 1 } } },
  "an output of no bytes": { result: { output: { body: 0, byteCount: 3, milliseconds: 1 } }, body: "abc" },
  "an output of other bytes": rendered({ body: 0, byteCount: 4, milliseconds: 1 }),
  "an output of nothing": rendered(5),
  "an output without members": rendered({}),
  "an output with more members": rendered({ body: 0, byteCount: 3, milliseconds: 1, more: 1 }),
  "an unknown result": { result: "whatever" },
  "a cycle in a result": { result: { output: cyclic }, body: new Uint8Array([1, 2, 3]) },
};
const responses = Object.fromEntries(
  [
    { status: 200 },
    { status: 200, body: null, milliseconds: 1 },
    { status: 200, body: 5, milliseconds: 1 },
    { status: 200, body: { length: -1 }, milliseconds: 1 },
    { status: 200, body: { length: NaN }, milliseconds: 1 },
    { status: "200", body: original, milliseconds: 1 },
    { status: 200, body: original, milliseconds: -1 },
    { status: 200, body: original, milliseconds: 1.5 },
    { status: 200, body: original, milliseconds: 1, more: 1 },
  ].map((response, index) => [`response ${index}`, { response }]),
);
const stored = Object.fromEntries(
  [
    "garbage",
    { body: "abc", mediaType: "image/png", expires: 1e10 },
    { body: new Uint8Array(3), expires: 1e10 },
    { body: new Uint8Array(3), mediaType: 5, expires: 1e10 },
    { body: new Uint8Array(3), mediaType: "image/png" },
    { body: new Uint8Array(3), mediaType: "image/png", expires: 1n },
    { body: new Uint8Array(3), mediaType: "image/png", expires: 1e300 },
  ].map((output, index) => [`output ${index}`, output]),
);

/** By effect: what it does instead, and the status of two requests, of which one waits for the other. */
const broken = [
  ["net.fetch", (work) => ({ fetch: work }), { ...giving({ ...garbage, ...responses }) }, [500]],
  ["net.fetch", (work) => ({ fetch: work }), throwing, [502]],
  ["pixels.inspect", inspecting, giving({ ...garbage, ...outputs }), [500]],
  ["pixels.inspect", inspecting, throwing, [503]],
  ["pixels.render", rendering, giving({ ...garbage, ...outputs }), [500]],
  ["pixels.render", rendering, throwing, [500]],
  ["pixels.hasRoom", (work) => ({ hasRoom: work }), { ...giving({ nothing: null, no: 0 }), ...throwing }, [503, 503]],
  // A store that fails has nothing.
  ["outputs.get", (work) => ({ get: work }), giving(stored), [500, 500]],
  ["outputs.get", (work) => ({ get: work }), throwing, [200]],
  ["outputs.peek", (work) => ({ peek: work }), Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, () => value])), [500]],
  ["outputs.peek", (work) => ({ peek: work }), { "a throw": throwing["a throw"] }, [200]],
  ["outputs.put", (work) => ({ put: work }), { ...giving(garbage), ...throwing }, [200]],
  ["log.note", (work) => ({ note: work }), { "a throw": throwing["a throw"] }, [200]],
  ["log.fault", (work) => ({ fault: work, put: throwing["a rejection"] }), { "a throw": throwing["a throw"] }, [200]],
];

function inspecting(work) {
  return { perform: (kind) => kind === "inspect" ? work() : Promise.resolve(rendered({ body: 0, byteCount: 3, milliseconds: 1 })) };
}

function rendering(work) {
  return { perform: (kind) => kind === "inspect" ? Promise.resolve({ result: { image: header } }) : work() };
}

Deno.test("whatever a host gives is that request's fault alone: no answer is missing, and nothing stays taken", async () => {
  const errors = console.error;
  console.error = () => {};
  try {
    for (const [effect, change, faults, statuses] of broken) {
      for (const [name, work] of Object.entries(faults)) {
        let isBroken = true;
        const played = change(() => work());
        const { seen: _, ...effects } = host(Object.fromEntries(
          ["fetch", "perform"].filter((one) => played[one]).map((one) => [one, (...call) => isBroken ? played[one](...call) : whole[one](...call)]),
        ));
        const { get, peek, put } = effects.outputs;
        const either = (one, otherwise) => (...call) => isBroken && played[one] ? played[one](...call) : otherwise(...call);
        effects.outputs = { get: either("get", get), peek: either("peek", peek), put: either("put", put) };
        effects.pixels.hasRoom = either("hasRoom", () => Promise.resolve(true));
        const lost = [];
        const fault = (message) => message.startsWith("the module") && lost.push(message);
        const log = { note: either("note", () => {}), fault: either("fault", fault) };
        const worker = await createWorker({ module, ...effects, log, maximumWork: 2 });
        const answers = await Promise.all([1, 2].map(() => worker.respond(call("/samples/a.png?w=10"))));
        const said = `${effect} with ${name}`;
        equal([said, answers.map(({ status }) => status)], [said, [statuses[0], statuses[1] ?? statuses[0]]]);
        assert(answers.every(({ status, body }) => status !== 200 || [...body].join() === "1,2,3"), `${said}: other bytes`);
        equal([said, lost, worker.work, worker.heldBytes], [said, [], 0, 0]);
        isBroken = false;
        const next = await Promise.all([1, 2].map((one) => worker.respond(call(`/samples/b.png?w=1${one}`))));
        equal([said, next.map(({ status }) => status)], [said, [200, 200]]);
        await until(() => worker.work === 0 && worker.heldBytes === 0);
      }
    }
  } finally {
    console.error = errors;
  }
});

/** What an unbroken host does. */
const whole = {
  fetch: () => Promise.resolve(found),
  perform: (kind) => Promise.resolve(kind === "inspect" ? { result: { image: header } } : rendered({ body: 0, byteCount: 3, milliseconds: 1 })),
};

Deno.test("an original that can be freed is, once its request is over", async () => {
  let frees = 0;
  const body = { length: 1000, free: () => frees += 1 };
  const { seen: _, ...effects } = host({
    fetch: () => Promise.resolve({ response: { ...found.response, body } }),
    perform(kind, _text, [blob]) {
      assert(blob === body && frees === 0);
      return whole.perform(kind);
    },
  });
  const worker = await createWorker({ module, ...effects });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 200);
  equal(frees, 1);
});

Deno.test("work that nobody waits for is stopped", async () => {
  let stopped = false;
  const { seen, ...effects } = host({
    fetch: (_outbound, { signal }) => new Promise(() => signal.addEventListener("abort", () => stopped = true)),
  });
  const worker = await createWorker({ module, ...effects });
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [one, other].map(({ signal }) => worker.respond(call("/samples/a.png?w=10"), signal));
  while (seen.fetches.length === 0) await new Promise((resolve) => setTimeout(resolve));
  one.abort();
  await new Promise((resolve) => setTimeout(resolve));
  assert(!stopped, "it was stopped although another waits for it");
  other.abort();
  await Promise.all(answers.slice(0, 1));
  assert(stopped, "it goes on although nobody waits for it");
});

Deno.test("who has left while the store was asked takes no claim from those who came after", async () => {
  let release;
  const { seen, ...effects } = host({ fetch: () => new Promise((resolve) => release = () => resolve(found)) });
  const asked = [];
  effects.outputs.get = () => new Promise((resolve, reject) => asked.push({ resolve, reject }));
  const worker = await createWorker({ module, ...effects });
  for (const end of ["resolve", "reject"]) {
    const gone = new AbortController();
    const target = `/samples/${end}.png?w=10`;
    const left = worker.respond(call(target), gone.signal);
    gone.abort();
    await left;
    const first = worker.respond(call(target));
    const [late, own] = asked.splice(0);
    late[end]();
    own.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    const second = worker.respond(call(target));
    equal(asked.length, 0);
    release();
    equal([await first, await second].map((answer) => field(answer, "Cache-Status")), [
      "imgedge; fwd=miss; stored",
      "imgedge; fwd=miss; collapsed",
    ]);
  }
  equal([seen.fetches.length, worker.work], [2, 0]);
});

Deno.test("at most so many misses are in the making", async () => {
  let release;
  const waiting = new Promise((resolve) => release = () => resolve(found));
  const { seen: _, ...effects } = host({ fetch: () => waiting });
  const worker = await createWorker({ module, ...effects, maximumWork: 1 });
  const first = worker.respond(call("/samples/a.png?w=10"));
  const second = await worker.respond(call("/samples/b.png?w=10"));
  equal([second.status, field(second, "Retry-After")], [503, "1"]);
  equal((await worker.respond(call("/readyz"))).status, 503);
  release();
  equal((await first).status, 200);
  equal((await worker.respond(call("/readyz"))).status, 200);
});

const workspaces = JSON.stringify({
  workspaces: ["noisy", "quiet", "third"].map((namespace) => ({ namespace, sources: { web: { kind: "http", prefix: `https://${namespace}.example/` } } })),
});

const ask = (workspace, target) => ({ ...call(target), fields: ["Host", `${workspace}.localhost`] });

Deno.test("a workspace is served while another's misses take all the room, of which the last gives way", async () => {
  const aborted = [];
  let release;
  const waiting = new Promise((resolve) => release = () => resolve(found));
  const { seen, ...effects } = host({
    fetch({ target: { url = "" } }, { signal }) {
      if (!url.startsWith("https://noisy.example/")) return Promise.resolve(found);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          aborted.push(url);
          resolve({ failed: "unreachable" });
        });
        waiting.then(resolve);
      });
    },
  });
  const worker = await createWorker({ module, setup: { workspaces }, ...effects, maximumWork: 4 });
  const flood = [1, 2, 3, 4].map((number) => worker.respond(ask("noisy", `/web/${number}.png?w=10`)));
  const collapsed = worker.respond(ask("noisy", "/web/4.png?w=10"));
  while (seen.fetches.length < 4) await new Promise((resolve) => setTimeout(resolve));
  equal([(await worker.respond(ask("noisy", "/web/5.png?w=10"))).status, (await worker.respond(call("/readyz"))).status], [503, 200]);
  for (const number of [1, 2, 3]) {
    equal((await worker.respond(ask("quiet", `/web/${number}.png?w=10`))).status, 200);
    equal((await worker.respond(ask("third", `/web/${number}.png?w=10`))).status, 200);
  }
  for (const answer of [await flood[3], await collapsed]) {
    equal([answer.status, JSON.parse(text(answer)).code, field(answer, "Retry-After")], [503, "overloaded", "1"]);
  }
  equal([aborted, worker.work], [["https://noisy.example/4.png"], 3]);
  release();
  equal((await Promise.all(flood)).map(({ status }) => status), [200, 200, 200, 503]);
  equal([worker.work, worker.heldBytes], [0, 0]);
  equal((await worker.respond(ask("noisy", "/web/4.png?w=10"))).status, 200);
});

Deno.test("what has given way in any effect is answered 503, and does nothing more", async () => {
  for (const held of ["inspect", "render", "sample"]) {
    let release;
    const waiting = new Promise((resolve) => release = resolve);
    const { seen, ...effects } = host({
      async perform(kind, _text, _blobs, _signal, share) {
        if (share.workspace === "noisy" && kind === held) await waiting;
        if (kind === "inspect") return { result: { image: header } };
        if (kind === "sample") return { result: { sample: { raster: { width: 1, height: 1, rgba: "AAAAAA==" }, milliseconds: 1 } } };
        return { result: { output: { body: 0, byteCount: 3, milliseconds: 1 } }, body: output };
      },
    });
    const worker = await createWorker({ module, setup: { workspaces }, ...effects, maximumWork: 2 });
    const path = held === "sample" ? "/info" : "/transform";
    const flood = [1, 2].map((number) => worker.respond(ask("noisy", `${path}?src=web/${number}.png`)));
    while (seen.renders.filter(({ kind }) => kind === held).length < 2) await new Promise((resolve) => setTimeout(resolve));
    equal((await worker.respond(ask("quiet", `${path}?src=web/1.png`))).status, 200);
    equal((await flood[1]).status, 503);
    const count = seen.renders.length;
    release();
    equal((await flood[0]).status, 200);
    await new Promise((resolve) => setTimeout(resolve));
    equal([worker.work, worker.heldBytes], [0, 0]);
    assert(seen.renders.length - count <= 1, "it goes on");
  }
});

Deno.test("the pixels are asked for room of the workspace", async () => {
  const { seen: _, ...effects } = host();
  const asked = [];
  effects.pixels.hasRoom = (share) => {
    asked.push(share?.workspace);
    return Promise.resolve(share?.workspace !== "noisy");
  };
  const worker = await createWorker({ module, setup: { workspaces }, ...effects });
  equal((await worker.respond(ask("noisy", "/web/1.png?w=10"))).status, 503);
  equal((await worker.respond(ask("quiet", "/web/1.png?w=10"))).status, 200);
  equal((await worker.respond(call("/readyz"))).status, 200);
  equal([asked, worker.work], [["noisy", undefined, "quiet"], 0]);
});

Deno.test("a miss is turned away before its original is fetched while the pixels have no room", async () => {
  const { seen, ...effects } = host();
  let hasRoom = true;
  effects.pixels.hasRoom = () => Promise.resolve(hasRoom);
  const worker = await createWorker({ module, ...effects });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 200);
  hasRoom = false;
  const two = await Promise.all(["b", "b"].map((name) => worker.respond(call(`/samples/${name}.png?w=10`))));
  equal(two.map((answer) => [answer.status, field(answer, "Retry-After")]), [[503, "1"], [503, "1"]]);
  equal([seen.fetches.length, worker.work], [1, 0]);
  equal(field(await worker.respond(call("/samples/a.png?w=10")), "Cache-Status"), "imgedge; hit");
  equal((await worker.respond(call("/readyz"))).status, 503);
  hasRoom = true;
  equal((await worker.respond(call("/samples/b.png?w=10"))).status, 200);
  equal((await worker.respond(call("/readyz"))).status, 200);
});

Deno.test("pixels that cannot be asked for room have none", async () => {
  const { seen: _, ...effects } = host();
  const faults = [];
  let isThere = false;
  effects.pixels.hasRoom = () => isThere ? Promise.resolve(true) : Promise.reject(new Error("gone"));
  const log = { note() {}, fault: (message) => faults.push(message) };
  const worker = await createWorker({ module, ...effects, log });
  const two = await Promise.all([1, 2].map(() => worker.respond(call("/samples/a.png?w=10"))));
  equal([two.map(({ status }) => status), faults], [[503, 503], ["the pixels cannot be asked for room"]]);
  isThere = true;
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 200);
});

Deno.test("originals for which there is no room are turned away", async () => {
  let render;
  const rendering = new Promise((resolve) => render = resolve);
  const body = new Uint8Array(600);
  const { seen: _, ...effects } = host({
    fetch: (_outbound, { hold }) => Promise.resolve(hold(600) ? { response: { ...found.response, body } } : { failed: "overloaded" }),
    async perform(kind) {
      if (kind === "inspect") return { result: { image: header } };
      await rendering;
      return { result: { output: { body: 0, byteCount: 3, milliseconds: 1 } }, body: output };
    },
  });
  const worker = await createWorker({ module, setup: { maximumOriginalBytes: 600 }, ...effects, maximumHeldBytes: 1199 });
  const first = worker.respond(call("/samples/a.png?w=10"));
  while (worker.heldBytes === 0) await new Promise((resolve) => setTimeout(resolve));
  const second = await worker.respond(call("/samples/b.png?w=10"));
  equal([second.status, field(second, "Retry-After"), worker.heldBytes], [503, "1", 600]);
  render();
  equal((await first).status, 200);
  equal(worker.heldBytes, 0);
  equal((await worker.respond(call("/samples/b.png?w=10"))).status, 200);
});

Deno.test("one original has room in any case, and a failed one gives back what it took", async () => {
  let isShort = false;
  const { seen: _, ...effects } = host({
    fetch(_outbound, { hold }) {
      const isHeld = [600, 400].every(hold);
      return Promise.resolve(!isHeld ? { failed: "overloaded" } : isShort ? { failed: "unreachable" } : found);
    },
  });
  const worker = await createWorker({ module, setup: { maximumOriginalBytes: 1000 }, ...effects, maximumHeldBytes: 0 });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 200);
  isShort = true;
  equal((await worker.respond(call("/samples/b.png?w=10"))).status, 502);
  equal(worker.heldBytes, 0);
});

Deno.test("outputs that nobody has read yet are bounded, by workspace; what several send counts once, and one is sent in any case", async () => {
  let size = 60;
  const { seen: _, ...effects } = host({
    perform(kind) {
      if (kind === "inspect") return Promise.resolve({ result: { image: header } });
      const body = new Uint8Array(size);
      return Promise.resolve({ result: { output: { body: 0, byteCount: body.length, milliseconds: 1 } }, body });
    },
  });
  const worker = await createWorker({ module, setup: { workspaces }, ...effects, maximumSentBytes: 90 });
  const first = await worker.respond(ask("noisy", "/web/1.png?w=10"));
  const same = await worker.respond(ask("noisy", "/web/1.png?w=10"));
  equal([first.status, same.status, field(same, "Cache-Status"), worker.sentBytes], [200, 200, "imgedge; hit", 60]);
  equal([(await worker.respond(ask("noisy", "/web/2.png?w=10"))).status, worker.sentBytes], [503, 60]);
  size = 20;
  equal([(await worker.respond(ask("noisy", "/web/3.png?w=10"))).status, worker.sentBytes], [200, 80]);
  size = 8;
  equal((await worker.respond(ask("noisy", "/web/4.png?w=10"))).status, 503);
  const quiet = await worker.respond(ask("quiet", "/web/4.png?w=10"));
  equal([quiet.status, worker.sentBytes], [200, 88]);
  first.sent();
  equal(worker.sentBytes, 88);
  same.sent();
  equal(worker.sentBytes, 28);
  // A hit has bytes too, and who has gone sends nothing.
  const gone = new AbortController();
  const left = worker.respond(ask("noisy", "/web/1.png?w=10"), gone.signal);
  gone.abort();
  quiet.sent();
  await until(() => worker.sentBytes === 20);
  equal([(await worker.respond(ask("noisy", "/web/1.png?w=10"))).status, worker.sentBytes], [200, 80]);
  Promise.resolve(left).catch(() => {});
});

Deno.test("what has been answered is noted once, with the module's record and what was measured", async () => {
  const noted = [];
  const log = { note: (usage) => noted.push(usage), fault: () => {} };
  const { seen: _, ...effects } = host({ fetch: ({ target: { sample } }) => Promise.resolve(sample.endsWith("none.png") ? { failed: "timedOut" } : found) });
  const worker = await createWorker({ module, ...effects, log });
  const gone = new AbortController();
  const lost = worker.respond(call("/samples/c.png"), gone.signal);
  gone.abort();
  await lost;
  await worker.respond(call("/samples/a.png?w=10", ["Origin", "https://a.example", "Cookie", "secret"]));
  await worker.respond(call("/samples/a.png?w=10"));
  await Promise.all([1, 2].map(() => worker.respond(call("/samples/none.png?v=secret"))));
  await worker.respond({ ...call("/samples/a.png"), fields: [] });
  worker.refuse(0);
  equal(
    noted.map(({ milliseconds, byteCount, ...usage }) => (assert(milliseconds >= 0 && byteCount > 0), usage)),
    [
      { namespace: "demo", method: "GET", path: "/samples/a.png", origin: "https://a.example", cache: "miss", status: 200 },
      { namespace: "demo", method: "GET", path: "/samples/a.png", cache: "hit", status: 200 },
      ...["miss", "collapsed"].map((cache) => (
        { namespace: "demo", method: "GET", path: "/samples/none.png", code: "source-timeout", cache, status: 504 }
      )),
      ...[1, 2].map(() => ({ status: 400 })),
    ],
  );
});

Deno.test("addresses are judged by the module", async () => {
  const judged = {};
  const { seen: _, ...effects } = host({
    fetch(_outbound, { permits }) {
      for (const address of ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.1.2.3", "192.0.2.1", "93.184.216.34", "nonsense"]) {
        judged[address] = permits(address);
      }
      return Promise.resolve({ failed: "addressRefused" });
    },
  });
  const worker = await createWorker({ module, setup: { allowedNetworks: ["10.1.0.0/16"] }, ...effects });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 403);
  equal(judged, {
    "127.0.0.1": false,
    "10.1.2.3": true,
    "::1": false,
    "::ffff:10.1.2.3": true,
    "192.0.2.1": false,
    "93.184.216.34": true,
    nonsense: false,
  });
});

Deno.test("what to do with a compressed body is said by the module", async () => {
  const said = {};
  const { seen: _, ...effects } = host({
    fetch(_outbound, { decoding }) {
      for (const field of ["", "gzip", "aws-chunked, DEFLATE", "br", "gzip, gzip"]) said[field] = decoding(field);
      return Promise.resolve({ failed: decoding("zstd") });
    },
  });
  const worker = await createWorker({ module, ...effects });
  equal((await worker.respond(call("/samples/a.png?w=10"))).status, 502);
  equal(said, { "": "none", gzip: "gzip", "aws-chunked, DEFLATE": "deflate", br: "encoded:br", "gzip, gzip": "encoded:several" });
});

Deno.test("a wrong setup is refused with the module's words", async () => {
  const { seen: _, ...effects } = host();
  const complaint = (setup) => createWorker({ module, setup, ...effects }).then(() => "none", (error) => error.message);
  equal(
    await complaint({ workspaces: '{"workspaces":[{"namespace":"acme","colour":1}]}' }),
    'workspace "acme": colour: is not a field here',
  );
  assert((await complaint({ allowedNetworks: ["10.0.0.0/99"] })).startsWith("setup: allowedNetworks: "));
});

Deno.test("the standard entry answers Request with Response", async () => {
  const { seen: _, ...effects } = host();
  const worker = await createWorker({ module, ...effects });
  const get = await worker.fetch(new Request("http://demo.localhost:8080/samples/a.png?w=10&format=webp"));
  equal([get.status, get.headers.get("content-type"), [...new Uint8Array(await get.arrayBuffer())]], [200, "image/webp", [1, 2, 3]]);
  const head = await worker.fetch(new Request("http://demo.localhost/samples/a.png?w=10&format=webp", { method: "HEAD" }));
  equal([head.status, head.headers.get("content-length"), (await head.arrayBuffer()).byteLength], [200, "3", 0]);
  const unmodified = await worker.fetch(
    new Request("http://demo.localhost/samples/a.png?w=10&format=webp", { headers: { "If-None-Match": get.headers.get("etag") } }),
  );
  equal(unmodified.status, 304);
});

Deno.test("a thousand requests at once in one instance", async () => {
  const { seen, ...effects } = host();
  const worker = await createWorker({ module, ...effects, maximumWork: 2000 });
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => worker.respond(call(`/samples/${index % 500}.png?w=10`))),
  );
  assert(answers.every(({ status }) => status === 200));
  equal(seen.fetches.length, 500);
});
