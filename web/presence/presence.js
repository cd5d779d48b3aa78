// @ts-check
// Presence on one page: the rooms that are followed, what oneself chose, and whether somebody uses the page.
import { realClock } from '../line/clock.js'
import { Idleness } from './idle.js'
import { people } from './people.js'
import { RoomPresence } from './room.js'

/** @import { Line } from '../line/line.js' */
/** @typedef {{state: 'active' | 'away' | 'do_not_disturb', text: string, until: number | null}} Status */

const SPREAD = 2_000
const phone = matchMedia('(pointer: coarse)')

/** Tells by `change` events when what oneself chose is another. */
export class Presence extends EventTarget {
  /** @type {Status} */ status = { state: 'active', text: '', until: null }
  /** @type {Map<string, {room: RoomPresence, users: number}>} */ #rooms = new Map()
  /** @type {() => void} */ #stop
  /** @type {Idleness} */ #idleness
  #clock = realClock

  /** @param {Line} line */
  constructor(line) {
    super()
    this.line = line
    this.#idleness = new Idleness(realClock, idle => line.call('openline.presence.idle', { idle }), window)
    document.addEventListener('visibilitychange', this.#seen)
    this.#stop = line.subscribe('openline.presence.on_started', () => this.#started(), { onReady: () => this.#known(), onRefused() {} })
  }

  get me() { return this.line.identity?.id ?? '' }

  close() {
    this.#stop()
    document.removeEventListener('visibilitychange', this.#seen)
    this.#idleness.close()
    for (const { room } of this.#rooms.values()) this.#end(room)
  }

  /** Know who is here of a room, until `leave` was called as often. @param {string} name */
  follow(name) {
    const known = this.#rooms.get(name) ?? { room: this.#begin(name), users: 0 }
    known.users++
    this.#rooms.set(name, known)
    return known.room
  }

  /** @param {string} name */
  leave(name) {
    const known = this.#rooms.get(name)
    if (!known || --known.users) return
    this.#rooms.delete(name)
    this.#end(known.room)
  }

  /** @param {Status} status */
  async choose(status) {
    this.#chosen(await this.line.call('openline.presence.set', status))
  }

  /** @param {string} room @returns {Promise<Map<string, number>>} when those were here who are not */
  async seen(room) {
    const { people: found } = await this.line.call('openline.presence.seen', { room })
    return new Map(found.map((/** @type {{id: string, time: number}} */ { id, time }) => [id, time]))
  }

  #seen = () => {
    if (document.hidden && phone.matches) this.#idleness.away()
    else if (!document.hidden) this.#idleness.touched()
  }

  /** @param {string} name */
  #begin(name) {
    const room = new RoomPresence(this.line, this.#clock, name, () => this.me)
    room.addEventListener('change', () => people.say(room, room.state.people))
    return room
  }

  /** @param {RoomPresence} room */
  #end(room) {
    room.close()
    people.say(room, null)
  }

  /** Presence was started anew: read again, not everybody at once. */
  #started() {
    for (const { room } of this.#rooms.values()) this.#clock.after(SPREAD * Math.random(), () => room.read())
    this.#idleness.forgotten()
  }

  /** There is a connection: a session begins as one that is used. */
  async #known() {
    this.#idleness.forgotten()
    await this.line.call('openline.presence.status').then(status => this.#chosen(status), () => {})
  }

  /** @param {Status} status */
  #chosen(status) {
    this.status = { ...status }
    this.dispatchEvent(new Event('change'))
  }
}
