// The client of the pixel service, with a service that is played.

import http from "node:http";
import net from "node:net";
import { createNet } from "../deno/net.mjs";
import { Parts } from "../deno/parts.mjs";
import { createPixels } from "../deno/pixels.mjs";
import { assert, decoding, equal, until } from "./support.mjs";

const plan = (blobs, timeoutMilliseconds = 60_000) => JSON.stringify({ pictures: blobs.map((blob) => ({ blob })), timeoutMilliseconds });
const never = new AbortController().signal;

/** Answers with `answer(received, response)`; remembers what it received. */
async function service(answer, options = {}) {
  const received = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    const one = { method: request.method, path: request.url, headers: request.headers, isGone: false };
    received.push(one);
    response.on("close", () => one.isGone = !response.writableFinished);
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      // The caller has gone before all of it was there.
      return;
    }
    one.body = new Uint8Array(await new Blob(chunks).arrayBuffer());
    answer(one, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const log = [];
  const pixels = createPixels({
    base: `http://127.0.0.1:${server.address().port}`,
    secret: "s".repeat(32),
    threads: 2,
    log: { fault: (message) => log.push(message), notice: (message) => log.push(message) },
    ...options,
  });
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { received, pixels, log, stop, server, render: (text, blobs, signal = never) => pixels.perform("render", text, blobs, signal) };
}

function reply(response, result, output = new Uint8Array()) {
  const text = new TextEncoder().encode(JSON.stringify(result));
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, text.length, true);
  const body = Uint8Array.from([...head, ...text, ...output]);
  response.writeHead(200, { "Content-Length": body.length }).end(body);
}

/** The share of work that names none. */
const share = { workspace: "", weight: 1 };

/** The JSON text that a body begins with. */
function textIn(body) {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  return new TextDecoder().decode(body.subarray(4, 4 + length));
}

Deno.test("work is sent with the secret, its blobs one after the other, and its output is memory of its own", async () => {
  const output = Uint8Array.from({ length: 70_000 }, (_, index) => index);
  const { received, render, stop } = await service((_, response) => reply(response, { output: { byteCount: output.length } }, output));
  const large = new Parts();
  for (let index = 0; index < 50; index += 1) large.append(new Uint8Array(99_991).fill(index));
  const text = plan([2, 0, 2]);
  const { result, body } = await render(text, [new Uint8Array([1, 2, 3]), undefined, large]);
  equal(result, { output: { byteCount: output.length } });
  assert(body.byteLength === body.buffer.byteLength && body.every((byte, index) => byte === output[index]));
  const [{ method, path, headers, body: sent }] = received;
  equal([method, path, headers.authorization, headers["content-type"]], ["POST", "/render", `Bearer ${"s".repeat(32)}`, "application/octet-stream"]);
  const length = new DataView(sent.buffer).getUint32(0, true);
  const named = JSON.parse(new TextDecoder().decode(sent.subarray(4, 4 + length)));
  equal(named, { work: JSON.parse(text), share, blobs: [2, large.length, 0, 3] });
  const blobs = sent.subarray(4 + length);
  equal([blobs.length, [...blobs.subarray(-3)], blobs[0], blobs[large.length - 1]], [large.length + 3, [1, 2, 3], 0, 49]);
  await stop();
});

Deno.test("no more is sent than the service has threads for and one in reserve; what may wait includes that one, and one more is overloaded", async () => {
  const held = [];
  const answer = (one, response) => one.path === "/readyz" ? response.end("ok") : held.push(response);
  const { received, pixels, render, stop } = await service(answer, { threads: 1, maximumQueued: 2 });
  const works = [1, 2, 3].map(() => render(plan([0]), [new Uint8Array(10)]));
  await until(() => held.length === 2);
  // A share that has nothing here finds room all the same: it would take the place of one that waits.
  equal([await pixels.hasRoom(share), await pixels.hasRoom()], [false, true]);
  equal(await render(plan([0]), [new Uint8Array(10)]), { result: "overloaded" });
  equal(received.filter(({ path }) => path === "/render").length, 2);
  reply(held.shift(), "failed");
  await until(() => held.length === 2);
  equal(await pixels.hasRoom(share), true);
  const gone = new AbortController();
  const left = render(plan([0]), [new Uint8Array(10)], gone.signal);
  gone.abort();
  await left.then(() => assert(false), () => {});
  let isDone = false;
  Promise.all(works).then(() => isDone = true);
  await until(() => {
    while (held.length > 0) reply(held.shift(), "failed");
    return isDone;
  });
  equal((await Promise.all(works)).map(({ result }) => result), ["failed", "failed", "failed"]);
  await stop();
});

Deno.test("a share is not kept waiting by another's works: it has a turn beside theirs, and goes before those that wait", async () => {
  const held = [];
  const answer = (one, response) => one.path === "/readyz" ? response.end("ok") : held.push({ response, share: JSON.parse(textIn(one.body)).share.workspace });
  const { pixels, stop } = await service(answer, { threads: 1, maximumQueued: 4 });
  const works = ["noisy", "noisy", "noisy", "noisy", "noisy"].map((workspace) =>
    pixels.perform("render", plan([0]), [new Uint8Array(10)], never, { workspace, weight: 1 })
  );
  await until(() => held.length === 2);
  // All that may wait does, and all of it is of one share.
  equal(await pixels.perform("render", plan([0]), [new Uint8Array(10)], never, { workspace: "noisy", weight: 1 }), { result: "overloaded" });
  works.push(pixels.perform("render", plan([0]), [new Uint8Array(10)], never, { workspace: "quiet", weight: 1 }));
  await until(() => held.length === 3);
  equal(held.map(({ share }) => share), ["noisy", "noisy", "quiet"]);
  let isDone = false;
  const results = Promise.all(works).finally(() => isDone = true);
  await until(() => {
    while (held.length > 0) reply(held.shift().response, "failed");
    return isDone;
  });
  equal((await results).map(({ result }) => result), ["failed", "failed", "failed", "failed", "failed", "failed"]);
  await stop();
});

Deno.test("so many bytes of originals are with the service at one time, or one original", async () => {
  const held = [];
  const { render, stop } = await service((_, response) => held.push(response), { threads: 9, maximumCopiedBytes: 2900 });
  const works = [3000, 1000, 1000, 1000].map((count) => render(plan([0]), [new Uint8Array(count)]));
  for (const count of [1, 2, 1]) {
    await until(() => held.length === count);
    await new Promise((resolve) => setTimeout(resolve, 30));
    equal(held.length, count);
    for (const response of held.splice(0)) reply(response, "failed");
  }
  await Promise.all(works);
  await stop();
});

Deno.test("an original that is given back while it is being sent, or before it is, ends nothing but its work", async () => {
  const { render, pixels, stop } = await service((_, response) => reply(response, "failed"), { threads: 8 });
  const later = () => new Promise((resolve) => setTimeout(resolve));
  for (const wait of [() => {}, () => Promise.resolve(), later, () => later().then(later), () => new Promise((resolve) => setTimeout(resolve, 5))]) {
    for (let turn = 0; turn < 5; turn += 1) {
      const original = new Parts();
      for (let count = 0; count < 40; count += 1) original.append(new Uint8Array(1 << 20));
      const leaving = new AbortController();
      const work = render(plan([0]), [original], leaving.signal).catch(() => {});
      await wait();
      leaving.abort();
      original.free();
      await work;
    }
  }
  equal((await render(plan([0]), [new Uint8Array(10)])).result, "failed");
  equal(await pixels.hasRoom(), true);
  await stop();
});

Deno.test("work that takes too long ends as its kind says, and who leaves ends it too", async () => {
  const { received, pixels, render, stop } = await service(() => {}, { threads: 1, maximumQueued: 0 });
  // The second has waited for its turn.
  equal(await render(plan([0], 50), [new Uint8Array(10)]), { result: "timedOut" });
  await until(() => received[0].isGone);
  const { pixels: queued, received: seen, stop: stopQueued } = await service(() => {}, { threads: 1, maximumQueued: 4 });
  const late = await Promise.all([1, 2, 3].map(() => queued.perform("render", plan([0], 50), [new Uint8Array(10)], never)));
  equal([late.map(({ result }) => result), seen.length], [["timedOut", "timedOut", "timedOut"], 2]);
  const leaving = new AbortController();
  const left = pixels.perform("inspect", '{"blob":0}', [new Uint8Array(10)], leaving.signal);
  await until(() => received.length === 2);
  leaving.abort();
  await left.then(() => assert(false), () => {});
  await until(() => received[1].isGone);
  await Promise.all([stop(), stopQueued()]);
});

Deno.test("an answer that breaks the contract is an error", async () => {
  const answers = [
    (response) => response.writeHead(400, { "Content-Length": 2 }).end("no"),
    (response) => response.writeHead(401).end(),
    (response) => response.writeHead(200, { "Content-Length": 3 }).end("abc"),
    (response) => response.writeHead(200, { "Content-Length": 8 }).end(new Uint8Array([200, 0, 0, 0, 1, 1, 1, 1])),
    (response) => response.writeHead(200, { "Content-Length": 5 }).end(new Uint8Array([1, 0, 0, 0, 1])),
    (response) => response.writeHead(200, { "Content-Length": 600 << 20 }).write("x"),
    (response) => response.writeHead(200, { "Transfer-Encoding": "chunked" }).end("abcdef"),
  ];
  const { render, stop } = await service((_, response) => answers.shift()(response));
  while (answers.length > 0) {
    await render(plan([0]), [new Uint8Array(10)]).then(() => assert(false, `it passes, with ${answers.length} left`), () => {});
  }
  await stop();
});

Deno.test("a service that is gone is overloaded, and its going and coming are logged once", async () => {
  const { pixels, render, log, stop, server } = await service((one, response) => one.path === "/readyz" ? response.end("ok") : response.destroy());
  const { port } = server.address();
  equal([await pixels.hasRoom(), log], [true, []]);
  equal(await render(plan([0]), [new Uint8Array(10)]), { result: "overloaded" });
  await stop();
  for (let turn = 0; turn < 3; turn += 1) equal(await pixels.hasRoom(), false);
  equal(await render(plan([0]), [new Uint8Array(10)]), { result: "overloaded" });
  equal(log, ["the pixel service is gone"]);
  const again = http.createServer((_, response) => response.end("ok"));
  await new Promise((resolve) => again.listen(port, "127.0.0.1", resolve));
  equal(await pixels.hasRoom(), true);
  equal(await pixels.hasRoom(), true);
  equal(log, ["the pixel service is gone", "the pixel service is back"]);
  await new Promise((resolve) => (again.close(resolve), again.closeAllConnections()));
});

Deno.test("no proxy of the environment gets an original", async () => {
  const seen = [];
  const proxy = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => (seen.push(String(data)), socket.destroy()));
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { pixels, render, stop, server } = await service((one, response) => one.path === "/x" ? response.end("an original") : reply(response, "failed"));
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  const before = Object.entries({ NODE_USE_ENV_PROXY: "1", ...Object.fromEntries(names.map((name) => [name, url])) })
    .map(([name, value]) => [name, Deno.env.get(name), Deno.env.set(name, value)]);
  try {
    const outbound = { target: { url: `http://127.0.0.1:${server.address().port}/x` }, fields: [], maximumBytes: 100, timeoutMilliseconds: 10_000 };
    const tools = { permits: () => true, decoding, hold: () => true, signal: never };
    const fetched = await createNet().fetch(outbound, tools);
    equal([fetched.response?.status, fetched.response?.body.length], [200, 11]);
    // Nothing listens there; a proxy would be asked to CONNECT.
    await createNet().fetch({ ...outbound, target: { url: "https://127.0.0.1:1/x" } }, tools);
    equal((await render(plan([0]), [new Uint8Array(10)])).result, "failed");
    equal(await pixels.hasRoom(), true);
    equal(seen, []);
    // That it would be seen.
    await new Promise((resolve) => http.get(outbound.target.url, { agent: false }, resolve).on("error", resolve));
    equal(seen.length, 1);
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
  await Promise.all([stop(), new Promise((resolve) => proxy.close(resolve))]);
});
