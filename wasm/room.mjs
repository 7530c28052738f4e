// What a host divides among shares: turns, room to wait, and bytes. These are the rules of `FairQueue` and `HeldBytes` in the native host, for
// a host that has no threads; both are held to the examples in Tests/Fairness.

/** How many of those that run are for shares that have none, beside the places that anybody may have. */
const sparePlaces = 1;

/**
 * Work of several shares, in the order in which it is to be done and within bounds, so that none starves another.
 *
 * - Next is work of the share that has the least running for its weight; among equals, of the one that has been charged the least; of one
 *   share, what came first.
 * - A share that comes back owes nothing, and is owed nothing: it begins where the one that has been charged the least stands.
 * - Where there is no room, a newcomer takes the place of what came last of the share that has the most waiting, if that share is left
 *   with no less than the newcomer's then has.
 */
export class FairQueue {
  waitingCount = 0;
  runningCount = 0;
  /** Of every share that has something here: what waits, how many run, what has been charged, and its last turn. */
  #accounts = new Map();
  #lastTurn = 0;

  /** How many may wait where `maximum` may while all places are taken. */
  room(share, places, maximum) {
    const isIdle = share === undefined || !this.#accounts.has(nameOf(share));
    return maximum + Math.max(places + (isIdle ? sparePlaces : 0) - this.runningCount, 0);
  }

  /** `undefined` where there is no room; else `{ displaced }`, which has had to go for it, if anything. */
  append(entry, share, room) {
    let displaced;
    if (this.waitingCount >= room) {
      const longest = this.#displacedBy(share);
      if (!longest) return undefined;
      displaced = longest.waiting.pop();
      this.waitingCount -= 1;
      this.#forgetIfIdle(longest);
    }
    this.#account(share).waiting.push(entry);
    this.waitingCount += 1;
    return { displaced };
  }

  /** Without a share: whether one that has nothing here would find room. */
  hasRoom(share, room) {
    return this.waitingCount < room || this.#displacedBy(share) !== undefined;
  }

  /** `false` where it does not wait. */
  remove(entry, share) {
    const account = this.#accounts.get(nameOf(share));
    const place = account?.waiting.lastIndexOf(entry) ?? -1;
    if (place < 0) return false;
    account.waiting.splice(place, 1);
    this.waitingCount -= 1;
    this.#forgetIfIdle(account);
    return true;
  }

  /** Takes out what is next, if there is a place for it, and counts it as running until `end(share, cost)`. */
  next(places, mayRun = () => true) {
    if (this.waitingCount === 0 || this.runningCount >= places + sparePlaces) return undefined;
    const isSpare = this.runningCount >= places;
    const running = ({ running, share }) => running / share.weight;
    const accounts = [...this.#accounts.values()]
      .sort((one, other) => running(one) - running(other) || one.charged - other.charged || one.turn - other.turn);
    for (const account of accounts) {
      if (isSpare && account.running > 0) continue;
      const place = account.waiting.findIndex((entry) => mayRun(entry));
      if (place < 0) continue;
      const [entry] = account.waiting.splice(place, 1);
      account.running += 1;
      account.turn = ++this.#lastTurn;
      this.waitingCount -= 1;
      this.runningCount += 1;
      return { entry, share: account.share };
    }
    return undefined;
  }

  /** Something that ran has ended, and has cost this much, in whatever unit. */
  end(share, cost) {
    const account = this.#accounts.get(nameOf(share));
    if (!account?.running) return;
    account.running -= 1;
    account.charged += Math.max(cost, 0) / share.weight;
    this.runningCount -= 1;
    this.#forgetIfIdle(account);
  }

  #account(share) {
    const name = nameOf(share);
    let account = this.#accounts.get(name);
    if (!account) {
      let charged = Infinity;
      for (const other of this.#accounts.values()) charged = Math.min(charged, other.charged);
      account = { share, waiting: [], running: 0, charged: charged === Infinity ? 0 : charged, turn: ++this.#lastTurn };
      this.#accounts.set(name, account);
    }
    return account;
  }

  #forgetIfIdle(account) {
    if (account.waiting.length === 0 && account.running === 0) this.#accounts.delete(nameOf(account.share));
  }

  /** The share that has the most waiting for its weight, if it is left with no less than the newcomer then has. */
  #displacedBy(share) {
    const load = ({ share, waiting }) => waiting.length / share.weight;
    let longest;
    for (const one of this.#accounts.values()) {
      const difference = longest ? load(one) - load(longest) : 1;
      if (difference > 0 || difference === 0 && one.turn < longest.turn) longest = one;
    }
    const own = share && this.#accounts.get(nameOf(share));
    if (!longest || longest === own) return undefined;
    const left = (longest.waiting.length - 1) / longest.share.weight;
    return left >= ((own?.waiting.length ?? 0) + 1) / (share?.weight ?? 1) ? longest : undefined;
  }
}

/** Room for so many, in which nothing has turns. */
export class Room {
  #maximum;
  #queue = new FairQueue();

  constructor(maximum) {
    this.#maximum = maximum;
  }

  get count() {
    return this.#queue.waitingCount;
  }

  /** `undefined` where there is no room; else `{ displaced }`, who has had to go for it, if anybody. */
  enter(holder, share) {
    return this.#queue.append(holder, share, this.#maximum);
  }

  leave(holder, share) {
    this.#queue.remove(holder, share);
  }

  /** Without a share: whether one that has nothing here would find room. */
  hasRoom(share) {
    return this.#queue.hasRoom(share, this.#maximum);
  }
}

/** Bytes that are in memory at one time, of which none can be taken back: a share may have as many times what it leaves free. */
export class HeldBytes {
  static #timesOfFree = 8;

  count = 0;
  #maximum;
  #shares = new Map();

  constructor(maximum) {
    this.#maximum = maximum;
  }

  /**
   * `false` where there is no room for so many more.
   *
   * @param largest What one alone may have whatever the maximum is, which then counts as an eighth more than this.
   */
  take(count, share, largest = 0) {
    const name = nameOf(share);
    const all = this.count + count;
    const own = (this.#shares.get(name) ?? 0) + count;
    const free = Math.max(this.#maximum, largest + Math.ceil(largest / HeldBytes.#timesOfFree)) - all;
    if (free < 0 || own > HeldBytes.#timesOfFree * share.weight * free) return false;
    this.count = all;
    this.#shares.set(name, own);
    return true;
  }

  give(count, share) {
    const name = nameOf(share);
    this.count -= count;
    const left = (this.#shares.get(name) ?? 0) - count;
    if (left > 0) this.#shares.set(name, left);
    else this.#shares.delete(name);
  }
}

/** The same for all works of a share. */
function nameOf({ workspace, weight }) {
  return `${weight} ${workspace}`;
}
