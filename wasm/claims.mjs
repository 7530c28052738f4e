// Misses in the making: who is at work on a key, and who waits for what comes of it.

export class Claims {
  #claims = new Map();

  /** Whether `claimant` now has the key; otherwise `waiter` waits for whoever has. */
  enter(key, claimant, waiter) {
    const claim = this.#claims.get(key);
    if (claim) claim.waiters.push(waiter);
    else this.#claims.set(key, { claimant, waiters: [] });
    return !claim;
  }

  /** Ends a claim. Returns those who waited. */
  settle(key) {
    const waiters = this.#claims.get(key)?.waiters ?? [];
    this.#claims.delete(key);
    return waiters;
  }

  /** Gives a claim without an outcome to the first of those who wait, who is returned. */
  pass(key) {
    const claim = this.#claims.get(key);
    const next = claim?.waiters.shift();
    if (next) claim.claimant = next.flight;
    else this.#claims.delete(key);
    return next;
  }

  /** Takes a waiter out. Returns the claimant when nobody waits for it any more. */
  leave(key, waiter) {
    const claim = this.#claims.get(key);
    const place = claim?.waiters.indexOf(waiter) ?? -1;
    if (place < 0) return undefined;
    claim.waiters.splice(place, 1);
    return claim.waiters.length === 0 ? claim.claimant : undefined;
  }

  areAwaited(keys) {
    for (const key of keys) if (this.#claims.get(key)?.waiters.length > 0) return true;
    return false;
  }
}
