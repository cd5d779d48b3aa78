// @ts-check
// A search, alive: asks while somebody types, and forgets the answers that they no longer wait for.
import { EMPTY, answered, asked, continued, failed, isReady, moved, typed } from './state.js'

/** @import { Line } from '../../line/line.js' */
/** @import { State } from './state.js' */

const SEARCH = 'openline.room.search'
const PAUSE = 200   // milliseconds without a key before something is asked
const PAGE = 20

/** Tells of itself by `change` events. It outlives the pane, which opens with what was found before. */
export class Search extends EventTarget {
  /** @type {State} */ state = EMPTY
  #line
  #timer = 0
  #asked = 0

  /** @param {Line} line */
  constructor(line) {
    super()
    this.#line = line
  }

  /** @param {string} words */
  type(words) {
    clearTimeout(this.#timer)
    this.#asked++
    this.#set(typed(this.state, words))
    if (isReady(words)) this.#timer = window.setTimeout(this.again, PAUSE)
  }

  /** Ask now, for the same or after a failure. */
  again = () => {
    clearTimeout(this.#timer)
    void this.#ask(answered)
  }

  more() {
    const { busy, next } = this.state
    if (next && !busy) void this.#ask(continued, next)
  }

  /** @param {number} step */
  move(step) { this.#set(moved(this.state, step)) }
  /** @param {number} at */
  choose(at) { if (at !== this.state.at) this.#set({ ...this.state, at }) }

  /** @param {typeof answered} then @param {import('./state.js').Place} [before] */
  async #ask(then, before) {
    const number = ++this.#asked
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    this.#set(asked(this.state))
    try {
      const answer = await this.#line.call(SEARCH, { query: this.state.words, limit: PAGE, zone, ...(before && { before }) })
      if (number === this.#asked) this.#set(then(this.state, answer))
    } catch (error) {
      if (number === this.#asked) this.#set(failed(this.state, /** @type {Error} */ (error)))
    }
  }

  /** @param {State} state */
  #set(state) {
    this.state = state
    this.dispatchEvent(new CustomEvent('change'))
  }
}
