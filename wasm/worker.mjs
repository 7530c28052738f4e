// The edge bundle as a worker, for any platform with WebAssembly.
//
// Law of this file: it performs what the module asks for and decides nothing. What is answered is decided in the module; how bytes
// are fetched, stored and rendered is the platform's, given to `createWorker`. README.md documents both sides.

import { Claims } from "./claims.mjs";
import { HeldBytes, Room } from "./room.mjs";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The version of the contract that this worker speaks: README.md says when it grows. */
const contract = 2;

/** Reasons for `refusal`. */
export const MALFORMED = 0, FAILED = 1, OVERLOADED = 2, HEAD_TOO_LONG = 3, TARGET_TOO_LONG = 4, VERSION_NOT_SUPPORTED = 5;

/** What an output store can have for a request; of several look-ups the last of these counts. */
export const outcomes = ["hit", "collapsed", "miss", "refused"];

/** Where a platform keeps no usage: what went wrong is told all the same. */
const noRecords = { perform: () => "unavailable" };
const noSecrets = { perform: ({ secrets }) => Array(secrets.length / 2).fill(null) };
const onConsole = {
  note: ({ notes }) => notes && console.error(notes),
  fault: (message, error) => console.error(message, error),
};

/**
 * @param options.module A compiled `WebAssembly.Module`, or the bytes of one.
 * @param options.setup What `configure` takes.
 * @param options.net `fetch(outbound, { permits, decoding, hold, signal })` → `{ response }` or `{ failed }`; `hold(count)` is asked for the
 *   bytes of a body as they come, and `false` means that there is no room for them. A body has a `length`; only `pixels` looks into
 *   it. Where it has `free()`, that is called when the request is over.
 * @param options.pixels `perform(kind, text, blobs, signal, share)` → `{ result, body }`; `hasRoom(share)`, asked before a miss is begun,
 *   where there is a queue that can be full; without a share it is for one that has nothing there.
 * @param options.outputs `peek(key)`, `get(key)`, `put(key, output)`.
 * @param options.records `perform(request)` → result, of records; without it there are no workspaces but those of the setup.
 * @param options.secrets `perform(request)` → result; without it no secret can be sealed or opened.
 * @param options.log `note(usage)` of a request that has been answered, and `fault(message, error)` of what should not happen.
 * @param options.maximumWork Misses at one time; one more is answered 503, or takes the place of another workspace's, which is.
 * @param options.maximumHeldBytes Of originals at one time, divided by workspace; never less than one original may have.
 * @param options.maximumSentBytes Of outputs that are being made, read or sent at one time, divided by workspace; one is in any case.
 * @throws With the words of the module where the setup is wrong.
 */
export async function createWorker(
  {
    module,
    setup = {},
    net,
    pixels,
    outputs,
    records = noRecords,
    secrets = noSecrets,
    log = onConsole,
    maximumWork = 128,
    maximumHeldBytes = 2 ** 30,
    maximumSentBytes = 2 ** 30,
  },
) {
  const compiled = module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module);
  const host = { net, pixels, outputs, records, secrets, log, maximumWork, maximumHeldBytes, maximumSentBytes };
  const worker = new Worker(compiled, JSON.stringify(setup), host);
  return {
    /** The standard entry of a module worker. The platform has normalised the URL before we see it. */
    async fetch(request, _env, context) {
      const url = new URL(request.url);
      const fields = ["Host", request.headers.get("host") ?? url.host];
      for (const [name, value] of request.headers) if (name !== "host") fields.push(name, value);
      const target = url.pathname + url.search;
      const received = { method: request.method, target, fields, isHTTP10: false, isSecure: url.protocol === "https:" };
      const answer = await worker.respond(received, request.signal, (work) => context?.waitUntil?.(work));
      const headers = new Headers();
      for (let index = 0; index < answer.fields.length; index += 2) {
        headers.append(answer.fields[index], answer.fields[index + 1]);
      }
      // The platform does not tell when it has been sent.
      answer.sent?.();
      const body = request.method === "HEAD" ? null : answer.body;
      return new Response(body, { status: answer.status, headers });
    },
    /**
     * For a platform that has the request as it was received: `{ method, target, fields, isHTTP10, isSecure }`. With `isRefusal`, the answer
     * is that it was no request: the connection is to be closed. Where the answer has a `sent()`, that is to be called when its body has
     * been sent, or never will be.
     */
    respond: (received, signal) => worker.respond(received, signal),
    refuse: (reason) => worker.refuse(reason),
    drain: () => worker.isDraining = true,
    /** How records lie in a file of SQLite: schema and statements, for stores that are made of one. */
    get sqlite() {
      return worker.instance.sqlite();
    },
    /** Takes the text of another file of workspaces, or throws with what is wrong with it and changes nothing. */
    replaceWorkspaces: (text) => worker.replaceWorkspaces(text),
    /** Whether the pixels have room, which `isReady` says from then on. */
    askForRoom: () => worker.askForRoom(),
    /** Misses in the making. */
    get work() {
      return worker.work;
    },
    /** The bytes of originals that are being read or worked on. */
    get heldBytes() {
      return worker.held.count;
    },
    /** Of outputs that are being made, read or sent. */
    get sentBytes() {
      return worker.sent.count;
    },
  };
}

class Worker {
  isDraining = false;
  /** The text of the workspaces that took the place of those of the setup. */
  workspaces = undefined;
  /** For a newcomer, and as last heard: what depends on it is wanted at once. */
  pixelsHaveRoom = true;
  #asking = undefined;

  constructor(module, setup, host) {
    this.module = module;
    this.setup = setup;
    this.host = host;
    this.claims = new Claims();
    this.misses = new Room(host.maximumWork);
    this.held = new HeldBytes(host.maximumHeldBytes);
    this.sent = new SentBytes(host.maximumSentBytes);
    this.instance = new Instance(this);
  }

  respond(received, signal, waitUntil) {
    return new Promise((resolve) => {
      const flight = new Flight(this.instance, resolve, waitUntil);
      const context = {
        now: Math.floor(Date.now() / 1000),
        isReady: !this.isDraining && this.misses.hasRoom() && this.pixelsHaveRoom,
      };
      if (!this.pixelsHaveRoom) this.askForRoom();
      flight.now = context.now;
      flight.instance.begin(flight, JSON.stringify({ request: received, context }));
      signal?.addEventListener("abort", () => flight.callerLeft(), { once: true });
    });
  }

  replaceWorkspaces(text) {
    const complaint = this.instance.replaceWorkspaces(text);
    if (complaint) throw new Error(complaint);
    this.workspaces = text;
  }

  get work() {
    return this.misses.count;
  }

  /** Whether the pixels have room for more of a share. Where that cannot be told, there is none: neither true nor false. */
  async pixelsHaveRoomFor(share) {
    try {
      return Boolean(await (this.host.pixels.hasRoom?.(share) ?? true));
    } catch (error) {
      this.fault("the pixels cannot be asked for room", error);
      this.pixelsHaveRoom = false;
      return undefined;
    }
  }

  /** Finds out anew whether newcomers have room: one question at a time, whoever wants to know. */
  askForRoom() {
    return this.#asking ??= this.pixelsHaveRoomFor(undefined).then((hasRoom) => {
      this.pixelsHaveRoom = hasRoom === true;
      this.#asking = undefined;
    });
  }

  /** For what never became a request. */
  refuse(reason) {
    const answer = this.instance.refuse(reason);
    this.note({ status: answer.status, byteCount: answer.body?.length ?? 0, milliseconds: 0 });
    return answer;
  }

  note(usage) {
    try {
      this.host.log.note(usage);
    } catch (error) {
      this.fault("a record cannot be noted", error);
    }
  }

  /** Nothing is left to be told where that fails too. */
  fault(message, error) {
    try {
      this.host.log.fault(message, error);
    } catch (failure) {
      console.error(message, error, failure);
    }
  }

  /** A trap leaves memory in an unknown state: what is in flight is lost, and the next request finds a new instance. */
  replace(instance) {
    if (this.instance !== instance) return;
    this.instance = new Instance(this);
    for (const flight of instance.flights.values()) flight.lose(this.instance.refuse(FAILED));
    instance.flights.clear();
  }
}

/** Bytes of outputs that somebody works with. What several send at one time is in memory once, and counts for the one that came first. */
class SentBytes {
  #held;
  #users = new Map();

  constructor(maximum) {
    this.#held = new HeldBytes(maximum);
  }

  get count() {
    return this.#held.count;
  }

  /** `false` where there is no room for it. One is taken in any case. */
  take(body, share) {
    const used = this.#users.get(body);
    if (used) {
      used.count += 1;
      return true;
    }
    if (!this.#held.take(body.length, share, this.#held.count === 0 ? Infinity : 0)) return false;
    this.#users.set(body, { share, count: 1 });
    return true;
  }

  give(body) {
    const used = this.#users.get(body);
    used.count -= 1;
    if (used.count > 0) return;
    this.#users.delete(body);
    this.#held.give(body.length, used.share);
  }
}

/** An instance of the module, and the requests that are in flight in it. */
class Instance {
  flights = new Map();
  isDead = false;
  #lastNumber = 0;
  #scratch = 0;
  #capacity = 0;

  constructor(worker) {
    this.worker = worker;
    const pixels = (kind) => (number, effect, pointer, length) => {
      const text = this.#text(pointer, length);
      this.#flight(number)?.render(kind, effect, text);
    };
    const imports = {
      net: {
        fetch: (number, effect, ...text) => this.#flight(number)?.fetch(effect, this.#json(...text)),
        exchange: (number, effect, ...text) => this.#flight(number)?.exchange(effect, this.#json(...text)),
      },
      pixels: { inspect: pixels("inspect"), render: pixels("render"), sample: pixels("sample") },
      outputs: {
        lookUp: (number, effect, ...text) => this.#flight(number)?.lookUp(effect, this.#json(...text)),
        settle: (number, ...text) => this.#flight(number)?.settle(this.#json(...text)),
      },
      records: { perform: (number, effect, ...text) => this.#flight(number)?.records(effect, this.#json(...text)) },
      secrets: { perform: (number, effect, ...text) => this.#flight(number)?.secrets(effect, this.#json(...text)) },
      log: { note: (number, ...text) => this.#flight(number)?.note(this.#json(...text)) },
      response: { send: (number, ...text) => this.#flight(number)?.send(this.#json(...text)) },
    };
    this.exports = new WebAssembly.Instance(worker.module, imports).exports;
    const spoken = this.exports.contract?.();
    if (spoken !== contract) throw new Error(`the module speaks version ${spoken ?? 1} of the contract, this worker ${contract}`);
    const complaint = this.#returned(this.exports.configure(...this.#write(worker.setup)));
    if (complaint) throw new Error(complaint);
    if (worker.workspaces !== undefined) this.replaceWorkspaces(worker.workspaces);
  }

  /** What is wrong with them, or nothing: then requests that begin from now on find them. */
  replaceWorkspaces(text) {
    return this.#guard(() => this.#returned(this.exports.workspaces(...this.#write(text))));
  }

  begin(flight, text) {
    do this.#lastNumber = (this.#lastNumber + 1) >>> 0; while (this.flights.has(this.#lastNumber));
    flight.number = this.#lastNumber;
    this.flights.set(flight.number, flight);
    this.#enter(flight, "handle", flight.number, text);
  }

  resume(flight, effect, result) {
    if (this.flights.get(flight.number) === flight) this.#enter(flight, "resume", effect, jsonOf(result));
  }

  cancel(flight) {
    if (!this.flights.delete(flight.number)) return;
    this.#guard(() => this.exports.cancel(flight.number));
  }

  permits = (address) => this.#guard(() => this.exports.permits(...this.#write(address))) === 1;

  sqlite() {
    return JSON.parse(this.#returned(this.exports.sqlite()));
  }

  decoding = (field) => this.#guard(() => this.#returned(this.exports.decoding(...this.#write(field))));

  refuse(reason) {
    return readable(JSON.parse(this.#returned(this.exports.refusal(reason))));
  }

  #enter(flight, name, number, text) {
    this.#guard(() => this.exports[name](number, ...this.#write(text)));
    if (flight.isAnswered && this.flights.delete(flight.number)) flight.end();
  }

  #guard(call) {
    if (this.isDead) return undefined;
    try {
      return call();
    } catch (error) {
      this.isDead = true;
      this.worker.fault("the module was lost and is replaced", error);
      this.worker.replace(this);
      return undefined;
    }
  }

  #flight(number) {
    return this.flights.get(number >>> 0);
  }

  /** Into one piece of memory that is used again and again: the module keeps nothing of a text. */
  #write(text) {
    const need = text.length * 3;
    if (need > this.#capacity) {
      this.exports.deallocate(this.#scratch);
      this.#capacity = Math.max(need, 4096);
      this.#scratch = this.exports.allocate(this.#capacity);
    }
    const room = new Uint8Array(this.exports.memory.buffer, this.#scratch, this.#capacity);
    return [this.#scratch, encoder.encodeInto(text, room).written];
  }

  #text(pointer, length) {
    return decoder.decode(new Uint8Array(this.exports.memory.buffer, pointer, length));
  }

  #json(pointer, length) {
    return JSON.parse(this.#text(pointer, length));
  }

  #returned(pointer) {
    if (!pointer) return "";
    const length = new DataView(this.exports.memory.buffer).getUint32(pointer, true);
    const text = this.#text(pointer + 4, length);
    this.exports.deallocate(pointer);
    return text;
  }
}

/** One request: its bytes, its claims, and what to stop when nobody waits for it. */
class Flight {
  number = 0;
  now = 0;
  isAnswered = false;
  #blobs = [];
  #claimed = new Set();
  #stop = new AbortController();
  #isWanted = true;
  #share = { workspace: "", weight: 1 };
  #isWorking = false;
  /** Its room has been given to another: all that is still to be done finds none. */
  #hasGivenWay = false;
  /** What effects that are under way come to if it gives way. */
  #refusals = new Map();
  #heldBytes = 0;
  /** What is counted of outputs. */
  #outputs = [];
  #mayWork = undefined;
  #isOver = false;
  #waitsFor = undefined;
  #start = performance.now();
  #answer = undefined;
  #record = undefined;
  #outcome = -1;

  constructor(instance, resolve, waitUntil) {
    this.instance = instance;
    this.worker = instance.worker;
    this.resolve = resolve;
    this.waitUntil = waitUntil;
  }

  // What the module asks for.

  fetch(effect, outbound) {
    const { permits, decoding } = this.instance;
    let held = 0;
    const hold = (count) => {
      if (!isCount(count) || !this.#hold(count, outbound.maximumBytes)) return false;
      held += count;
      return true;
    };
    const refusal = { failed: "overloaded" };
    if (this.#hasGivenWay) return this.#refuse(effect, refusal);
    this.#refusals.set(effect, refusal);
    const { net } = this.worker.host;
    this.#perform(effect, () => net.fetch(outbound, { permits, decoding, hold, signal: this.#stop.signal }), (fetched) => {
      if (!fetched.response) {
        this.#release(held);
        return fetched;
      }
      const { body, ...response } = fetched.response;
      if (typeof body !== "object" || !isCount(body.length)) throw new TypeError("the body of an original has no bytes");
      return { response: { ...response, body: this.#adopt(body), byteCount: body.length } };
    }, { failed: "unreachable" });
  }

  // What these come to in the face of a fault is said by the module, in the words of each.

  records(effect, request) {
    this.#perform(effect, () => this.worker.host.records.perform(request), (result) => result, "unavailable");
  }

  exchange(effect, request) {
    const { net } = this.worker.host;
    const { permits } = this.instance;
    this.#perform(effect, () => net.exchange(request, { permits, signal: this.#stop.signal }), (result) => result, "unanswered");
  }

  secrets(effect, request) {
    // Texts and bindings by turns.
    const failure = Array(request.secrets.length / 2).fill(null);
    this.#perform(effect, () => this.worker.host.secrets.perform(request), (result) => result, failure);
  }

  render(kind, effect, text) {
    if (this.#hasGivenWay) return this.#refuse(effect, "overloaded");
    this.#refusals.set(effect, "overloaded");
    const { pixels } = this.worker.host;
    this.#perform(effect, () => pixels.perform(kind, text, this.#blobs, this.#stop.signal, this.#share), ({ result, body }) => {
      if (!result.output) return result;
      // Any other number would be that of an original.
      if (body?.length !== result.output.byteCount) throw new TypeError("an output has other bytes than it says");
      if (!this.#take(bytesIn(body))) return "overloaded";
      return { output: { ...result.output, body: this.#adopt(body) } };
    }, kind === "render" ? "failed" : "overloaded");
  }

  lookUp(effect, { key, share }) {
    this.#share = share;
    const { claims, host } = this.worker;
    let output;
    try {
      output = host.outputs.peek(key);
    } catch (error) {
      this.worker.fault("an effect of the host failed", error);
    }
    if (output) return void queueMicrotask(() => this.#hit(effect, "hit", output));
    const waiter = {
      flight: this,
      found: (output) => this.#hit(effect, "hit", output),
      made: (output) => this.#hit(effect, "collapsed", output),
      failed: (problem) => {
        this.#found("collapsed");
        this.instance.resume(this, effect, problem);
      },
      passed: () => {
        this.#waitsFor = undefined;
        // Gone while the claim was on its way here: the next one has it.
        if (this.#isOver) return this.#pass(key);
        this.#claimed.add(key);
        this.#missed(effect, key);
      },
    };
    if (!claims.enter(key, this, waiter)) return void (this.#waitsFor = { key, waiter });
    this.#claimed.add(key);
    this.#perform(effect, () => host.outputs.get(key), (output) => {
      if (output === undefined) return void this.#missed(effect, key, "miss");
      // Of an original that serves, a store has no more than that once memory has lost its bytes.
      if (output?.isOriginal && !output.body) return void this.#missed(effect, key, "originalServes");
      // Those who wait get it too, whatever it is.
      this.#settled(key, (waiter) => waiter.found(output));
      return this.#stored("hit", output);
    }, undefined, () => this.#missed(effect, key));
  }

  settle(work) {
    if (work.fail) return this.#settled(work.fail.key, (waiter) => waiter.failed({ failed: work.fail.problem }));
    const { key, output: { body, bytes, mediaType, isOriginal, lifetimeSeconds } } = work.store;
    const output = {
      body: bytes === undefined ? this.#blobs[body] : bytesOf(bytes),
      isText: bytes !== undefined,
      mediaType,
      isOriginal,
      expires: this.now + lifetimeSeconds,
    };
    const stored = this.#store(key, output);
    this.waitUntil?.(stored);
    this.#settled(key, (waiter) => waiter.made(output));
  }

  async #store(key, output) {
    try {
      await this.worker.host.outputs.put(key, output);
    } catch (error) {
      this.worker.fault("an output cannot be stored", error);
    }
  }

  send(response) {
    this.isAnswered = true;
    this.#answer = readable(response, this.#blobs);
    // The answer's own body counts until it has been sent.
    const place = this.#outputs.indexOf(this.#answer.body);
    if (place >= 0 && this.#isWanted) {
      const [body] = this.#outputs.splice(place, 1);
      this.#answer.sent = () => this.worker.sent.give(body);
    }
    this.resolve(this.#answer);
  }

  note(record) {
    this.#record = record;
  }

  // How it ends.

  /** Answered, and what follows the answer is done. */
  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    // The module notes every request that it has taken for one.
    if (this.#answer && !this.#record) this.#answer.isRefusal = true;
    if (this.#answer && this.#isWanted) this.worker.note(this.#usage());
    this.#endWork();
    this.#release(this.#heldBytes);
    for (const body of this.#outputs.splice(0)) this.worker.sent.give(body);
    for (const key of this.#claimed) this.#pass(key);
    this.#claimed.clear();
    for (const blob of this.#blobs) blob.free?.();
    this.#blobs = [];
  }

  lose(answer) {
    this.#stop.abort();
    this.#answer ??= answer;
    this.resolve(answer);
    this.end();
  }

  /** The work goes on as long as somebody else waits for it. */
  callerLeft() {
    this.#isWanted = false;
    if (this.#waitsFor) this.worker.claims.leave(this.#waitsFor.key, this.#waitsFor.waiter)?.cancelUnlessWanted();
    this.#waitsFor = undefined;
    this.cancelUnlessWanted();
  }

  /** Somebody else's work is done in the place of this: what is under way and what would follow finds no room. */
  giveWay() {
    this.#hasGivenWay = true;
    this.#isWorking = false;
    this.#found("refused");
    const refusals = [...this.#refusals];
    this.#refusals.clear();
    this.#stop.abort();
    for (const [effect, refusal] of refusals) this.#refuse(effect, refusal);
  }

  cancelUnlessWanted() {
    if (this.#isWanted || this.worker.claims.areAwaited(this.#claimed)) return;
    this.instance.cancel(this);
    this.lose(undefined);
  }

  // Helpers.

  /**
   * Whatever a host does wrong is its own request's fault: the module takes `null` for no result at all, and answers with 500.
   *
   * @param read What the module gets of a result; `undefined` where it has gone on by itself.
   */
  async #perform(effect, begin, read, failure, otherwise) {
    const canBeRefused = this.#refusals.has(effect);
    // What comes of an effect that has been refused meanwhile is of no interest, not even that it was stopped.
    const isOfNoInterest = () => canBeRefused && !this.#refusals.delete(effect);
    let value;
    try {
      value = await begin();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.worker.fault("an effect of the host failed", error);
      if (isOfNoInterest()) return;
      return otherwise ? otherwise() : this.instance.resume(this, effect, failure);
    }
    if (isOfNoInterest()) return;
    let result = null;
    try {
      result = read(value);
    } catch (error) {
      this.worker.fault("a result of the host breaks the contract", error);
    }
    if (result !== undefined || !otherwise) this.instance.resume(this, effect, result);
  }

  async #missed(effect, key, how = "miss") {
    // It was cancelled meanwhile, and its claims are passed on.
    if (this.#isOver) return;
    const mayWork = await (this.#mayWork ??= this.#beginWork());
    if (this.#isOver) return;
    if (!mayWork) this.#mayWork = undefined;
    this.#found(mayWork ? "miss" : "refused");
    if (!mayWork) this.#settled(key, (waiter) => waiter.failed("overloaded"));
    this.instance.resume(this, effect, mayWork ? how : "overloaded");
  }

  /** Later, for no export may be called from within an import. */
  #refuse(effect, refusal) {
    queueMicrotask(() => this.instance.resume(this, effect, refusal));
  }

  /** Whether there is room for another miss. */
  async #beginWork() {
    const { misses } = this.worker;
    const admission = misses.enter(this, this.#share);
    if (!admission) return false;
    this.#isWorking = true;
    admission.displaced?.giveWay();
    const hasRoom = await this.worker.pixelsHaveRoomFor(this.#share);
    if (hasRoom) {
      // Then a newcomer finds some all the more.
      this.worker.pixelsHaveRoom = true;
      return !this.#hasGivenWay;
    }
    this.#endWork();
    if (hasRoom === false) this.worker.askForRoom();
    return false;
  }

  #endWork() {
    if (this.#isWorking) this.worker.misses.leave(this, this.#share);
    this.#isWorking = false;
  }

  /** What one may have is there for all even where the maximum is lower, so that each finds room at some time. */
  #hold(count, maximumForOne) {
    if (this.#isOver || !this.worker.held.take(count, this.#share, maximumForOne)) return false;
    this.#heldBytes += count;
    return true;
  }

  /** Counts an output until the answer has been sent. */
  #take(body) {
    if (this.#isOver || !this.worker.sent.take(body, this.#share)) return false;
    this.#outputs.push(body);
    return true;
  }

  #release(count) {
    // A fetch that ends after its flight finds nothing left.
    const released = Math.min(count, this.#heldBytes);
    this.worker.held.give(released, this.#share);
    this.#heldBytes -= released;
  }

  #hit(effect, how, output) {
    this.#waitsFor = undefined;
    let stored = null;
    try {
      stored = this.#stored(how, output);
    } catch (error) {
      this.worker.fault("a result of the host breaks the contract", error);
    }
    this.instance.resume(this, effect, stored);
  }

  #stored(how, output) {
    if (!this.#take(bytesIn(output.body))) {
      this.#found("refused");
      return "overloaded";
    }
    this.#found(how);
    const stored = {
      body: this.#adopt(output.body),
      byteCount: output.body.length,
      mediaType: output.mediaType,
      isOriginal: output.isOriginal,
      lifetimeSeconds: Math.max(0, output.expires - this.now),
    };
    if (output.isText) stored.bytes = textOf(output.body);
    return { [how]: stored };
  }

  #settled(key, tell) {
    if (!this.#claimed.delete(key)) return;
    for (const waiter of this.worker.claims.settle(key)) queueMicrotask(() => tell(waiter));
  }

  #pass(key) {
    const next = this.worker.claims.pass(key);
    if (next) queueMicrotask(() => next.passed());
  }

  #found(outcome) {
    this.#outcome = Math.max(this.#outcome, outcomes.indexOf(outcome));
  }

  /** What the module tells of the request, and what has been measured. */
  #usage() {
    return {
      ...this.#record,
      cache: outcomes[this.#outcome],
      status: this.#answer.status,
      byteCount: this.#answer.body?.length ?? 0,
      milliseconds: performance.now() - this.#start,
    };
  }

  #adopt(bytes) {
    return this.#blobs.push(bytes) - 1;
  }
}

/** An answer with its bytes: `{ status, fields, body }`. */
function readable({ status, fields, body }, blobs = []) {
  return { status, fields, body: body ? (body.bytes === undefined ? blobs[body.blob] : bytesOf(body.bytes)) : null };
}

/** What cannot be said in JSON is no result. */
function jsonOf(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    return "null";
  }
}

function bytesIn(body) {
  if (body instanceof Uint8Array) return body;
  throw new TypeError("a body is no Uint8Array");
}

function isCount(count) {
  return Number.isSafeInteger(count) && count >= 0;
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function textOf(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
