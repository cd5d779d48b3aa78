// @ts-check
/** Which way to the node to try: WebSocket, or long-poll where WebSocket does not get through. */

/** @typedef {'websocket' | 'longpoll'} Rung */
/**
 * @typedef {object} Limits  times are in seconds
 * @property {Rung[]} rungs  the best way first, and at most one to fall back to
 * @property {number} patience  what a way gets to open a connection and answer over it, while there is another
 * @property {number} remember  for how long the fallback is tried first
 * @property {number} soon  until the best way is tried again after it failed for the first time
 * @property {number} again  between two tries after that
 * @property {number} steady  a connection that lasted so long was not cut for being what it is
 */
/** @typedef {{ at: number, again: number }} Fall  when the best way was last found blocked, and when to try it again; in ms */
/** @typedef {{ get: () => any, set: (fall: Fall | null) => void }} Memory */

/** @type {Limits} */
const LIMITS = {
  rungs: ['websocket', 'longpoll'],
  patience: 3,
  remember: 3600,
  soon: 30, // a node that was just starting must not keep its pages on the fallback
  again: 600,
  steady: 120,
}
const CUTS = 2 // so many connections in a row that did not last, and the best way does not work here

export class Ladder {
  /** @type {Limits} */ limits
  #failed = false
  #cuts = 0

  /** @param {{ now: () => number, random: () => number }} clock @param {Memory} memory @param {Partial<Limits>} [limits] */
  constructor(clock, memory, limits = {}) {
    this.clock = clock
    this.limits = { ...LIMITS, ...limits }
    this.memory = this.limits.rungs.length > 1 ? memory : { get: () => null, set() {} }
  }

  /** The ways to try, one after the other. */
  order() {
    this.#failed = false
    const { rungs, remember } = this.limits
    const fall = this.#fall()
    return fall && this.clock.now() - fall.at < remember * 1000 ? [...rungs].reverse() : [...rungs]
  }

  /** A connection over this rung did not open. @param {Rung} rung */
  failed(rung) {
    if (rung === this.best) this.#failed = true
  }

  /** A connection over this rung has opened. @param {Rung} rung */
  opened(rung) {
    if (rung === this.best) this.memory.set(null)
    else if (this.#failed) this.#remember(this.#fall() ? this.limits.again : this.limits.soon)
    this.#failed = false
  }

  /** A connection was cut by nobody we know. @param {Rung} rung @param {number} lasted  milliseconds */
  cut(rung, lasted) {
    if (rung !== this.best) return
    this.#cuts = lasted < this.limits.steady * 1000 ? this.#cuts + 1 : 0
    if (this.#cuts < CUTS) return
    this.#cuts = CUTS - 1 // the next time one is enough
    this.#remember(this.limits.again)
  }

  /** No way led to the node: whatever cut connections before was no matter of the way. */
  unreachable() {
    this.#cuts = 0
  }

  /** The best way was tried again from below, in vain. */
  stillBlocked() {
    this.#remember(this.limits.again)
  }

  /** Milliseconds until the best way is to be tried again. */
  againIn() {
    return Math.max(0, (this.#fall()?.again ?? 0) - this.clock.now())
  }

  get best() {
    return this.limits.rungs[0]
  }

  /** @returns {Fall | null} */
  #fall() {
    const fall = this.memory.get()
    const now = this.clock.now()
    // A clock that was set back must not keep anybody down for ever.
    return typeof fall?.at === 'number' && typeof fall.again === 'number' && fall.at <= now ? fall : null
  }

  /** @param {number} pause  seconds; some more by chance, so that not all pages come at once */
  #remember(pause) {
    const at = this.clock.now()
    this.memory.set({ at, again: at + pause * 1000 * (1 + this.clock.random() / 4) })
  }
}
