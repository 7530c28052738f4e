// HTTP in front of a worker that is played.

import { listen } from "../deno/server.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function equal(left, right) {
  const [one, other] = [JSON.stringify(left), JSON.stringify(right)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

function answer(text) {
  const body = encoder.encode(text);
  return { status: 200, fields: ["Content-Length", String(body.length)], body };
}

const echo = {
  respond: ({ method, target }) => answer(`${method} ${target}`),
  refuse: (reason) => answer(`refused ${reason}`),
};

async function serving(responder, options, test) {
  const server = listen(responder, { host: "127.0.0.1", port: 0, ...options });
  const callers = [];
  const call = async (text = "") => {
    const caller = await Deno.connect({ port: server.port });
    callers.push(caller);
    await caller.write(encoder.encode(text));
    return caller;
  };
  try {
    await test(call, server);
  } finally {
    for (const caller of callers) end(caller);
    await server.close();
  }
}

function end(caller) {
  try {
    caller.close();
  } catch {
    // It was closed before.
  }
}

/** Until the server closes the connection, or a text has come. */
async function received(caller, end) {
  const bytes = new Uint8Array(65536);
  let text = "";
  while (end === undefined || !text.includes(end)) {
    const count = await caller.read(bytes).catch(() => null);
    if (count === null) break;
    text += decoder.decode(bytes.subarray(0, count));
  }
  return text;
}

const bodies = (text) => text.split("HTTP/1.1 200 OK\r\n").slice(1).map((one) => one.split("\r\n\r\n")[1]);

const get = (target, more = "") => `GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

Deno.test("a caller that goes away while its answer is made cancels it", async () => {
  for (const hasEnded of [false, true]) {
    const { promise: begun, resolve: begin } = Promise.withResolvers();
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers();
    const respond = (_request, signal) => {
      begin();
      signal.addEventListener("abort", cancel);
      return new Promise(() => {});
    };
    await serving({ ...echo, respond }, {}, async (call, server) => {
      const caller = await call(get("/"));
      if (hasEnded) await caller.closeWrite();
      await begun;
      caller.close();
      await cancelled;
      while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve));
    });
  }
});

Deno.test("requests in any pieces are answered in their order", async () => {
  const text = get("/1", "Connection: upgrade\r\nUpgrade: h2c\r\n") +
    "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n" +
    "PUT /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde" + get("/é") + get("/5", "Connection: close\r\n") + "junk";
  await serving(echo, {}, async (call) => {
    for (const size of [1, 7, 50, 1000]) {
      const caller = await call();
      for (let start = 0; start < text.length; start += size) {
        await caller.write(encoder.encode(text.slice(start, start + size)));
        if (size < 50) await new Promise((resolve) => setTimeout(resolve));
      }
      equal(bodies(await received(caller)), ["GET /1", "POST /2", "PUT /3", "GET /%C3%A9", "GET /5"]);
    }
  });
});

Deno.test("a caller that never reads its answer is not waited for", async () => {
  const large = answer("x".repeat(30e6));
  await serving({ ...echo, respond: () => large }, { writeTimeout: 300 }, async (call, server) => {
    await call(get("/"));
    while (server.connectionCount === 0) await new Promise((resolve) => setTimeout(resolve));
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

Deno.test("a caller that reads slowly gets all of a large answer", async () => {
  const large = answer("x".repeat(8e6));
  await serving({ ...echo, respond: () => large }, { writeTimeout: 1000 }, async (call) => {
    const caller = await call(get("/", "Connection: close\r\n"));
    const bytes = new Uint8Array(400_000);
    let count = 0;
    for (let part; (part = await caller.read(bytes)) !== null; count += part) await new Promise((resolve) => setTimeout(resolve, 50));
    if (count < 8e6) throw new Error(`${count} bytes came`);
  });
});

Deno.test("requests that do not end, and connections without any, are given up", async () => {
  await serving(echo, { requestTimeout: 200, idleTimeout: 200 }, async (call) => {
    for (const text of ["", "GET /x HT", get("/x", "Content-Length: 3\r\n") + "a"]) equal(await received(await call(text)), "");
    equal(bodies(await received(await call(get("/x")))), ["GET /x"]);
  });
});

Deno.test("beyond the limit a newcomer is told so, asked or not, and the reason is noted once", async () => {
  const notes = [];
  const options = { maximumConnections: 1, maximumTurnedAway: 2, note: (...note) => notes.push(note) };
  await serving(echo, options, async (call, server) => {
    const first = await call();
    while (server.connectionCount === 0) await new Promise((resolve) => setTimeout(resolve));
    const others = [await call(get("/2")), await call(), await call("HEAD /4 HTTP/1.1\r\nHost: a\r\n\r\n"), await call("junk\r\n")];
    const texts = await Promise.all(others.map((other) => received(other).finally(() => end(other))));
    equal(texts.map((text) => bodies(text)), [["refused 2"], ["refused 2"], [""], ["refused 0"]]);
    await first.write(encoder.encode(get("/1")));
    equal(bodies(await received(first)), ["GET /1"]);
    first.close();
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve));
    equal(bodies(await received(await call(get("/5", "Connection: close\r\n")))), ["GET /5"]);
  });
  equal(notes, [["connections are turned away", { maximum: "1" }]]);
});

Deno.test("draining answers what is in flight and closes the rest", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers();
  const { promise: released, resolve: release } = Promise.withResolvers();
  const respond = async ({ target }) => {
    if (target !== "/hold") return answer("ok");
    begin();
    await released;
    return answer("held");
  };
  await serving({ ...echo, respond }, {}, async (call, server) => {
    const idle = await call(get("/"));
    await received(idle, "ok");
    const busy = await call(get("/hold"));
    await begun;
    const closed = server.close();
    equal(await received(idle), "");
    release();
    const text = await received(busy);
    equal(bodies(text), ["held"]);
    if (!text.includes("Connection: close")) throw new Error(text);
    busy.close();
    await closed;
    server.close = () => {};
  });
});
