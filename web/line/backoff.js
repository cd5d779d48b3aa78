// @ts-check
/** Pauses between tries: each may be twice as long as the one before, and chance ("full jitter") spreads them. */

export class Backoff {
  #tries = 0

  /** @param {() => number} random @param {{ base?: number, cap?: number }} [limits]  in milliseconds */
  constructor(random, { base = 500, cap = 15_000 } = {}) {
    this.random = random
    this.base = base
    this.cap = cap
  }

  /** The next pause, in milliseconds. */
  next() {
    const longest = Math.min(this.cap, this.base * 2 ** this.#tries)
    if (longest < this.cap) this.#tries += 1
    return this.random() * longest
  }

  reset() {
    this.#tries = 0
  }
}
