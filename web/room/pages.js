// @ts-check
// Reads a room's log in pages, around wherever somebody reads. What is looked at is the newest part of the room, or a
// part far from it, with a gap between the two that fills when they scroll there.
import { MOST, around, bounded, corrected, joined, meets, touched } from './span.js'
import { EMPTY, fold, hasOlder, prepend } from './state.js'

/** @import { Event, State } from './state.js' */
/** @import { Seen } from './span.js' */
/** @typedef {{events: Event[], oldest: number, epoch: string, head: number}} Page */
/**
 * @typedef {object} Parts
 * @property {(range: {before?: number, after?: number, limit: number}) => Promise<Page>} read
 * @property {(span: {first: number, last: number}) => Promise<{events: Event[], marks: number[]}>} changes
 * @property {() => State} live  the newest part
 * @property {(live: State) => void} keep
 * @property {() => void} changed
 */

const FIRST_PAGE = 50
const PAGE = 100
const NEAR = 200
const RECENT = 300

export class Pages {
  /** @type {State | null} what is looked at, if that is far from the newest */ past = null
  /** @type {'' | 'loading' | 'failed'} how reading older messages goes */ older = ''
  /** @type {'' | 'loading' | 'failed'} how reading newer ones goes */ newer = ''
  /** @type {{offset: number} | null} the message that was gone to, once it is loaded */ gone = null
  /** @type {Seen | null} the rows that are drawn; nothing if they are the newest */ seen = null
  /** Whether it is known where to begin. */ ready = false
  /** @type {Event[]} what happened while something was read may not be in it */ #recent = []
  #goal = 0
  #reaching = false

  /** @param {Parts} parts */
  constructor(parts) { this.parts = parts }

  /** What is looked at. */
  get base() { return this.past ?? this.parts.live() }

  /** Whether it is on its way to a message. */
  get isGoing() { return this.#goal > 0 && this.older !== 'failed' }

  /** Read one more page of what was said before. @param {number} [limit] */
  async loadOlder(limit = FIRST_PAGE) {
    if (this.older === 'loading' || !hasOlder(this.base)) return
    this.#say({ older: 'loading' })
    try {
      const { entries: { length } } = this.base
      while (hasOlder(this.base) && this.base.entries.length === length && await this.#before(limit));
      this.#say({ older: '' })
      if (this.#goal) void this.reach()
    } catch {
      this.#say({ older: 'failed' })
    }
  }

  /** Read on towards the newest messages, until all between is loaded. */
  async loadNewer() {
    if (this.newer === 'loading' || !this.past) return
    this.#say({ newer: 'loading' })
    try {
      const { entries: { length } } = this.past
      while (this.past && this.past.entries.length === length && await this.#after());
      this.#say({ newer: '' })
    } catch {
      this.#say({ newer: 'failed' })
    }
  }

  /** Go to a message, and read what is around it. @param {number} offset */
  openAt(offset) {
    this.#goal = offset
    if (this.older === 'failed') this.older = ''
    this.parts.changed()
    void this.reach()
  }

  /** Read what is around a message, and look at that. @param {number} offset */
  async visit(offset) {
    this.#goal = offset
    await this.#goTo(offset, false).catch(() => this.#say({ older: 'failed' }))
  }

  /** Go to where somebody wants to be, once it is known what there is. */
  async reach() {
    if (this.#reaching || !this.ready) return
    this.#reaching = true
    try {
      while (this.#goal) await this.#goTo(this.#goal)
    } catch {
      this.#say({ older: 'failed' })
    } finally {
      this.#reaching = false
    }
  }

  /** Look at the newest messages. */
  leave() {
    this.past = this.seen = null
    this.#goal = 0
    this.newer = ''
    this.parts.changed()
  }

  /** What happened just now, in what is looked at too. @param {Event[]} events */
  take(events) {
    this.#recent = [...this.#recent, ...events].slice(-RECENT)
    if (this.past?.epoch === this.parts.live().epoch) this.past = touched(this.past, events)
    else this.past = null
    this.#bound()
  }

  /** @param {number} goal @param {boolean} [shown]  whether to show which one it is */
  async #goTo(goal, shown = true) {
    const live = this.parts.live()
    if (goal >= live.first || !hasOlder(live)) this.past = null
    else if (!this.past || goal < this.past.first || goal > this.past.head) await this.#readAround(goal)
    if (goal !== this.#goal) return
    if (shown) this.gone = { offset: goal }
    this.#goal = 0
    this.parts.changed()
  }

  /** @param {number} goal */
  async #readAround(goal) {
    const { first, oldest } = this.parts.live(), away = first - goal
    const range = away < NEAR ? { before: first, limit: away + PAGE / 2 }
      : { before: Math.max(goal, oldest) + PAGE / 2, limit: PAGE }
    const page = await this.parts.read(range)
    const correct = await this.#asItIs(page.events)
    if (!page.events.length || page.epoch !== this.parts.live().epoch || goal !== this.#goal) return
    this.#look(correct({ ...fold(EMPTY, page.events), oldest: Math.max(page.oldest, 1) }))
  }

  /** Read the page before what is looked at. Says whether there was one. @param {number} limit */
  async #before(limit) {
    const { first, epoch } = this.base
    const page = await this.parts.read({ before: first, limit })
    const correct = await this.#asItIs(page.events)
    if (this.base.first !== first || page.epoch !== epoch) return false
    // An empty page is the end of what is kept, whatever was believed.
    const grown = prepend(this.base, page.events.length ? page : { ...page, oldest: first })
    if (this.past) this.#look(correct(grown))
    else this.parts.keep(grown)
    this.#bound()
    return true
  }

  /** Read the page after what is looked at. Says whether there was one. */
  async #after() {
    const { head, epoch } = this.base
    const page = await this.parts.read({ after: head, limit: PAGE })
    const between = page.events.filter(({ offset }) => offset < this.parts.live().first)
    const correct = await this.#asItIs(between)
    if (!this.past || this.past.head !== head || page.epoch !== epoch) return false
    this.#look(correct(fold(this.past, between)))
    this.#bound()
    return between.length > 0
  }

  /** Look at a part of the room, or at all from there if it goes as far as what is newest. @param {State} past */
  #look(past) {
    const live = this.parts.live(), whole = meets(past, live)
    if (whole) this.parts.keep(joined(past, live))
    this.past = whole ? null : touched(past, this.#recent)
    this.parts.changed()
  }

  /**
   * How to bring in what happened to messages behind the last one: what is newest knows that of those before it.
   * @param {Event[]} events @returns {Promise<(past: State) => State>}
   */
  async #asItIs(events) {
    const first = events[0]?.offset ?? 0, last = events.at(-1)?.offset ?? 0
    if (!first || last + 1 >= this.parts.live().first) return past => past
    const told = await this.parts.changes({ first, last })
    return past => corrected(past, { first, last }, told)
  }

  #bound() {
    const away = this.past
    const { live, past } = bounded(this.parts.live(), away ? null : this.seen)
    if (live !== this.parts.live()) this.parts.keep(live)
    this.past = away && this.seen && away.entries.length > MOST ? around(away, this.seen) : away ?? past
  }

  /** @param {{older?: Pages['older'], newer?: Pages['newer']}} now */
  #say(now) {
    Object.assign(this, now)
    this.parts.changed()
  }
}
