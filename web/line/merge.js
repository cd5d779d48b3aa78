// @ts-check
/** Puts events that arrive in any order, twice, or not at all, back into one line. */

/** @typedef {import('./log.js').StreamEvent} StreamEvent */
/** @typedef {import('./log.js').Position} Position */

const ROOM = 1_000 // live events that wait at most; the log has the others

/** Where a follower is, and what has arrived beyond that. */
export class Merge {
  /** of the last event that was handed out; null until that is known @type {Position | null} */ position = null
  /** something came by that only the log can explain, such as an event of another epoch */ mustRead = false
  /** @type {Map<number, StreamEvent>} */ #waiting = new Map()

  /** @param {Position | null} position */
  moveTo(position) {
    this.position = position
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    if (position) for (const event of waiting) this.offer(event, Infinity)
  }

  /**
   * Takes an event in. One that was handed out before is dropped.
   * @param {StreamEvent} event @param {number} [room]  the events of a page that was asked for always fit
   */
  offer(event, room = ROOM) {
    const { epoch, offset } = this.position ?? { epoch: '', offset: 0 }
    if (epoch !== '' && event.epoch !== epoch) this.mustRead = true
    else if (event.offset <= offset) return
    else if (this.#waiting.size >= room) this.mustRead = true
    else this.#waiting.set(event.offset, event)
  }

  /** Hands out the next event of the line, if it is there. @returns {StreamEvent | null} */
  take() {
    const event = this.position && this.#waiting.get(this.position.offset + 1)
    if (!event) return null
    const first = this.position?.epoch === ''
    this.#waiting.delete(event.offset)
    this.position = { epoch: event.epoch, offset: event.offset }
    if (first) this.moveTo(this.position) // now that the epoch is known
    return event
  }

  /** Something beyond the next event has arrived. */
  get hasHole() {
    return this.#waiting.size > 0
  }
}
