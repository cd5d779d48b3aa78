// @ts-check
// What is one person's alone, alive: how far they have read in each room, what is new there, and of what they want to hear.
// It is the same on all of their devices.
import { counts, heard, isKnown, isMiscounted, names, readTo, taken } from './mine.js'
import { DEFAULT } from './notices.js'
import { Reading } from './reading.js'

/** @import { Line } from '../line/line.js' */
/** @import { Kept, Level, Own } from './mine.js' */
/** @import { Notices } from './notices.js' */
/** @import { Author, Event } from './state.js' */
/** @typedef {{room: string, event: Event, named: boolean}} Said */

/** A node lets a session listen to 128 topics; rooms beyond these are asked for once a minute. */
const LISTENED = 60
const AGAIN = 1000

/** Tells of itself by `change` events, and by `said` of every message of somebody else, while it is new. */
export class Personal extends EventTarget {
  /** @type {Map<string, Kept>} the rooms that they have joined */ rooms = new Map()
  /** @type {Notices} */ notices = DEFAULT
  /** For how many seconds they may edit what they posted. */ edit = Infinity

  /** @type {Line} */ #line
  /** @type {() => Author} */ #who
  /** @type {Reading} */ #reading
  /** @type {Map<string, () => void>} */ #listening = new Map()
  #feed = ''
  #leave = () => {}
  #recount = 0

  /** @param {Line} line @param {() => Author} who */
  constructor(line, who) {
    super()
    this.#line = line
    this.#who = who
    this.#reading = new Reading(line, () => who().id, own => this.#take([own]))
  }

  close() {
    this.#leave()
    this.#reading.close()
    clearTimeout(this.#recount)
    for (const stop of this.#listening.values()) stop()
  }

  /** Ask the node for all of it. */
  load = async () => {
    if (this.#line.state !== 'online') return
    const before = new Set(this.rooms.keys())
    const { feed, rooms, notices } = await this.#line.call('openline.room.mine')
    const joined = [...this.rooms].filter(([room]) => !before.has(room)) // while the answer was on its way
    this.rooms = new Map([...joined, ...rooms.map((/** @type {Own} */ own) => [own.room, this.#with(this.rooms.get(own.room), own)])])
    this.notices = notices
    this.#follow(feed)
    this.#listen()
    this.#changed()
    for (const [room, { own, read }] of this.rooms) if (read > own.read) this.#reading.say(room, read)
  }

  /** Begin with what was known the last time, while nothing else is. @param {{own: Own[], notices: Notices}} kept */
  restore({ own, notices }) {
    if (this.rooms.size) return
    this.notices = notices
    this.#take(own)
  }

  /** See to it that a room is known, which was joined just now maybe. @param {string} room */
  async know(room) {
    if (!this.rooms.has(room)) this.#take([await this.#line.call('openline.room.read', { room, upto: 0 })])
    this.#hear(room)
  }

  /** A room that they have left. @param {string} room */
  forget(room) {
    this.rooms.delete(room)
    this.#listening.get(room)?.()
    this.#listening.delete(room)
    this.#changed()
  }

  /** Up to where they have read; a room begins with the event at 1, which is none to read. @param {string} room */
  read(room) { return Math.max(1, this.rooms.get(room)?.read ?? 0) }

  /** @param {string} room */
  counts(room) { return counts(this.rooms.get(room)) }

  /** They have read up to here. @param {string} room @param {number} upto */
  readTo(room, upto) {
    const kept = this.rooms.get(room)
    if (!kept || upto <= kept.read) return
    this.rooms.set(room, readTo(kept, upto))
    this.#reading.say(room, upto)
    this.#changed()
  }

  /** All of a room is read. @param {string} room */
  readOut(room) {
    const kept = this.rooms.get(room)
    if (kept) this.readTo(room, Math.max(kept.own.head, ...kept.later.map(({ id }) => id)))
  }

  async readAll() {
    for (const room of this.rooms.keys()) this.readOut(room)
    const { rooms } = await this.#line.call('openline.room.read_all')
    this.#take(rooms)
  }

  /** @param {string} room @param {{favourite?: boolean, muted?: boolean, level?: Level | 'default'}} different */
  async prefer(room, different) {
    this.#take([await this.#line.call('openline.room.prefer', { room, ...different })])
  }

  /** @param {Partial<Notices>} different */
  async notify(different) {
    this.notices = await this.#line.call('openline.room.notify', { ...this.notices, ...different })
    this.#changed()
  }

  /** @param {Kept | undefined} before @param {Own} own */
  #with(before, own) { return readTo(taken(before, own), this.#reading.upto(own.room)) }

  /** @param {Own[]} rooms */
  #take(rooms) {
    for (const own of rooms) this.rooms.set(own.room, this.#with(this.rooms.get(own.room), own))
    this.#changed()
  }

  /** Hear what the other devices do. What they did before we listened is asked for then. @param {string} feed */
  #follow(feed) {
    if (feed === this.#feed) return
    this.#leave()
    this.#feed = feed
    this.#leave = this.#line.subscribe(feed, told => {
      if (told.notices) this.notices = told.notices
      this.#take(told.rooms)
    }, { onReady: () => void this.load().catch(() => {}) })
  }

  /** Listen to the rooms where something was said last. */
  #listen() {
    const liveliest = [...this.rooms.values()].sort((a, b) => b.own.active - a.own.active).slice(0, LISTENED)
    for (const { own } of liveliest) this.#hear(own.room)
    for (const room of [...this.#listening.keys()]) if (!this.rooms.has(room)) this.forget(room)
  }

  /** @param {string} room */
  #hear(room) {
    if (this.#listening.has(room)) return
    const onRefused = () => { /* they are no member any more; the list of rooms says so soon */ }
    this.#listening.set(room, this.#line.subscribe(`openline.room.${room}`, event => this.#heard(room, event), { onRefused }))
  }

  /** @param {string} room @param {Event} event */
  #heard(room, event) {
    const kept = this.rooms.get(room), me = this.#who()
    if (!kept) return
    const isNews = event.type === 'message_posted' && event.by.id !== me.id && !isKnown(kept, event.offset)
    if (isMiscounted(kept, event)) this.#countAgain()
    const now = heard(kept, event, me)
    if (now === kept) return
    this.rooms.set(room, now)
    this.#changed()
    if (isNews) this.dispatchEvent(new CustomEvent('said', { detail: { room, event, named: names(event, me) } }))
  }

  #countAgain() {
    clearTimeout(this.#recount)
    this.#recount = window.setTimeout(() => void this.load().catch(() => {}), AGAIN)
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}
