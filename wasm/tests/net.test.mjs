// Originals over HTTP, from an origin on loopback.

import http from "node:http";
import zlib from "node:zlib";
import { createNet } from "../deno/net.mjs";
import { decoding } from "./support.mjs";

function equal(actual, expected) {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

const bytes = (text) => new TextEncoder().encode(text);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** What comes of a fetch from an origin that answers so. `held` are the bytes that were asked for, if a function is not given. */
async function fetched(answer, { maximumBytes = 1 << 20, timeoutMilliseconds = 60_000, hold = () => true } = {}) {
  const origin = http.createServer(answer);
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address();
  const outbound = { target: { url: `http://127.0.0.1:${port}/a` }, fields: [], maximumBytes, timeoutMilliseconds };
  const tools = { permits: () => true, decoding, hold, signal: new AbortController().signal };
  const result = await createNet().fetch(outbound, tools);
  origin.closeAllConnections();
  await new Promise((resolve) => origin.close(resolve));
  return result;
}

const compressed = (body) => (_request, response) => {
  response.writeHead(200, { "Content-Encoding": "gzip" });
  response.end(body);
};

const member = (text) => new Uint8Array(zlib.gzipSync(bytes(text)));

// As in OriginClientTests.swift.
const bodies = [
  ["one", member("pixels"), "pixels"],
  ["two", join(member("pix"), member("els")), "pixels"],
  ["padded with zeroes", join(member("pixels"), [0, 0, 0]), "pixels"],
  ["what follows zeroes", join(member("pixels"), [0], member("more")), "pixels"],
  ["none of a byte", member(""), ""],
  ["one with junk behind it", join(member("pixels"), bytes("junk")), undefined],
  ["one that is cut off", member("pixels").slice(0, -1), undefined],
  ["the begin of a second", join(member("pixels"), [0x1f]), undefined],
  ["what is none", bytes("not gzip"), undefined],
  ["nothing", new Uint8Array(), undefined],
];

for (const [name, body, text] of bodies) {
  Deno.test(`a body in gzip is all of its members: ${name}`, async () => {
    const result = await fetched(compressed(body));
    if (text === undefined) equal(result, { failed: "unreachable" });
    else equal(new TextDecoder().decode(join(...result.response.body)), text);
  });
}

Deno.test("a body is bounded while compressed and when inflated", async () => {
  const body = member("x".repeat(100_000));
  equal((await fetched(compressed(body), { maximumBytes: 100_000 })).response.body.length, 100_000);
  equal(await fetched(compressed(body), { maximumBytes: 99_999 }), { failed: "tooLarge" });
  equal(await fetched(compressed(member("pixels")), { maximumBytes: member("pixels").length - 1 }), { failed: "tooLarge" });
  equal(await fetched(compressed(body), { hold: (count) => count < 10 }), { failed: "overloaded" });
});

Deno.test("inflating leaves the event loop to others", async () => {
  const bomb = zlib.gzipSync(new Uint8Array(100_000_000));
  let turns = 0;
  const timer = setInterval(() => turns += 1, 0);
  const { response } = await fetched(compressed(bomb), { maximumBytes: 100_000_000 });
  clearInterval(timer);
  equal([response.body.length, turns > 10], [100_000_000, true]);
});

Deno.test("bytes of a Location above 0x7F are percent-encoded, whatever characters they are", async () => {
  const result = await fetched((request) => {
    const head = join(bytes("HTTP/1.1 302 Found\r\nLocation: /"), [0xe9, 0xc3, 0xa9], bytes("%41?\r\nContent-Length: 0\r\n\r\n"));
    request.socket.end(head);
  });
  equal([result.response.status, result.response.location], [302, "/%E9%C3%A9%41?"]);
});
