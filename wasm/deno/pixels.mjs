// Pixel work by `imgedge pixels`, over HTTP on loopback. README.md documents what is sent.
//
// By node:http and not by fetch(): that holds a body several times over, and sends it to whatever proxy the environment names.

import http from "node:http";
import { lastingAgent } from "./direct.mjs";
import { FairQueue, HeldBytes } from "../room.mjs";
import { Parts } from "./parts.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** On loopback, and a service that is busy answers all the same: long enough for an event loop that is held up here. */
const readinessTimeoutMilliseconds = 5000;
/** The largest output is a PNG of 50 megapixels with alpha. */
const maximumAnswerBytes = 512 << 20;

/** How much of a body is handed to the connection at one time. */
const pieceBytes = 256 << 10;

/** The share of work that belongs to no workspace. */
const nobodysShare = { workspace: "", weight: 1 };

/** What work comes to that is not done in time. */
const late = { inspect: "overloaded", render: "timedOut", sample: "timedOut" };

/**
 * @param options.base Where the service listens, as `http://127.0.0.1:8081`.
 * @param options.secret That of the service.
 * @param options.threads Of the service. No more works are sent than it has threads, and of those that may wait one, in reserve: the others
 *   wait here, where their originals are in memory already.
 * @param options.maximumQueued What may wait, here and there together; one more is `overloaded`.
 * @param options.maximumCopiedBytes Of originals that are with the service, each a second time, at one time; one is in any case.
 * @param options.timeoutMilliseconds Of work that has no limit of its own.
 * @param options.log `fault(message, error)` and `notice(message)`, of a service that goes away and comes back.
 */
export function createPixels(
  {
    base,
    secret,
    threads = navigator.hardwareConcurrency,
    maximumQueued = 64,
    maximumCopiedBytes = 2 ** 27,
    timeoutMilliseconds = 30_000,
    log,
  },
) {
  const { hostname, port } = new URL(base);
  const service = { hostname, port, secret };
  const reserve = Math.min(maximumQueued, 1);
  const turns = new Turns(threads + reserve, maximumQueued - reserve, maximumCopiedBytes);
  let isReachable = true;
  let asking;

  const reached = () => {
    if (!isReachable) log?.notice("the pixel service is back");
    isReachable = true;
  };
  const missed = (error) => {
    if (isReachable) log?.fault("the pixel service is gone", error.message);
    isReachable = false;
  };
  const ask = async () => {
    try {
      const { status } = await within(readinessTimeoutMilliseconds, undefined, (signal) => exchange(service, { path: "/readyz", signal }));
      reached();
      return status === 200;
    } catch (error) {
      missed(error);
      return false;
    }
  };

  return {
    /** What the service's libraries cannot write and read, by the names of formats; nothing where it does not answer. */
    async lacking() {
      const { field } = await within(readinessTimeoutMilliseconds, undefined, (signal) => exchange(service, { path: "/readyz", signal }))
        .catch(() => ({}));
      const named = (use) => (field ?? "").split(", ").filter((one) => one.startsWith(use)).map((one) => one.slice(use.length));
      return { unwritable: named("write="), unreadable: named("read=") };
    },
    /** Not where it does not answer, either. Without a share: for one that has asked for nothing. Those who ask at one time get one answer. */
    async hasRoom(share) {
      asking ??= ask().finally(() => asking = undefined);
      return await asking && turns.hasRoom(share);
    },
    async perform(kind, text, blobs, signal, share = nobodysShare) {
      const work = JSON.parse(text);
      const named = [...blobsIn(work)];
      const list = named.flatMap((id) => [id, blobs[id].length]);
      const head = withLength(encoder.encode(`{"work":${text},"share":${JSON.stringify(share)},"blobs":${JSON.stringify(list)}}`));
      const parts = [head, ...named.flatMap((id) => blobs[id] instanceof Parts ? [...blobs[id]] : [blobs[id]])];
      const copiedBytes = lengthOf(parts);
      let isLate = false;
      try {
        return await within(work.timeoutMilliseconds ?? timeoutMilliseconds, signal, async (signal) => {
          if (!await turns.take(copiedBytes, signal, share)) return { result: "overloaded" };
          const start = performance.now();
          try {
            const answer = await exchange(service, { path: `/${kind}`, parts, signal });
            reached();
            if (answer.status === 503) return { result: "overloaded" };
            if (answer.status !== 200) throw new Error(`the pixel service answered ${answer.status}`);
            return answer;
          } finally {
            turns.leave(copiedBytes, share, performance.now() - start);
          }
        }, () => isLate = true);
      } catch (error) {
        if (isLate) return { result: late[kind] };
        if (!(error instanceof Unreachable) || signal.aborted) throw error;
        missed(error);
        return { result: "overloaded" };
      }
    },
  };
}

/** Every `blob` that is named somewhere in a work. */
function blobsIn(value, found = new Set()) {
  if (typeof value !== "object" || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    if (name === "blob") found.add(member);
    else blobsIn(member, found);
  }
  return found;
}

function withLength(text) {
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  return bytes;
}

function lengthOf(parts) {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Does something under a signal that is aborted when the time is over or `outer` is. */
async function within(milliseconds, outer, work, whenLate = () => {}) {
  const stop = new AbortController();
  const leave = () => stop.abort();
  const timer = setTimeout(() => {
    whenLate();
    stop.abort();
  }, milliseconds);
  outer?.addEventListener("abort", leave);
  if (outer?.aborted) leave();
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", leave);
  }
}

/** The connection could not be made, or broke. */
class Unreachable extends Error {}

/** One request. What it sends is written as fast as it is read; what it gets is in memory once. */
async function exchange({ hostname, port, secret }, { path, parts = [], signal }) {
  const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/octet-stream" };
  if (parts.length > 0) headers["Content-Length"] = lengthOf(parts);
  const method = parts.length > 0 ? "POST" : "GET";
  signal.throwIfAborted();
  const request = http.request({ hostname, port, path, method, headers, agent: lastingAgent });
  const leave = () => request.destroy(new Error("nobody waits for it any more"));
  signal.addEventListener("abort", leave);
  try {
    const answered = new Promise((resolve, reject) => request.on("response", resolve).on("error", reject));
    // An answer may come before everything is sent, and nothing more be read then.
    send(parts, request, signal).catch(() => {});
    const response = await answered;
    // What nobody reads may break off.
    response.on("error", () => {});
    const { statusCode: status } = response;
    if (status !== 200 || method === "GET") {
      // The connection can be used again when all has been read.
      response.resume();
      return { status, field: response.headers["imgedge-lacking"] };
    }
    return { status, ...await readAnswer(response) };
  } catch (error) {
    request.destroy();
    throw error instanceof Malformed ? error : new Unreachable(`the connection to the pixel service: ${error.message}`);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/**
 * Writes a body from memory of its own: what node:http has been given it may still want to read when the request has been broken off, and the
 * parts of an original are gone then. That would end Deno.
 */
async function send(parts, request, signal) {
  const closed = new Promise((resolve) => request.on("close", resolve));
  const piece = new Uint8Array(Math.min(pieceBytes, lengthOf(parts)));
  for (const part of parts) {
    for (let start = 0; start < part.length; start += piece.length) {
      const bytes = part.subarray(start, start + piece.length);
      piece.set(bytes);
      const written = new Promise((resolve, reject) =>
        request.write(piece.subarray(0, bytes.length), (error) => error ? reject(error) : resolve())
      );
      await Promise.race([written, closed]);
      if (signal.aborted || request.destroyed) return;
    }
  }
  request.end();
}

class Malformed extends Error {}

async function readAnswer(response) {
  const total = Number(response.headers["content-length"]);
  if (!(total >= 4 && total <= maximumAnswerBytes)) throw new Malformed("the pixel service's answer has no length, or too large a one");
  const read = reader(response);
  const length = new DataView((await read(4)).buffer).getUint32(0, true);
  if (length > total - 4) throw new Malformed("the pixel service's answer is shorter than it says");
  const text = decoder.decode(await read(length));
  const body = await read(total - 4 - length);
  response.resume();
  try {
    return { result: JSON.parse(text), body };
  } catch {
    throw new Malformed("the pixel service's answer is not JSON");
  }
}

/** Reads so many bytes of a stream after the other, each time into memory of their own. */
function reader(stream) {
  const chunks = stream[Symbol.asyncIterator]();
  let rest = new Uint8Array();
  return async (count) => {
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      if (rest.length === 0) {
        const { value, done: isOver } = await chunks.next();
        if (isOver) throw new Error("the answer breaks off");
        rest = value;
        continue;
      }
      const part = rest.subarray(0, count - done);
      bytes.set(part, done);
      done += part.length;
      rest = rest.subarray(part.length);
    }
    return bytes;
  };
}

/** Who may send work now, and who waits for it: by turns of the shares (`FairQueue`), and no more bytes at one time than may be copied. */
class Turns {
  #queue = new FairQueue();

  constructor(places, maximumWaiting, maximumBytes) {
    Object.assign(this, { places, maximumWaiting, copied: new HeldBytes(maximumBytes) });
  }

  hasRoom(share) {
    return this.#queue.hasRoom(share, this.#room(share));
  }

  /** Resolves with `false` where too many wait; rejects when the signal is aborted first. */
  take(bytes, signal, share) {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.remove(one, share);
        this.#admit();
        reject(signal.reason);
      };
      const one = {
        bytes,
        share,
        end(hasTurn) {
          signal.removeEventListener("abort", leave);
          resolve(hasTurn);
        },
      };
      const admission = this.#queue.append(one, share, this.#room(share));
      if (!admission) return resolve(false);
      signal.addEventListener("abort", leave);
      admission.displaced?.end(false);
      this.#admit();
    });
  }

  leave(bytes, share, cost) {
    this.copied.give(bytes, share);
    this.#queue.end(share, cost);
    this.#admit();
  }

  #room(share) {
    return this.#queue.room(share, this.places, this.maximumWaiting);
  }

  #admit() {
    for (;;) {
      // What is next is waited for: small ones would go before a large one again and again.
      let isNext = true;
      const next = this.#queue.next(this.places, (one) => {
        const fits = isNext && this.#fits(one);
        isNext = false;
        return fits;
      });
      if (!next) return;
      next.entry.end(true);
    }
  }

  /** One is sent in any case, however large it is. */
  #fits({ bytes, share }) {
    return this.copied.take(bytes, share, this.#queue.runningCount === 0 ? Infinity : 0);
  }
}
