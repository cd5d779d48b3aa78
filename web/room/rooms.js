// @ts-check
// All rooms: the list, those that are open, and where something new was said.
import { Personal } from './personal.js'
import { Room } from './room.js'

/** @import { Line } from '../line/line.js' */
/** @import { RoomInfo } from './room.js' */
/** @import { Shelf } from '../shelf/shelf.js' */
/** @typedef {import('./state.js').Author & {role: string}} Me */

export const LOBBY = 'lobby'
const OPEN = 10
const EVERY = 60_000
const AGAIN = 3_000

/** Tells of itself by `change` events. */
export class Rooms extends EventTarget {
  /** @type {RoomInfo[] | null} null until it is known */ list = null
  /** Why it is not known, for people. */ error = ''
  /** @type {Map<string, Room>} the open ones, the one looked at longest ago first */ open = new Map()

  /** @type {Line} */ #line
  #timer = 0
  #again = 0
  /** @type {(() => void)[]} */ #stop
  /** @type {ReturnType<Line['follow']> | null} */ #told = null
  #listening = false
  /** @type {Me} */ #first

  /** @param {Line} line @param {Me} me @param {Shelf} shelf  where they are kept to be read offline */
  constructor(line, me, shelf) {
    super()
    this.#line = line
    this.#first = me
    this.shelf = shelf
    this.personal = new Personal(line, () => this.me)
    this.personal.addEventListener('change', () => this.#changed())
    this.#stop = [
      line.subscribe('openline.room.on_created', (/** @type {any} */ room) => this.#put(room)),
      line.subscribe('openline.room.on_changed', (/** @type {any} */ room) => this.#reword(room)),
    ]
    line.addEventListener('state', this.load)
    document.addEventListener('visibilitychange', this.load)
    this.#timer = window.setInterval(this.load, EVERY)
    this.load()
  }

  /** Whose page this is: a guest whose token ran out goes on as somebody new of the same name. @returns {Me} */
  get me() { return this.#line.identity ?? this.#first }

  close() {
    this.#stop.forEach(stop => stop())
    this.#told?.stop()
    this.#line.removeEventListener('state', this.load)
    document.removeEventListener('visibilitychange', this.load)
    clearInterval(this.#timer)
    clearTimeout(this.#again)
    for (const room of this.open.values()) room.close()
    this.personal.close()
  }

  load = async () => {
    if (this.#line.state === 'offline') void this.#takeKept()
    if (this.#line.state !== 'online' || document.hidden) return
    clearTimeout(this.#again)
    try {
      const { rooms, personal, edit } = await this.#line.call('openline.room.list')
      this.personal.edit = edit ?? Infinity
      this.list = rooms
      this.#hear(personal)
      this.error = ''
      this.#changed()
      await this.personal.load()
      this.#keep()
    } catch (error) {
      this.error = /** @type {Error} */ (error).message
      this.#again = window.setTimeout(this.load, AGAIN)
    }
    this.#changed()
  }

  #keep() {
    const { rooms, notices } = this.personal
    if (this.list) void this.shelf.keepRooms({ list: this.list, own: [...rooms.values()].map(({ own }) => own), notices })
  }

  /** Show the rooms that were kept, while there is no connection. What was not sent is theirs whose page this is. */
  async #takeKept() {
    if (this.list) return
    if (!this.#line.identity) void this.#line.outbox.belongTo(this.#first.id, null)
    const kept = await this.shelf.rooms()
    if (!kept || this.list) return
    this.list = kept.list
    this.personal.restore(kept)
    this.#changed()
  }

  /** A room to look at, opened if it is not open yet. @param {string} name */
  enter(name) {
    const room = this.open.get(name) ?? this.#start(name)
    room.pages.leave()
    room.mark()
    void room.enter()
    this.open.delete(name)
    this.open.set(name, room)
    const [oldest] = this.open.keys()
    if (this.open.size > OPEN) this.#end(oldest)
    return room
  }

  /** @param {{title: string, room?: string, kind: string}} wanted @returns {Promise<string>} its name */
  async create(wanted) {
    return this.#take(await this.#line.call('openline.room.create', wanted))
  }

  /** The room in which these people talk, and nobody else. @param {string[]} people @returns {Promise<string>} */
  async talkTo(people) {
    return this.#take(await this.#line.call('openline.room.direct', { people }))
  }

  /** Come in by a link. @param {string} code @returns {Promise<string>} */
  async accept(code) {
    return this.#take(await this.#line.call('openline.room.accept', { code }))
  }

  /** @param {string} name */
  async leave(name) {
    await this.#line.call('openline.room.leave', { room: name })
    this.#end(name)
    this.personal.forget(name)
    await this.load()
  }

  /** @param {string} name */
  title(name) {
    return this.info(name)?.title || this.open.get(name)?.state.title || name
  }

  /** @param {string} name */
  info(name) {
    return this.open.get(name)?.info ?? this.list?.find(({ room }) => room === name)
  }

  /** @param {string} name */
  #start(name) {
    const room = new Room(this.#line, name, () => this.me, this.personal, this.shelf)
    room.addEventListener('change', () => this.#changed())
    room.open()
    return room
  }

  /** @param {string} name */
  #end(name) {
    this.open.get(name)?.close()
    this.open.delete(name)
  }

  /** @param {RoomInfo} room */
  #take(room) {
    this.#put(room)
    return room.room
  }

  /** Hear of rooms that one is asked into, or opened for one. @param {string} stream */
  #hear(stream) {
    if (!stream || this.#told?.stream === stream) return
    this.#told?.stop()
    this.#told = this.#line.follow(stream, {
      last: 1,
      onEvent: event => this.#heard(event),
      onState: ({ state }) => { this.#listening = state === 'live' },
    })
  }

  /** @param {import('./state.js').Event} event */
  #heard(event) {
    if (!this.#listening) return
    void this.load()
    this.dispatchEvent(new CustomEvent('told', { detail: event }))
  }

  /** A public room is called something else, or is archived: what one is in it stays. @param {RoomInfo} changed */
  #reword({ room, title, subject, description, slow, archived }) {
    const before = this.list?.find(other => other.room === room)
    if (before) this.#put({ ...before, title, subject, description, slow, archived })
  }

  /** @param {RoomInfo} room */
  #put(room) {
    const others = (this.list ?? []).filter(other => other.room !== room.room)
    this.list = [...others, room].sort((a, b) => a.title.localeCompare(b.title))
    this.#changed()
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}
