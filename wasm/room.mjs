// Room for so many, which no share can keep from others: the rule of `FairQueue.append` in Sources/NativeHost/Fairness, for a host that
// has the room itself. Both are held to the examples in Tests/Fairness/room.json.

export class Room {
  count = 0;
  #maximum;
  /** Whoever is in, by workspace, those that came last at the end. Among shares, the one that has been here longest is first. */
  #shares = new Map();

  constructor(maximum) {
    this.#maximum = maximum;
  }

  /** `undefined` where there is no room; else `{ displaced }`, who has had to go for it, if anybody. */
  enter(holder, share) {
    let displaced;
    if (this.count >= this.#maximum) {
      const longest = this.#displacedBy(share);
      if (!longest) return undefined;
      displaced = longest.holders.at(-1);
      this.leave(displaced, longest.share);
    }
    const name = nameOf(share);
    if (!this.#shares.has(name)) this.#shares.set(name, { share, holders: [] });
    this.#shares.get(name).holders.push(holder);
    this.count += 1;
    return { displaced };
  }

  leave(holder, share) {
    const name = nameOf(share);
    const holders = this.#shares.get(name)?.holders ?? [];
    const place = holders.lastIndexOf(holder);
    if (place < 0) return;
    holders.splice(place, 1);
    this.count -= 1;
    if (holders.length === 0) this.#shares.delete(name);
  }

  /** Without a share: whether one that has nothing here would find room. */
  hasRoom(share) {
    return this.count < this.#maximum || this.#displacedBy(share) !== undefined;
  }

  /** The share that has the most for its weight, if it is left with no less than the newcomer then has. */
  #displacedBy(share) {
    const load = ({ share, holders }) => holders.length / share.weight;
    let longest;
    for (const one of this.#shares.values()) if (!longest || load(one) > load(longest)) longest = one;
    const own = share && this.#shares.get(nameOf(share));
    if (!longest || longest === own) return undefined;
    const left = (longest.holders.length - 1) / longest.share.weight;
    return left >= ((own?.holders.length ?? 0) + 1) / (share?.weight ?? 1) ? longest : undefined;
  }
}

/** The same for all works of a share. */
export function nameOf({ workspace, weight }) {
  return `${weight} ${workspace}`;
}
