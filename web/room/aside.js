// @ts-check
// A thread that begins before what is newest in a room: read on from where it begins, as far as the newest part goes.
import { joined, meets, ofThread, touched } from './span.js'
import { EMPTY, fold } from './state.js'

/** @import { Pages } from './pages.js' */
/** @import { Event, State } from './state.js' */

const PAGE = 300
const PAGES = 10

export class Aside {
  /** Whether it is being read. */ reading = false
  /** @type {'' | 'more' | 'failed'} whether some of it may not be loaded */ left = ''
  #root = 0
  /** @type {State} what was said in it before the newest part of the room */ #before = EMPTY
  /** @type {{before: State, live: State, whole: State} | null} */ #joined = null

  /** @param {Pages} pages */
  constructor(pages) { this.pages = pages }

  /** All that is loaded of a thread. @param {number} root @returns {State} */
  view(root) {
    const live = this.pages.parts.live(), before = this.#before
    if (this.#root !== root || !before.epoch || before.epoch !== live.epoch || live.first <= root) return live
    if (this.#joined?.before !== before || this.#joined.live !== live) {
      this.#joined = { before, live, whole: joined(before, live) }
    }
    return this.#joined.whole
  }

  /** Read a thread, unless all of it is there. @param {number} root */
  async open(root) {
    const { past } = this.pages
    this.#root = root
    this.#before = past && past.first <= root && root <= past.head ? ofThread(past, root) : { ...EMPTY, head: root - 1 }
    this.left = ''
    if (root < this.pages.parts.live().first) await this.more()
  }

  /** Read on, a part at a time: it may be far to the newest messages. */
  async more() {
    const root = this.#root
    this.#say(true, '')
    try {
      for (let page = 0; page < PAGES && root === this.#root && !this.#isWhole; page++) await this.#page(root)
      if (root === this.#root) this.#say(false, this.#isWhole ? '' : 'more')
    } catch {
      if (root === this.#root) this.#say(false, 'failed')
    }
  }

  /** What happened just now. @param {Event[]} events */
  take(events) { this.#before = touched(this.#before, events) }

  get #isWhole() { return meets(this.#before, this.pages.parts.live()) }

  /** @param {number} root */
  async #page(root) {
    const { parts } = this.pages
    const { events, epoch } = await parts.read({ after: this.#before.head, limit: PAGE })
    if (root !== this.#root) return
    if (epoch !== parts.live().epoch || !events.length) throw new Error('This log is another one.')
    const before = this.#before.epoch ? this.#before : EMPTY
    this.#before = ofThread(fold(before, events.filter(({ offset }) => offset < parts.live().first)), root)
    this.pages.parts.changed()
  }

  /** @param {boolean} reading @param {Aside['left']} left */
  #say(reading, left) {
    this.reading = reading
    this.left = left
    this.pages.parts.changed()
  }
}
