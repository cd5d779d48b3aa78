// @ts-check
// What a page asks the node about the messages of a room, and need not ask twice.

/** @import { Line } from '../line/line.js' */
/** @import { Author } from './state.js' */
/** @import { Member } from './room.js' */
/** @typedef {{offset: number, time: number, text: string}} Version */
/** @typedef {{message: number, by: Author, time: number, thread: number | null, versions: Version[]}} Versions */
/** @typedef {{message: number, by: Author, time: number, text: string, thread: number | null, pinned_by: Author, pinned: number}} Pinned */
/** @typedef {{name: string, procedure: string, about: string, hint: string}} Command */
/** @typedef {{by: Author, text: string}} Words  what a message says that is not loaded; no text if it was deleted */

export class Asked {
  /** @type {Command[] | null} null until they are known */ commands = null
  /** @type {Member[]} */ people = []
  #moves = -1
  /** @type {Map<number, Words | null>} null while it is asked for, or if nobody knows */ #words = new Map()

  /** @param {Line} line @param {string} room @param {() => void} changed */
  constructor(line, room, changed) {
    this.line = line
    this.room = room
    this.changed = changed
  }

  /** Every text that a message had. @param {number} message @returns {Promise<Versions>} */
  history(message) { return this.line.call('openline.room.history', { room: this.room, message }) }

  /** @returns {Promise<Pinned[]>} */
  async pins() { return (await this.line.call('openline.room.pins', { room: this.room })).pins }

  /** What a message says that is not loaded; it tells of a change when that is known. @param {number} message */
  peek(message) {
    if (!this.#words.has(message)) void this.#look(message)
    return this.#words.get(message) ?? null
  }

  /** @param {number} message */
  async #look(message) {
    this.#words.set(message, null)
    try {
      const { by, versions } = await this.history(message)
      this.#words.set(message, { by, text: versions.length ? versions[versions.length - 1].text || 'A file' : '' })
    } catch {
      this.#words.delete(message)
    }
    this.changed()
  }

  /** Learn which commands there are. */
  async learn() {
    if (this.commands || this.line.state !== 'online') return
    this.commands = (await this.line.call('openline.room.commands').catch(() => ({ commands: null }))).commands
    this.changed()
  }

  /**
   * Give a command.
   * @param {Command} command @param {string} text @param {number} thread @returns {Promise<{post: string, tell: string}>}
   */
  give({ procedure }, text, thread) {
    return this.line.call(procedure, { room: this.room, text, ...(thread && { thread }) })
  }

  /** Learn who is here, unless nobody came or went since. @param {number} moves */
  async meet(moves) {
    if (this.#moves === moves || this.line.state !== 'online') return
    this.#moves = moves
    try {
      this.people = (await this.line.call('openline.room.members', { room: this.room })).members
    } catch {
      this.#moves = -1
    }
    this.changed()
  }
}
