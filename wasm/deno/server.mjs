// HTTP/1.1 in front of a worker.
//
// By node:http and not by Deno.serve: the handler wants the target and the fields as they were sent, and Deno.serve gives a URL
// from which dot segments and odd characters are gone.

import http from "node:http";
import { MALFORMED } from "../worker.mjs";

const maximumBodyBytes = 1 << 20;

/**
 * Resolves with the server once it listens.
 *
 * @param options.connections A set that holds those that are open.
 */
export function listen(worker, { host, port, maximumConnections = 8192, trustsForwardedProtocol = false, connections }) {
  const server = http.createServer({
    requireHostHeader: false,
    maxHeaderSize: 80 << 10,
    requestTimeout: 15_000,
    headersTimeout: 15_000,
    keepAliveTimeout: 75_000,
  });
  server.maxConnections = maximumConnections;
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  const isSecure = ({ headers }) => trustsForwardedProtocol && headers["x-forwarded-proto"] === "https";
  const take = (request, response) => serve(worker, request, response, isSecure(request));
  server.on("request", take);
  // The answer does not depend on the body, so that the caller need not send it.
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("connect", async (request, socket) => {
    // The server does not look after this socket any more, and an error that nobody takes ends the program.
    socket.on("error", () => socket.destroy());
    const answer = await respond(worker, request, isSecure(request));
    socket.end(raw(answer));
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end(raw(worker.refuse(MALFORMED)));
    else socket.destroy();
  });
  return bind(server, port, host);
}

/** Resolves with the server once it listens. */
export function bind(server, port, host) {
  return new Promise((resolve, reject) => {
    server.on("error", (error) => reject(new Error(`cannot listen on ${host}:${port}: ${reasons[error.code] ?? error.message}`)));
    server.listen(port, host, () => resolve(server));
  });
}

/** In the system's words. */
const reasons = {
  EACCES: "Permission denied",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  // What Deno has for an address that is no interface's.
  EINVAL: "Cannot assign requested address",
  ENOTFOUND: "Name or service not known",
};

async function serve(worker, request, response, isSecure) {
  const left = new AbortController();
  response.on("close", () => response.writableFinished || left.abort());
  let count = 0;
  request.on("data", (chunk) => {
    count += chunk.length;
    if (count > maximumBodyBytes) request.destroy();
  });
  const expects = request.headers.expect !== undefined;
  const answer = await respond(worker, request, isSecure, left.signal);
  if (!answer || response.destroyed) return;
  response.shouldKeepAlive &&= !expects && isKnown(request);
  response.writeHead(answer.status, answer.fields.map(latin1));
  response.end(request.method === "HEAD" ? undefined : answer.body ?? undefined);
}

function respond(worker, request, isSecure, signal) {
  return isKnown(request) ? worker.respond(received(request, isSecure), signal) : worker.refuse(MALFORMED);
}

/** node:http takes a head that says 0.9 or 2.0 for one of HTTP/1. */
function isKnown({ httpVersion }) {
  return httpVersion === "1.1" || httpVersion === "1.0";
}

function received({ method, url, rawHeaders, httpVersion }, isSecure) {
  const fields = rawHeaders.map(utf8);
  return { method, target: utf8(url), fields, isHTTP10: httpVersion === "1.0", isSecure };
}

/** Where there is no response object, or none any more. */
function raw({ status, fields, body }) {
  let head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ""}\r\n`;
  for (let index = 0; index < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  head += `Date: ${new Date().toUTCString()}\r\nConnection: close\r\n\r\n`;
  return new Uint8Array([...new TextEncoder().encode(head), ...(body ?? [])]);
}

/** node:http has one character a byte, both ways. */
function utf8(text) {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

function latin1(text) {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return String.fromCharCode(...new TextEncoder().encode(text));
}
