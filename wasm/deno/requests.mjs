// The parts of the requests on a connection (RFC 9112): the same grammar as the native host's RequestDecoder.
//
// By hand, because node:http loses what follows an `Upgrade` or a `Connection: close`, knows no method but those of a list, and answers
// what it refuses before what came earlier. Strict: what could be read in two ways is refused, for whoever stands in front might read it
// in the other.

import { HEAD_TOO_LONG, MALFORMED, TARGET_TOO_LONG, VERSION_NOT_SUPPORTED } from "../worker.mjs";

/** The maximum size of a request line with its fields, and of a trailer section, in bytes. */
const maximumHeadBytes = 80 << 10;
/** The maximum length of the line before a chunk, in bytes. Its extensions are ignored. */
const maximumChunkLineBytes = 1024;
const maximumFieldCount = 256;
/** A usual head fits; one that does not makes the buffer grow. */
const initialBytes = 4096;

const CR = 13, LF = 10, BLANK = 32;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// deno-lint-ignore no-control-regex
const noValue = /[\x00-\x08\x0a-\x1f\x7f]/;
// deno-lint-ignore no-control-regex
const noTarget = /[\x00-\x20\x7f]/;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Why nothing is passed on of what was received: a reason of `refuse` of the worker. */
export class Refusal extends Error {
  constructor(reason) {
    super("the request is refused");
    this.reason = reason;
  }
}

export class RequestDecoder {
  /** Whether the message that has begun is a `HEAD`, of which refusals are told without a body too. */
  isHead = false;
  #bytes = new Uint8Array(initialBytes);
  #start = 0;
  #end = 0;
  #state = this.#head;
  /** How much of the head that has begun has been searched for its end, from its first byte. */
  #searched = 0;
  /** Where the line begins that has not come to its end. */
  #lineStart = 0;
  /** The bytes still to come of a body of known length, or of a chunk. */
  #rest = 0;
  #trailerBytes = 0;

  /** Whether no request has begun, as far as this has been asked for parts. */
  get isBetweenRequests() {
    return this.#state === this.#head && this.#searched === 0;
  }

  /** Where the next bytes are received to; {@link added} says how many came. Parts may be asked for in between. */
  room() {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#bytes.length > initialBytes) this.#bytes = new Uint8Array(initialBytes);
    }
    if (this.#end === this.#bytes.length) {
      const kept = this.#bytes.subarray(this.#start, this.#end);
      const bytes = this.#start > 0 ? this.#bytes : new Uint8Array(this.#bytes.length * 2);
      bytes.set(kept);
      this.#bytes = bytes;
      this.#start = 0;
      this.#end = kept.length;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Whether nothing is left of what was received. */
  get isDrained() {
    return this.#start === this.#end;
  }

  added(count) {
    this.#end += count;
  }

  /**
   * The next of `{ head }`, `{ count }` of bytes of a body, which nobody wants, and `{ isEnd: true }`; `undefined` where more must come
   * first. After an error there are no further parts.
   *
   * @throws {Refusal}
   */
  next() {
    for (;;) {
      const part = this.#state();
      if (part !== again) return part;
    }
  }

  #become(state) {
    this.#state = state;
    return again;
  }

  #over() {
    return undefined;
  }

  #refuse(reason) {
    this.#state = this.#over;
    throw new Refusal(reason);
  }

  #head() {
    if (this.#searched === 0) {
      // Empty lines before a request are ignored (RFC 9112, section 2.2).
      while (this.#start < this.#end && (this.#bytes[this.#start] === CR || this.#bytes[this.#start] === LF)) this.#start += 1;
      if (this.#start === this.#end) return undefined;
    }
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    const length = this.#findEnd(bytes);
    if (length === undefined) return undefined;
    const head = this.#read(bytes.subarray(0, length));
    this.#start += length;
    this.#rest = head.length;
    this.#state = head.isChunked ? this.#chunkSize : this.#body;
    return { head };
  }

  /** The length of a whole head, with the empty line. */
  #findEnd(bytes) {
    if (this.#searched < 5) this.isHead = startsWithHead(bytes);
    const knewFirstLine = this.#lineStart > 0;
    for (;;) {
      const end = bytes.indexOf(LF, this.#searched);
      if (end < 0 || end > maximumHeadBytes) break;
      if (end <= this.#lineStart || bytes[end - 1] !== CR) this.#refuse(MALFORMED);
      this.#searched = end + 1;
      if (end === this.#lineStart + 1) return this.#searched;
      this.#lineStart = this.#searched;
    }
    if (bytes.length > maximumHeadBytes) this.#refuse(this.#lineStart === 0 ? TARGET_TOO_LONG : HEAD_TOO_LONG);
    this.#searched = bytes.length;
    // What will never be a request is not waited for.
    if (this.#lineStart === 0) {
      if (!token.test(decoder.decode(bytes.subarray(0, 64)).split(" ", 1)[0])) this.#refuse(MALFORMED);
    } else if (!knewFirstLine) {
      this.#requestLine(bytes.subarray(0, bytes.indexOf(LF) - 1));
    }
    return undefined;
  }

  #requestLine(bytes) {
    const line = decoder.decode(bytes);
    const blank = line.indexOf(" ");
    const [method, target, version] = [line.slice(0, Math.max(blank, 0)), line.slice(blank + 1, -9), line.slice(-9)];
    const match = /^ HTTP\/([1-9])\.([0-9])$/.exec(version);
    if (!token.test(method) || !target || line.length < blank + 11 || noTarget.test(target) || !match) this.#refuse(MALFORMED);
    if (match[1] !== "1") this.#refuse(VERSION_NOT_SUPPORTED);
    // A higher minor version is read as 1.1 (RFC 9110, section 2.5).
    return { method, target: escaped(target, bytes.subarray(blank + 1, -9)), isHTTP10: match[2] === "0" };
  }

  /** What was sent, and what it means for the connection. `fields` are names and values by turns, in the order and spelling received. */
  #read(bytes) {
    const lines = decoder.decode(bytes.subarray(0, -4)).split("\r\n");
    const { method, target, isHTTP10 } = this.#requestLine(bytes.subarray(0, bytes.indexOf(LF) - 1));
    if (lines.length - 1 > maximumFieldCount) {
      // The first that is wrong is told.
      for (const line of lines.slice(1, maximumFieldCount + 2)) if (!fieldOf(line)) this.#refuse(MALFORMED);
      this.#refuse(HEAD_TOO_LONG);
    }
    const fields = [];
    let length, hosts = 0, isChunked = false, asksToKeep = false, asksToClose = false, expectsContinue = false;
    for (let index = 1; index < lines.length; index++) {
      const field = fieldOf(lines[index]);
      if (!field) this.#refuse(MALFORMED);
      const [name, value] = field;
      fields.push(name, value);
      switch (name.length) {
        case 4:
          if (lower(name) === "host") hosts += 1;
          break;
        case 6:
          if (lower(name) === "expect") expectsContinue = lower(value) === "100-continue";
          break;
        case 10:
          if (lower(name) !== "connection") break;
          for (const one of value.split(",")) {
            if (lower(trimmed(one)) === "close") asksToClose = true;
            if (lower(trimmed(one)) === "keep-alive") asksToKeep = true;
          }
          break;
        case 14:
          if (lower(name) !== "content-length") break;
          if (length !== undefined || !/^[0-9]{1,18}$/.test(value)) this.#refuse(MALFORMED);
          length = Number(value);
          break;
        case 17:
          if (lower(name) !== "transfer-encoding") break;
          if (isChunked || lower(value) !== "chunked") this.#refuse(MALFORMED);
          isChunked = true;
      }
    }
    if (hosts > 1 || hosts === 0 && !isHTTP10) this.#refuse(MALFORMED);
    // Two ways to tell the length of a body are how requests are smuggled (RFC 9112, section 6.3).
    if (isChunked && length !== undefined) this.#refuse(MALFORMED);
    // Version 1.0 knows no chunks: who sends them may mean something else (section 6.1). After CONNECT bytes would be a tunnel's.
    const isConnect = method === "CONNECT";
    const keepsAlive = !asksToClose && !isConnect && (!isHTTP10 || asksToKeep && !isChunked);
    return {
      method,
      target,
      fields,
      isHTTP10,
      keepsAlive,
      expectsContinue,
      isChunked: isChunked && !isConnect,
      length: isConnect ? 0 : length ?? 0,
    };
  }

  #body() {
    if (this.#rest === 0) return this.#finish();
    return this.#take();
  }

  #chunk() {
    return this.#rest === 0 ? this.#become(this.#chunkEnd) : this.#take();
  }

  #take() {
    const count = Math.min(this.#rest, this.#end - this.#start);
    if (count === 0) return undefined;
    this.#start += count;
    this.#rest -= count;
    return { count };
  }

  /** RFC 9112, section 7.1: digits of base 16, and extensions, which are ignored. */
  #chunkSize() {
    const line = this.#line(maximumChunkLineBytes);
    if (line === undefined) return undefined;
    const size = /^([0-9a-fA-F]{1,15})(;|$)/.exec(line);
    if (!size || noValue.test(line)) this.#refuse(MALFORMED);
    this.#rest = parseInt(size[1], 16);
    this.#trailerBytes = 0;
    return this.#become(this.#rest === 0 ? this.#trailer : this.#chunk);
  }

  #chunkEnd() {
    const [first, second] = this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + 2));
    if ((first ?? CR) !== CR || (second ?? LF) !== LF) this.#refuse(MALFORMED);
    if (second === undefined) return undefined;
    this.#start += 2;
    return this.#become(this.#chunkSize);
  }

  #trailer() {
    const line = this.#line(maximumHeadBytes - this.#trailerBytes);
    if (line === undefined) return undefined;
    if (line === "") return this.#finish();
    this.#trailerBytes += line.length;
    if (!fieldOf(line)) this.#refuse(MALFORMED);
    return again;
  }

  /** The next line without its end. */
  #line(maximum) {
    const bytes = this.#bytes.subarray(this.#start, this.#end);
    const length = bytes.indexOf(LF);
    if ((length < 0 ? bytes.length : length) > maximum) this.#refuse(HEAD_TOO_LONG);
    if (length < 0) return undefined;
    if (bytes[length - 1] !== CR) this.#refuse(MALFORMED);
    this.#start += length + 1;
    return decoder.decode(bytes.subarray(0, length - 1));
  }

  #finish() {
    this.#state = this.#head;
    this.#searched = this.#lineStart = 0;
    return { isEnd: true };
  }
}

/** A state that gives no part, because another has its turn. */
const again = Symbol();

const lower = (text) => text.toLowerCase();

function startsWithHead(bytes) {
  return bytes[0] === 72 && bytes[1] === 69 && bytes[2] === 65 && bytes[3] === 68 && bytes[4] === BLANK;
}

/** Name and value of a field line (section 5); `undefined` where it is none, as a line is that goes on with the one before. */
function fieldOf(line) {
  const colon = line.indexOf(":");
  if (colon < 1) return undefined;
  const [name, value] = [line.slice(0, colon), trimmed(line.slice(colon + 1))];
  return token.test(name) && !noValue.test(value) ? [name, value] : undefined;
}

/** Without the blanks around it, and with all that JavaScript takes for some. */
function trimmed(text) {
  let start = 0, end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code) => code === 0x20 || code === 0x09;

/** With bytes past ASCII escaped. */
function escaped(text, bytes) {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return Array.from(bytes, (byte) => byte < 0x80 ? String.fromCharCode(byte) : "%" + byte.toString(16).toUpperCase()).join("");
}
