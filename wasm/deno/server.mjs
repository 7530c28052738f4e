// HTTP/1.1 in front of a worker.
//
// By Deno.listen and not by Deno.serve or node:http. The handler wants the target and the fields as they were sent, and Deno.serve gives
// a URL from which dot segments and odd characters are gone; what is wrong with node:http is said in requests.mjs, and where the system has
// no socket for a connection its server accepts none any more.

import { STATUS_CODES } from "node:http";
import { MALFORMED, OVERLOADED } from "../worker.mjs";
import { Refusal, RequestDecoder } from "./requests.mjs";

/** A longer body ends the connection after the answer. */
const maximumBodyBytes = 1 << 20;
/** After the last answer: the caller reads it and closes. Closing with unread input would reset the connection and could lose the answer. */
const lingerMilliseconds = 2000;
/** How long one that is turned away has to say what it wants. */
const turnedAwayMilliseconds = 2000;
/** How long nothing is accepted where the system has no socket. */
const pauseMilliseconds = 250;
const noteMilliseconds = 10_000;
/** An answer up to this size goes out in one write. */
const oneWriteBytes = 64 << 10;
/** What every answer begins with. */
const answerStart = "HTTP/1.1 ";

const encoder = new TextEncoder();

/**
 * Throws where it cannot listen.
 *
 * @param responder `respond({ method, target, fields, isHTTP10, isSecure }, signal)`, which resolves with `{ status, fields, body }`, perhaps
 *   with `isRefusal` and with a `sent()` to be called when nothing more is read of the body, and `refuse(reason)`, which returns one.
 * @param options.maximumConnections At this number those that are kept alive are closed after their next answer, and newcomers are told
 *   that there is no room.
 * @param options.maximumTurnedAway How many newcomers are told so at one time; others wait in the kernel's queue.
 * @param options.requestTimeout From the first byte of a request, or the opening of its connection, to the end of the request, in
 *   milliseconds; `idleTimeout` between two requests, `writeTimeout` while the caller takes nothing of what waits for it.
 * @param options.note `(message, members)` of what keeps newcomers out, each message once in ten seconds.
 */
export function listen(responder, { host, port, ...options }) {
  let listener;
  try {
    listener = Deno.listen({ hostname: host, port });
  } catch (error) {
    throw new Error(`cannot listen on ${host}:${port}: ${error.message.replace(/ \(os error .*/, "").replace(/^.*: /, "")}`);
  }
  return new Server(listener, responder, options);
}

class Server {
  isDraining = false;
  #served = new Set();
  #turnedAway = new Set();
  #lastNotes = new Map();
  #changed = () => {};
  #emptied = () => {};

  constructor(
    listener,
    responder,
    {
      maximumConnections = 8192,
      maximumTurnedAway = 64,
      trustsForwardedProtocol = false,
      requestTimeout = 15_000,
      idleTimeout = 75_000,
      writeTimeout = 30_000,
      note = () => {},
    },
  ) {
    this.listener = listener;
    this.responder = responder;
    Object.assign(this, { maximumConnections, maximumTurnedAway, trustsForwardedProtocol, requestTimeout, idleTimeout, writeTimeout, note });
    this.port = listener.addr.port;
    const interval = Math.min(1000, requestTimeout / 4, idleTimeout / 4, writeTimeout / 4);
    this.watch = setInterval(() => this.#endOverdue(), interval);
    this.accepting = this.#accept();
  }

  /** Connections that are served. */
  get connectionCount() {
    return this.#served.size;
  }

  get isFull() {
    return this.#served.size >= this.maximumConnections;
  }

  /** Stops accepting and resolves when what is in flight has been answered. */
  async close() {
    this.isDraining = true;
    this.listener.close();
    this.#changed();
    await this.accepting;
    for (const connection of this.#all()) if (connection.isIdle) connection.end();
    if (this.#all().length > 0) await new Promise((resolve) => this.#emptied = resolve);
    clearInterval(this.watch);
  }

  #all() {
    return [...this.#served, ...this.#turnedAway];
  }

  async #accept() {
    while (!this.isDraining) {
      if (this.isFull && this.#turnedAway.size >= this.maximumTurnedAway) {
        await new Promise((resolve) => this.#changed = resolve);
        continue;
      }
      let socket;
      try {
        socket = await this.listener.accept();
      } catch (error) {
        if (this.isDraining) return;
        this.#note("no connection can be accepted", { error: error.message.replace(/ \(os error .*/, "") });
        await this.#pause();
        continue;
      }
      this.#open(socket);
    }
  }

  /** Until a connection ends, which gives its socket back, or a while has passed. */
  async #pause() {
    let timer;
    await new Promise((resolve) => {
      this.#changed = resolve;
      timer = setTimeout(resolve, pauseMilliseconds);
    });
    clearTimeout(timer);
  }

  async #open(socket) {
    const isTurnedAway = this.isFull;
    const group = isTurnedAway ? this.#turnedAway : this.#served;
    if (isTurnedAway) this.#note("connections are turned away", { maximum: String(this.maximumConnections) });
    const connection = new Connection(this, socket);
    group.add(connection);
    await connection.run(isTurnedAway);
    group.delete(connection);
    this.#changed();
    if (this.#served.size + this.#turnedAway.size === 0) this.#emptied();
  }

  #endOverdue() {
    const now = performance.now();
    for (const connection of this.#served) if (connection.deadline < now) connection.end();
    for (const connection of this.#turnedAway) if (connection.deadline < now) connection.end();
  }

  #note(message, members) {
    const now = performance.now();
    if (now - (this.#lastNotes.get(message) ?? -Infinity) < noteMilliseconds) return;
    this.#lastNotes.set(message, now);
    this.note(message, members);
  }
}

/** One connection: its requests in, its answers out in the same order, one at a time. While one is unanswered little more is read. */
class Connection {
  /** When it is ended, in the time of `performance`; an answer takes the time it takes. */
  deadline = Infinity;
  #decoder = new RequestDecoder();
  /** A read that is under way, or has come to its end and has not been looked at. */
  #reading = undefined;
  /** Whether the caller has said that it sends no more, which the kernel also says of one that has gone. */
  #inputHasEnded = false;
  #isWaiting = true;
  /** Whether what comes in is not looked at any more. */
  #isOver = false;
  /** How much of {@link answerStart} is out before the answer is made, and the write of it. */
  #startedBytes = 0;
  #starting = undefined;

  constructor(server, socket) {
    this.server = server;
    this.socket = socket;
  }

  /** Whether it is between two requests. */
  get isIdle() {
    return this.#isWaiting && this.#decoder.isBetweenRequests;
  }

  /** Ends every call that waits on it. */
  end() {
    try {
      this.socket.close();
    } catch {
      // It was closed before.
    }
  }

  /** Resolves when it has ended. */
  async run(isTurnedAway) {
    try {
      this.socket.setNoDelay(true);
      await (isTurnedAway ? this.#turnAway() : this.#serve());
      await this.#linger();
    } catch {
      // The caller has gone, or its time is over.
    }
    this.end();
  }

  async #serve() {
    const { server } = this;
    this.deadline = performance.now() + server.requestTimeout;
    for (;;) {
      const { request, refusal } = await this.#next();
      this.deadline = Infinity;
      if (refusal !== undefined) return await this.#send(server.responder.refuse(refusal), { isHead: this.#decoder.isHead, closes: true });
      if (!request) return;
      const answer = await this.#respond(request);
      // Another request has the work now, and the caller has gone.
      if (!answer) return this.end();
      const isLast = !request.keepsAlive || answer.isRefusal || this.#inputHasEnded && this.#decoder.isDrained;
      const closes = isLast || server.isFull || server.isDraining;
      try {
        await this.#send(answer, { isHead: request.method === "HEAD", isHTTP10: request.isHTTP10, closes });
      } finally {
        answer.sent?.();
      }
      if (closes) return;
      this.deadline = performance.now() + (this.#decoder.isDrained ? server.idleTimeout : server.requestTimeout);
    }
  }

  async #turnAway() {
    let timer;
    const isOver = new Promise((resolve) => timer = setTimeout(() => resolve({}), turnedAwayMilliseconds));
    const { refusal } = await Promise.race([this.#next(), isOver]);
    clearTimeout(timer);
    this.#isOver = true;
    await this.#send(this.server.responder.refuse(refusal ?? OVERLOADED), { isHead: this.#decoder.isHead, closes: true });
  }

  // In.

  /** The next request, or the reason why it is refused, or neither where no more comes. */
  async #next() {
    let request, count = 0;
    try {
      for (;;) {
        const part = this.#decoder.next();
        if (part?.head) request = part.head;
        if (part?.count) count += part.count;
        if (part?.isEnd) return { request };
        // The answer does not depend on the body, so that the caller need not send it.
        if (request && (request.expectsContinue || Math.max(request.length, count) > maximumBodyBytes)) {
          return { request: { ...request, keepsAlive: false } };
        }
        if (!part && !await this.#receive()) return this.#decoder.isBetweenRequests ? {} : { refusal: MALFORMED };
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refusal: error.reason };
    }
  }

  /** `false` where nothing more comes. */
  async #receive() {
    if (this.#inputHasEnded) return false;
    this.#isWaiting = true;
    const count = await this.#read();
    if (this.#isOver) return false;
    this.#reading = undefined;
    this.#isWaiting = false;
    if (count === null) {
      this.#inputHasEnded = true;
      return false;
    }
    if (this.#decoder.isBetweenRequests) this.deadline = performance.now() + this.server.requestTimeout;
    this.#decoder.added(count);
    return true;
  }

  #read() {
    return this.#reading ??= this.socket.read(this.#decoder.room());
  }

  /** `undefined` where the caller has gone. */
  #respond({ method, target, fields, isHTTP10 }) {
    const { responder, trustsForwardedProtocol } = this.server;
    const isSecure = trustsForwardedProtocol && first(fields, "x-forwarded-proto") === "https";
    const left = new AbortController();
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const gone = () => {
        if (isAnswered) return;
        resolve(undefined);
        left.abort();
      };
      Promise.resolve(responder.respond({ method, target, fields, isHTTP10, isSecure }, left.signal)).then(resolve, reject)
        .finally(() => isAnswered = true);
      const ended = () => {
        this.#inputHasEnded = true;
        this.#startAnswer(() => isAnswered, gone);
      };
      if (this.#inputHasEnded) ended();
      else this.#read().then((count) => count === null && !isAnswered && ended(), gone);
    });
  }

  /**
   * Sends the first bytes of the answer that is being made to a caller whose input has ended, slowly, and thereby learns of one that has
   * gone altogether: its system resets the connection.
   */
  async #startAnswer(isAnswered, gone) {
    try {
      for (const byte of encoder.encode(answerStart).subarray(this.#startedBytes)) {
        if (isAnswered()) return;
        this.#startedBytes += 1;
        this.#starting = this.socket.write(Uint8Array.of(byte));
        await this.#starting;
        await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, 500)));
      }
    } catch {
      gone();
    }
  }

  // Out.

  async #send({ status, fields, body }, { isHead, isHTTP10 = false, closes }) {
    let text = `${answerStart}${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
    text += `Date: ${date()}\r\n${closes ? "Connection: close\r\n" : isHTTP10 ? "Connection: keep-alive\r\n" : ""}\r\n`;
    if (this.#starting) await this.#starting;
    const head = encoder.encode(text).subarray(this.#startedBytes);
    this.#startedBytes = 0;
    this.#starting = undefined;
    if (isHead || !body?.length) return await this.#write(head);
    if (head.length + body.length <= oneWriteBytes) {
      const whole = new Uint8Array(head.length + body.length);
      whole.set(head);
      whole.set(body, head.length);
      return await this.#write(whole);
    }
    await this.#write(head);
    await this.#write(body);
  }

  async #write(bytes) {
    for (let done = 0; done < bytes.length;) {
      this.deadline = performance.now() + this.server.writeTimeout;
      done += await this.socket.write(done === 0 ? bytes : bytes.subarray(done));
    }
  }

  /** Says that nothing more comes and waits for the caller to close. */
  async #linger() {
    this.deadline = performance.now() + lingerMilliseconds;
    await this.socket.closeWrite();
    const dropped = new Uint8Array(4096);
    while (!this.#inputHasEnded) {
      const count = await (this.#reading ?? this.socket.read(dropped));
      this.#reading = undefined;
      if (count === null) return;
    }
  }
}

function first(fields, name) {
  for (let index = 0; index < fields.length; index += 2) if (fields[index].toLowerCase() === name) return fields[index + 1];
  return undefined;
}

let dateText = "", dateSecond = -1;

/** The time as IMF-fixdate (RFC 9110, section 5.6.7), formatted once a second. */
function date() {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) dateText = new Date(second * 1000).toUTCString();
  dateSecond = second;
  return dateText;
}
