// @ts-check
// How far somebody has read in a room. This browser remembers it.
import { local } from '../ui/storage.js'

/** @typedef {{epoch: string, offset: number}} Position */

/** Where reading ended the last time, if it ever began. @param {string} room @returns {Position | null} */
export const lastRead = room => local.get(`read.${room}`)

export class Bookmark {
  /** @type {Position} */ #at = { epoch: '', offset: 0 }

  /** @param {string} room */
  constructor(room) {
    this.room = room
  }

  /** Open the room where reading ended; for who was never here, it begins now. @param {{epoch: string, head: number}} state */
  open(state) {
    const last = lastRead(this.room)
    if (last?.epoch === state.epoch) this.#at = last
    else this.move(state)
  }

  /** The last offset that was read; 0 if the log is another one by now. @param {{epoch: string}} state */
  in({ epoch }) {
    return this.#at.epoch === epoch ? this.#at.offset : 0
  }

  /** All is read. @param {{epoch: string, head: number}} state */
  move({ epoch, head }) {
    if (!epoch || (epoch === this.#at.epoch && head === this.#at.offset)) return
    this.#at = { epoch, offset: head }
    local.set(`read.${this.room}`, this.#at)
  }
}
