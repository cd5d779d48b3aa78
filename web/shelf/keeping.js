// @ts-check
// Keeps one room as it is loaded: soon, and not at every event.
import { bounded, joined, preceded } from './bounds.js'

/** @import { RoomInfo } from '../room/room.js' */
/** @import { Event } from '../room/state.js' */
/** @import { Shelf } from './shelf.js' */

const SOON = 500

export class Keeping {
  /** @type {Event[]} */ #events = []
  #timer = 0

  /** @param {Shelf} shelf @param {string} name @param {() => RoomInfo | null} info  what is known of the room */
  constructor(shelf, name, info) {
    this.shelf = shelf
    this.name = name
    this.info = info
  }

  /** @param {Event[]} events  the newest */
  add(events) { this.#set(joined(this.#events, events)) }

  /** @param {Event[]} events  from before those that were loaded */
  addOlder(events) { this.#set(preceded(this.#events, events)) }

  /** What was kept the last time. */
  async load() {
    const kept = await this.shelf.room(this.name)
    if (kept && !this.#events.length) this.#events = kept.events
    return kept
  }

  close() {
    if (this.#timer) this.#keep()
  }

  /** @param {Event[]} events */
  #set(events) {
    this.#events = events
    this.#timer ||= window.setTimeout(() => this.#keep(), SOON)
  }

  #keep() {
    clearTimeout(this.#timer)
    this.#timer = 0
    void this.shelf.keepRoom(this.name, { info: this.info(), events: bounded(this.#events), at: Date.now() })
  }
}
