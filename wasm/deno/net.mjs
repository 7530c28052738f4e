// Originals over HTTP/1.1, fetched as harmlessly as the native host does it, and small exchanges with services.
//
// By node:http and not by fetch(): that follows its own mind in URLs, fields, compression and connections, and offers no say in the
// address that a connection is made to. Here an address is checked between the look-up of its name and the connection to it.

import { Buffer } from "node:buffer";
import dns from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { setImmediate } from "node:timers";
import zlib from "node:zlib";
import { agents } from "./direct.mjs";
import { Parts } from "./parts.mjs";

/** The maximum size of all header lines of an answer, in bytes. */
const maximumHeadBytes = 64 << 10;

/** The maximum size of the body of an answer to a small exchange, in bytes. */
const maximumExchangeBytes = 4 << 20;

/** @param options.samples The pictures that ship with the program: name → bytes. */
export function createNet({ samples = new Map() } = {}) {
  return {
    fetch(outbound, tools) {
      if (outbound.target.sample === undefined) return load(outbound, tools);
      const body = samples.get(outbound.target.sample);
      const status = body ? 200 : 404;
      return Promise.resolve({ response: { status, body: body ?? new Uint8Array(), milliseconds: 0 } });
    },
    exchange,
  };
}

function load(outbound, { permits, decoding, hold, signal }) {
  const start = performance.now();
  return new Promise((resolve) => {
    let request;
    const finish = (result) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      request?.destroy();
      resolve(result);
    };
    const fail = (failure) => finish({ failed: failure });
    const leave = () => fail("unreachable");
    const timer = setTimeout(() => fail("timedOut"), outbound.timeoutMilliseconds);
    signal.addEventListener("abort", leave);
    try {
      request = open({ url: outbound.target.url, fields: outbound.fields }, permits);
    } catch (error) {
      return fail(failureOf(error));
    }
    request.on("error", (error) => fail(failureOf(error)));
    // Nothing was offered that could be switched to.
    request.on("upgrade", () => fail("unreachable"));
    request.on("response", async (response) => {
      try {
        const head = readHead(response);
        if (head.status < 200) throw new Error("no final answer");
        const hasBody = [200, 203, 206].includes(head.status);
        const body = hasBody ? await readBody(response, decoding, outbound.maximumBytes, hold) : new Uint8Array();
        const milliseconds = Math.round(performance.now() - start);
        finish({ response: { ...head, body, milliseconds } });
      } catch (error) {
        fail(failureOf(error));
      }
    });
    request.end();
  });
}

/**
 * One exchange with a service: takes the `ExchangeRequest` of the wire and comes to the `ExchangeResult`.
 *
 * Each has a connection of its own. One that was used before could have been closed by the server at that moment, and nobody could tell whether
 * the request had arrived.
 */
async function exchange({ delayMilliseconds, timeoutMilliseconds, reach, body, ...outbound }, { permits, signal }) {
  if (!(await pause(delayMilliseconds, signal))) return "notSent";
  return await new Promise((resolve) => {
    let request;
    let isConnected = false;
    const finish = (result) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", fail);
      request?.destroy();
      resolve(result);
    };
    const fail = () => finish(isConnected ? "unanswered" : "notSent");
    const timer = setTimeout(fail, timeoutMilliseconds);
    signal.addEventListener("abort", fail);
    const bytes = Buffer.from(body, "base64");
    // RFC 9110, section 8.6: without content, where the method has a meaning for it, this says so.
    const hasLength = bytes.length > 0 || !["GET", "HEAD", "DELETE"].includes(outbound.method);
    const fields = hasLength ? [...outbound.fields, "Content-Length", String(bytes.length)] : outbound.fields;
    try {
      request = open({ ...outbound, fields }, reach === "operators" ? () => true : permits);
    } catch {
      return fail();
    }
    request.on("socket", (socket) => {
      const event = outbound.url.startsWith("https:") ? "secureConnect" : "connect";
      if (socket.connecting || event === "secureConnect") socket.once(event, () => (isConnected = true));
      else isConnected = true;
    });
    request.on("error", fail);
    // Nothing was offered that could be switched to.
    request.on("upgrade", fail);
    request.on("response", async (response) => {
      isConnected = true;
      try {
        const { status, retryAfter } = readHead(response);
        if (status < 200) throw new Error("no final answer");
        const answer = await readAll(response, maximumExchangeBytes);
        finish({ response: { status, retryAfter, body: answer.toString("base64") } });
      } catch {
        fail();
      }
    });
    request.end(bytes);
  });
}

/** Whether the time is over, and not the request. */
function pause(milliseconds, signal) {
  if (signal.aborted) return Promise.resolve(false);
  if (milliseconds === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener("abort", finish);
  });
}

async function readAll(response, maximumBytes) {
  if (Number(response.headers["content-length"] ?? 0) > maximumBytes) throw new Known("tooLarge");
  const chunks = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > maximumBytes) throw new Known("tooLarge");
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error("closed early");
  return Buffer.concat(chunks);
}

function open({ method = "GET", url, fields }, permits) {
  // In WHATWG serialisation, so that it can be cut where it stands and needs no other parser's opinion.
  const [, scheme, authority, target] = /^(https?):\/\/([^/?#]+)([^#]*)$/.exec(url);
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(authority);
  const name = host.replace(/^\[|\]$/g, "");
  if (isIP(name) && !permits(name)) throw new Known("addressRefused");
  const headers = ["Host", authority];
  for (let index = 0; index < fields.length; index += 2) headers.push(fields[index], fields[index + 1]);
  const { request } = scheme === "https" ? https : http;
  return request({
    method,
    host: name,
    port: port ?? (scheme === "https" ? 443 : 80),
    path: target.startsWith("/") ? target : "/" + target,
    headers,
    maxHeaderSize: maximumHeadBytes,
    agent: agents[scheme],
    lookup: (name, options, done) => lookUp(name, permits).then((found) => answer(found, options, done), done),
  });
}

async function lookUp(name, permits) {
  const addresses = await dns.lookup(name, { all: true });
  const permitted = addresses.filter(({ address }) => permits(address));
  if (permitted.length === 0) throw new Known("addressRefused");
  return permitted;
}

function answer(found, { all }, done) {
  if (all) done(null, found);
  else done(null, found[0].address, found[0].family);
}

function readHead(response) {
  const first = (name, read) => {
    const { rawHeaders } = response;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      if (rawHeaders[index].toLowerCase() === name) return read(rawHeaders[index + 1]);
    }
    return undefined;
  };
  return {
    status: response.statusCode,
    location: first("location", percentEncoded),
    contentType: first("content-type", utf8),
    contentRange: first("content-range", utf8),
    retryAfter: first("retry-after", utf8),
  };
}

/** Fields come as one character a byte. */
function utf8(latin1) {
  return new TextDecoder().decode(Uint8Array.from(latin1, (character) => character.charCodeAt(0)));
}

/** Percent-encodes bytes above 0x7F: their character encoding is unknown, and in a URL they stand for themselves so. */
function percentEncoded(latin1) {
  return latin1.replace(/[\x80-\xff]/g, (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase());
}

/** What the module says is undone; the limit is on what comes and on what comes out. */
async function readBody(response, decoding, maximumBytes, hold) {
  const coding = decoding(response.headers["content-encoding"] ?? "");
  if (!["none", "gzip", "deflate"].includes(coding)) throw new Known(coding || "unreachable");
  const length = Number(response.headers["content-length"] ?? 0);
  if (length > maximumBytes) throw new Known("tooLarge");
  const isCompressed = coding !== "none";
  const stream = isCompressed ? response.pipe(coding === "deflate" ? await inflater(response) : zlib.createGunzip()) : response;
  if (isCompressed) {
    let received = 0;
    response.on("data", (chunk) => (received += chunk.length) > maximumBytes && stream.destroy(new Known("tooLarge")));
    response.on("aborted", () => stream.destroy(new Error("closed early")));
  }
  // All at once: of several that come at the same time and do not fit together, some then have room, and not each a part of it.
  const expected = isCompressed ? 0 : length;
  if (expected > 0 && !hold(expected)) throw new Known("overloaded");
  const body = new Parts(expected);
  let held = expected;
  try {
    for await (const chunk of stream) {
      if (body.length + chunk.length > maximumBytes) throw new Known("tooLarge");
      const more = Math.max(body.length + chunk.length - held, 0);
      if (!hold(more)) throw new Known("overloaded");
      held += more;
      body.append(chunk);
      // Inflating never waits for anything: without this, the event loop would turn for nobody else meanwhile.
      if (isCompressed && body.length % (1 << 20) < chunk.length) await new Promise((resolve) => setImmediate(resolve));
    }
    if (!response.complete) throw new Error("closed early");
    return body;
  } catch (error) {
    body.free();
    throw error;
  }
}

/** For a zlib stream (RFC 1950), as RFC 9110 has `deflate`, or for bare DEFLATE (RFC 1951), as some servers send it and browsers take it. */
async function inflater(response) {
  const start = await peek(response, 2);
  // The method is DEFLATE, and the check bits are right (RFC 1950, section 2.2).
  const isZlib = start.length === 2 && (start[0] & 15) === 8 && (start[0] * 256 + start[1]) % 31 === 0;
  return isZlib ? zlib.createInflate() : zlib.createInflateRaw();
}

/** The first bytes, or as many as there are, which stay to be read. */
function peek(stream, count) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const start = stream.read(count);
      if (start === null && !stream.readableEnded) return;
      stop();
      if (start !== null) stream.unshift(start);
      resolve(start ?? new Uint8Array());
    };
    const over = () => look() ?? (stop(), resolve(new Uint8Array()));
    const broken = () => (stop(), reject(new Error("closed early")));
    const stop = () => stream.off("readable", look).off("end", over).off("aborted", broken).off("error", broken);
    stream.on("readable", look).on("end", over).on("aborted", broken).on("error", broken);
  });
}

function failureOf(error) {
  return error instanceof Known ? error.failure : "unreachable";
}

/** What is told by name. */
class Known extends Error {
  constructor(failure) {
    super(failure);
    this.failure = failure;
  }
}
