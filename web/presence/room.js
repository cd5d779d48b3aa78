// @ts-check
// Who is here of one room, and who is typing in it: listens, reads, and reads again whenever something was missed.
import { toLineError } from '../line/errors.js'
import { EMPTY, begin, take } from './state.js'
import { Teller, Typists } from './typing.js'

/** @import { Change, State } from './state.js' */
/** @typedef {Pick<import('../line/line.js').Line, 'call' | 'subscribe'>} Line */
/** @typedef {import('../line/clock.js').Clock} Clock */

const AGAIN = 1_000
const LONGEST = 30_000
const SPREAD = 1_000        // ms over which the many of a large room read again
const ANEW = 10 * 60_000    // what nobody reads for half an hour is not told any more

/** Tells by `change` events who is here, and by `typing` events who is typing. */
export class RoomPresence extends EventTarget {
  /** @type {State} */ state = EMPTY
  /** @type {Change[] | null} what came while we were reading */ #held = null
  #stale = false
  #failures = 0
  #cancel = () => {}
  #closed = false
  /** @type {(() => void)[]} */ #stops

  /** @param {Line} line @param {Clock} clock @param {string} room @param {() => string} me  whose page this is */
  constructor(line, clock, room, me) {
    super()
    this.line = line
    this.clock = clock
    this.room = room
    this.typists = new Typists(clock, () => this.dispatchEvent(new Event('typing')))
    this.teller = new Teller(clock, () => { line.call('openline.presence.typing', { room }).catch(() => {}) })
    const onRefused = () => this.#set(EMPTY)
    this.#stops = [
      line.subscribe(`openline.presence.on_change.${room}`, change => this.#heard(change), { onReady: () => this.read(), onRefused }),
      line.subscribe(`openline.presence.on_typing.${room}`, ({ id, name }) => id !== me() && this.typists.take({ id, name }), { onRefused() {} }),
    ]
  }

  close() {
    this.#closed = true
    this.#cancel()
    this.typists.close()
    for (const stop of this.#stops) stop()
  }

  /** Read who is here. Once more, if that is being done already: it may be out of date. */
  async read() {
    if (this.#closed) return
    if (this.#held) {
      this.#stale = true
      return
    }
    this.#cancel()
    this.#held = []
    this.#stale = false
    try {
      this.#begin(begin(await this.line.call('openline.presence.read', { room: this.room })))
    } catch (thrown) {
      this.#failed(toLineError(thrown))
    }
  }

  /** @param {State} state */
  #begin(state) {
    const held = this.#held ?? []
    this.#held = null
    this.#failures = 0
    this.#set(state)
    this.#later(ANEW * (1 + this.clock.random() / 10))
    for (const change of held) this.#heard(change)
    if (this.#stale) this.read()
  }

  /** @param {import('../line/errors.js').LineError} error */
  #failed(error) {
    this.#held = null
    // Offline, or not allowed: whoever listens to the topic is told when that is over.
    if (error.uri === 'client.offline' || error.uri.endsWith('.not_authorized')) return
    this.#later(Math.min(AGAIN * 2 ** this.#failures++, LONGEST) * (0.5 + this.clock.random()))
  }

  /** @param {Change} change */
  #heard(change) {
    if (this.#held) {
      this.#held.push(change)
      return
    }
    const next = take(this.state, change)
    if (next) this.#set(next)
    else if (this.state.many) this.#later(SPREAD * this.clock.random())
    else this.read()
  }

  /** @param {number} ms */
  #later(ms) {
    this.#cancel()
    if (!this.#closed) this.#cancel = this.clock.after(ms, () => this.read())
  }

  /** @param {State} state */
  #set(state) {
    if (state === this.state || this.#closed) return
    this.state = state
    this.dispatchEvent(new Event('change'))
  }
}
