// @ts-check
// How far somebody has read, on its way to the node. It is kept in this browser until the node has taken it, so that what
// is read without a connection, or right before the page is closed, is read on all devices.
import { local } from '../ui/storage.js'

/** @import { Line } from '../line/line.js' */
/** @import { Own } from './mine.js' */

const EVERY = 500
const REFUSED = 'openline.room.error.'

/** @param {string} room */
const key = room => `read.${room}`

export class Reading {
  /** @type {Map<string, number>} what this page has to tell */ #waiting = new Map()
  #telling = false
  #timer = 0

  /** @param {Line} line @param {() => string} who  the id of whose page this is @param {(own: Own) => void} onTold */
  constructor(line, who, onTold) {
    this.line = line
    this.who = who
    this.onTold = onTold
  }

  close() { clearTimeout(this.#timer) }

  /** What the node has not taken yet, of this page or one before; 0 if there is nothing. @param {string} room */
  upto(room) {
    const kept = local.get(key(room))
    return kept?.id === this.who() ? Number(kept.upto) : 0
  }

  /** @param {string} room @param {number} upto */
  say(room, upto) {
    if (upto > this.upto(room)) local.set(key(room), { id: this.who(), upto })
    this.#waiting.set(room, this.upto(room))
    void this.flush()
  }

  /** Tell it now, unless something was told a moment ago. */
  flush = async () => {
    if (this.#telling || this.#timer || this.line.state !== 'online') return
    this.#telling = true
    for (const [room, upto] of [...this.#waiting]) await this.#tell(room, upto)
    this.#telling = false
    if (this.#waiting.size) this.#timer = window.setTimeout(() => {
      this.#timer = 0
      void this.flush()
    }, EVERY)
  }

  /** @param {string} room @param {number} upto */
  async #tell(room, upto) {
    try {
      this.onTold(await this.line.call('openline.room.read', { room, upto }))
      this.#done(room, upto)
    } catch (error) {
      if (/** @type {{uri?: string}} */ (error).uri?.startsWith(REFUSED)) this.#done(room, Infinity)
    }
  }

  /** @param {string} room @param {number} upto */
  #done(room, upto) {
    if ((this.#waiting.get(room) ?? 0) <= upto) this.#waiting.delete(room)
    if (this.upto(room) <= upto) local.set(key(room), null)
  }
}
