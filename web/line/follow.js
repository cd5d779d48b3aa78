// @ts-check
/** Follows one stream: hands out each of its events once and in order, whatever happens to the connection. */

import { Backoff } from './backoff.js'
import { isFinal, isOffline, report, toLineError } from './errors.js'
import { readAfter, readBefore } from './log.js'
import { Merge } from './merge.js'

/** @typedef {import('./log.js').Position} Position */
/** @typedef {import('./log.js').StreamEvent} StreamEvent */
/** @typedef {import('./log.js').Page} Page */
/**
 * @typedef {object} FollowState
 * @property {'recovering' | 'live' | 'offline' | 'refused'} state
 * @property {boolean} recovered  false once for each break: what comes next does not continue what was handed out
 *   before, but begins after `position`
 * @property {Position | null} position  of the last event that was handed out
 * @property {number} head  offset of the newest event, as far as is known
 * @property {number} oldest  offset of the oldest event that is kept
 * @property {import('./errors.js').LineError | null} error
 */
/**
 * @typedef {object} FollowOptions
 * @property {Position | number} [after]  begin after this one; from the newest `last` events unless given
 * @property {number} [last]
 * @property {(event: StreamEvent) => void} onEvent
 * @property {(state: FollowState) => void} [onState]
 */

const PATIENCE = 200 // milliseconds that an event which was overtaken gets to arrive
const LONGEST = 15_000

export class Following {
  /** @type {FollowState['state']} */ state = 'offline'
  #merge = new Merge()
  /** the recovery that counts; an older one must not touch anything @type {object | null} */ #run = null
  #seen = { head: 0, oldest: 0 }
  /** the offset behind which we are waiting for an event, or -1 */ #holeAfter = -1
  #lastHole = { at: -1, patience: 0 }
  /** the next position to be found is in another log than what was handed out */ #broken = false
  #cancelPatience = () => {}
  #cancelRetry = () => {}
  #stopListening = () => {}

  /**
   * @param {string} stream
   * @param {FollowOptions} options
   * @param {{ topics: import('./topics.js').Topics, call: import('./log.js').Call, clock: import('./clock.js').Clock }} parts
   */
  constructor(stream, options, { topics, call, clock }) {
    this.stream = stream
    this.options = options
    this.call = call
    this.clock = clock
    this.backoff = new Backoff(clock.random)
    const { after } = options
    if (after !== undefined) this.#merge.moveTo(typeof after === 'number' ? { epoch: '', offset: after } : { ...after })
    this.#stopListening = topics.listen(stream, {
      onEvent: event => this.#arrived(event),
      onReady: () => this.#recover(),
      onLost: () => this.#pause('offline'),
      onRefused: error => this.#pause('refused', error),
    })
  }

  /** Of the last event that was handed out; keep it to go on from there later. @returns {Position | null} */
  get position() {
    return this.#merge.position && { ...this.#merge.position }
  }

  stop() {
    this.#stopListening()
    this.#cancelTimers()
    this.#run = null
    this.state = 'offline'
  }

  /** @param {StreamEvent} event */
  #arrived(event) {
    this.#merge.offer(event)
    if (this.state === 'live') this.#flow()
  }

  #flow() {
    this.#deliver()
    if (this.state !== 'live') return
    const at = this.#merge.position?.offset ?? 0
    if (this.#merge.mustRead) this.#recover()
    else if (!this.#merge.hasHole) this.#cancelPatience()
    else if (this.#holeAfter !== at) this.#waitForHole(at)
  }

  /** @param {number} at */
  #waitForHole(at) {
    this.#cancelPatience()
    // A hole that the log could not fill is no reason to ask it five times a second.
    const patience = at === this.#lastHole.at ? Math.min(2 * this.#lastHole.patience, LONGEST) : PATIENCE
    this.#lastHole = { at, patience }
    this.#holeAfter = at
    const cancel = this.clock.after(patience, () => this.#recover())
    this.#cancelPatience = () => {
      this.#holeAfter = -1
      cancel()
    }
  }

  #deliver() {
    const run = this.#run
    for (let event; run === this.#run && (event = this.#merge.take());) {
      this.#seen.head = Math.max(this.#seen.head, event.offset)
      try {
        this.options.onEvent(event)
      } catch (error) {
        report(error)
      }
    }
  }

  async #recover() {
    this.#cancelTimers()
    const run = (this.#run = {})
    this.#tell('recovering')
    try {
      while (run === this.#run && (await this.#readOn(run)));
      if (run !== this.#run) return
      this.backoff.reset()
      this.#tell('live')
      if (run === this.#run) this.#flow()
    } catch (thrown) {
      if (run === this.#run) this.#failed(toLineError(thrown))
    }
  }

  /** Reads one page and hands out what it brought. Says whether there is more to read. @param {object} run */
  async #readOn(run) {
    this.#merge.mustRead = false
    const { position } = this.#merge
    const page = await (position ? readAfter(this.call, this.stream, position.offset) : this.#readNewest())
    if (run !== this.#run) return false
    this.#seen = { head: page.head, oldest: page.oldest }
    this.#place(page)
    if (run !== this.#run) return false
    for (const event of page.events) this.#merge.offer(event, Infinity)
    this.#deliver()
    return (this.#merge.position?.offset ?? -1) < page.head
  }

  async #readNewest() {
    const { last = 50 } = this.options
    const page = await readBefore(this.call, this.stream, Math.max(1, last))
    return { ...page, events: last > 0 ? page.events.slice(-last) : [] }
  }

  /** Finds where we stand in the log that a page is of. @param {Page} page */
  #place(page) {
    const { position } = this.#merge
    const begin = { epoch: page.epoch, offset: (page.events[0]?.offset ?? page.head + 1) - 1 }
    if (!position) this.#begin(begin)
    else if (isReset(position, page)) this.#startOver(page)
    else if (page.head > position.offset && begin.offset > position.offset) this.#jump(begin)
    else this.#merge.moveTo({ epoch: page.epoch, offset: position.offset })
  }

  /** @param {Position} position */
  #begin(position) {
    if (this.#broken) this.#jump(position)
    else this.#merge.moveTo(position)
  }

  /** The log is another one now: begin with it as we began with the old one. @param {Page} page */
  #startOver(page) {
    this.#broken = true
    if (this.options.after === undefined) this.#merge.moveTo(null)
    else this.#jump({ epoch: page.epoch, offset: Math.max(0, page.oldest - 1) })
  }

  /** Goes on from a place that does not continue what was handed out, and says so. @param {Position} position */
  #jump(position) {
    this.#broken = false
    this.#merge.moveTo(position)
    this.#tell('recovering', { recovered: false })
  }

  /** @param {import('./errors.js').LineError} error */
  #failed(error) {
    if (isFinal(error)) return this.#pause('refused', error)
    this.#run = null
    if (isOffline(error)) return // the topic says when there is a connection again
    this.#tell('recovering', { error })
    this.#cancelRetry = this.clock.after(this.backoff.next(), () => this.#recover())
  }

  /** @param {'offline' | 'refused'} state @param {import('./errors.js').LineError | null} [error] */
  #pause(state, error = null) {
    this.#cancelTimers()
    this.#run = null
    this.#tell(state, { error })
  }

  #cancelTimers() {
    this.#cancelPatience()
    this.#cancelRetry()
  }

  /** @param {FollowState['state']} state @param {{ recovered?: boolean, error?: FollowState['error'] }} [more] */
  #tell(state, { recovered = true, error = null } = {}) {
    this.state = state
    try {
      this.options.onState?.({ state, recovered, position: this.position, ...this.#seen, error })
    } catch (thrown) {
      report(thrown)
    }
  }
}

/** Whether a page is of another log than the one we have a position in. @param {Position} position @param {Page} page */
function isReset(position, { epoch, head }) {
  return (position.epoch !== '' && position.epoch !== epoch) || head < position.offset
}
