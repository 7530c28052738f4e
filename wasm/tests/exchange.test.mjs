// Small exchanges with a service on loopback that does to each connection what a test wants. ExchangeTests.swift has the same for the native host.

import net from "node:net";
import { createNet } from "../deno/net.mjs";
import { assert, equal } from "./support.mjs";

/** A server that calls `serve(socket, request)` with the text of each request once it is whole; `requests` are all of them. */
async function server(serve) {
  const requests = [];
  const sockets = new Set();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const [, head, body] = /^([^]*?)\r\n\r\n([^]*)$/.exec(text) ?? [];
      const length = Number(/^content-length: *(\d+)/im.exec(head ?? "")?.[1] ?? 0);
      if (head === undefined || body.length < length) return;
      requests.push(text);
      text = "";
      serve(socket, requests.at(-1));
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address();
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  };
  return { requests, url: `http://127.0.0.1:${port}/`, close };
}

async function exchanged(serve, change = {}, { permits = () => false, signal = new AbortController().signal } = {}) {
  const { requests, url, close } = await server(serve);
  const request = {
    method: "POST", url, fields: ["content-type", "application/json"], body: btoa("{}"), reach: "operators",
    timeoutMilliseconds: 60_000, delayMilliseconds: 0, ...change,
  };
  const result = await createNet().exchange(request, { permits, signal });
  await close();
  return { result, requests, port: new URL(url).port };
}

const answer = (text) => (socket) => socket.end(text, "latin1");
const ok = answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');

Deno.test("an exchange sends what it is told and nothing else", async () => {
  const { result, requests, port } = await exchanged(ok);
  equal(result, { response: { status: 200, body: btoa("{}") } });
  equal(requests.length, 1);
  const [head, body] = requests[0].split("\r\n\r\n");
  equal(body, "{}");
  const lines = head.toLowerCase().split("\r\n").filter((line) => !line.startsWith("connection:"));
  equal(lines.sort(), ["content-length: 2", "content-type: application/json", `host: 127.0.0.1:${port}`, "post / http/1.1"]);
});

for (const [method, body, length] of [["GET", "", null], ["PUT", "", "0"], ["DELETE", "", null], ["PATCH", "abc", "3"]]) {
  Deno.test(`an exchange by ${method} with ${body.length} bytes`, async () => {
    const { result, requests } = await exchanged(ok, { method, body: btoa(body) });
    equal(result.response.status, 200);
    assert(requests[0].startsWith(method + " / HTTP/1.1\r\n"), requests[0]);
    equal(/^content-length: (\d+)/im.exec(requests[0])?.[1] ?? null, length);
  });
}

Deno.test("a body that is no text goes and comes as it is", async () => {
  const bytes = btoa(String.fromCharCode(...Array(256).keys()));
  const { result } = await exchanged(
    (socket, request) => {
      const body = request.split("\r\n\r\n").slice(1).join("\r\n\r\n");
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`, "latin1");
    }, { body: bytes });
  equal(result.response.body, bytes);
});

for (const status of [201, 302, 400, 404, 429, 500, 503]) {
  Deno.test(`status ${status} is an answer like any other`, async () => {
    const text = `HTTP/1.1 ${status} X\r\nLocation: /elsewhere\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwhat`;
    const { result, requests } = await exchanged(answer(text));
    equal(result, { response: { status, retryAfter: "7", body: btoa("what") } });
    equal(requests.length, 1);
  });
}

const unanswered = {
  "an answer that is no HTTP": answer("garbage\r\n\r\n"),
  "an answer that is empty": answer(""),
  "a connection closed within the head": answer("HTTP/1.1 200 OK\r\nContent-"),
  "a connection closed within the body": answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
  "a connection closed within a chunk": answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort"),
  "a connection that is reset": (socket) => socket.resetAndDestroy(),
  "an answer that is announced too long": answer("HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n"),
  "an answer that gets too long": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const more = () => !socket.destroyed && socket.write("x".repeat(1 << 16), more);
    more();
  },
};
for (const [name, serve] of Object.entries(unanswered)) {
  Deno.test(`${name} is unanswered`, async () => {
    const { result, requests } = await exchanged(serve);
    equal(result, "unanswered");
    equal(requests.length, 1);
  });
}

Deno.test("an answer of the maximum length", async () => {
  const { result } = await exchanged((socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n" + "x".repeat(4 << 20));
  });
  equal(atob(result.response.body).length, 4 << 20);
});

Deno.test("an exchange that gets no answer in time is unanswered", async () => {
  const { result } = await exchanged(() => {}, { timeoutMilliseconds: 300 });
  equal(result, "unanswered");
  const dripping = (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
  equal((await exchanged(dripping, { timeoutMilliseconds: 300 })).result, "unanswered");
});

Deno.test("an exchange that is cancelled ends", async () => {
  const controller = new AbortController();
  const { result } = await exchanged(() => controller.abort(), {}, { signal: controller.signal });
  equal(result, "unanswered");
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(), 50);
  const { result: other, requests } = await exchanged(ok, { delayMilliseconds: 60_000 }, { signal: waiting.signal });
  equal(other, "notSent");
  equal(requests.length, 0);
});

Deno.test("the delay comes before the exchange and is not part of its time", async () => {
  const start = performance.now();
  const { result } = await exchanged(ok, { delayMilliseconds: 400, timeoutMilliseconds: 350 });
  equal(result.response?.status, 200);
  assert(performance.now() - start >= 390, "it did not wait");
});

Deno.test("what cannot be connected to is not sent", async () => {
  const { url, close } = await server(ok);
  await close();
  equal((await exchanged(ok, { url })).result, "notSent");
  equal((await exchanged(ok, { url: "http://name.invalid/" })).result, "notSent");
});

Deno.test("TLS that fails is not sent", async () => {
  const { url, close, requests } = await server(ok);
  const { result } = await exchanged(ok, { url: url.replace("http:", "https:"), timeoutMilliseconds: 2000 });
  equal(result, "notSent");
  await close();
  equal(requests.length, 0);
});

Deno.test("the public reach is for addresses that are permitted", async () => {
  const asked = [];
  const permits = (address) => (asked.push(address), false);
  const { result, requests } = await exchanged(ok, { reach: "public" }, { permits });
  equal(result, "notSent");
  equal(requests.length, 0);
  equal(asked, ["127.0.0.1"]);
  equal((await exchanged(ok, { reach: "public" }, { permits: () => true })).result.response.status, 200);
  equal((await exchanged(ok, { reach: "operators" }, { permits })).result.response.status, 200);
});

Deno.test("each exchange has a connection of its own", async () => {
  const ports = new Set();
  const { url, close } = await server((socket) => {
    ports.add(socket.remotePort);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  });
  for (let index = 0; index < 3; index += 1) equal((await exchanged(ok, { url })).result.response.status, 200);
  await close();
  equal(ports.size, 3);
});
