// @ts-check
// All rooms: the list, those that are open, and where something new was said.
import { lastRead } from './bookmark.js'
import { Room } from './room.js'

/** @import { Line } from '../line/line.js' */
/** @import { RoomInfo } from './room.js' */
/** @typedef {import('./state.js').Author & {role: string}} Me */

export const LOBBY = 'lobby'
const OPEN = 10
const LOOK = 100
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
  /** @type {Set<string>} */ #news = new Set()
  /** @type {() => void} */ #stop
  /** @type {Me} */ #first

  /** @param {Line} line @param {Me} me */
  constructor(line, me) {
    super()
    this.#line = line
    this.#first = me
    this.#stop = line.subscribe('openline.room.on_created', (/** @type {any} */ room) => this.#put(room))
    line.addEventListener('state', this.load)
    document.addEventListener('visibilitychange', this.load)
    this.#timer = window.setInterval(this.load, EVERY)
    this.load()
  }

  /** Whose page this is: a guest whose token ran out goes on as somebody new of the same name. @returns {Me} */
  get me() { return this.#line.identity ?? this.#first }

  close() {
    this.#stop()
    this.#line.removeEventListener('state', this.load)
    document.removeEventListener('visibilitychange', this.load)
    clearInterval(this.#timer)
    clearTimeout(this.#again)
    for (const room of this.open.values()) room.close()
  }

  load = async () => {
    if (this.#line.state !== 'online' || document.hidden) return
    clearTimeout(this.#again)
    try {
      this.list = (await this.#line.call('openline.room.list')).rooms
      this.error = ''
      this.#changed()
      await this.#look()
    } catch (error) {
      this.error = /** @type {Error} */ (error).message
      this.#again = window.setTimeout(this.load, AGAIN)
    }
    this.#changed()
  }

  /** A room to look at, opened if it is not open yet. @param {string} name */
  enter(name) {
    const room = this.open.get(name) ?? this.#start(name)
    room.mark()
    void room.enter()
    this.open.delete(name)
    this.open.set(name, room)
    const [oldest] = this.open.keys()
    if (this.open.size > OPEN) this.#end(oldest)
    return room
  }

  /** @param {string} title @param {string} name @returns {Promise<void>} */
  async create(title, name) {
    this.#put({ ...await this.#line.call('openline.room.create', { room: name, title }) })
  }

  /** @param {string} name */
  async leave(name) {
    await this.#line.call('openline.room.leave', { room: name })
    this.#end(name)
    await this.load()
  }

  /** @param {string} name */
  title(name) {
    return this.open.get(name)?.state.title || this.info(name)?.title || name
  }

  /** @param {string} name */
  info(name) { return this.list?.find(({ room }) => room === name) }

  /** How many messages are unread: a number, or only that there are some. @param {string} name @returns {number | true} */
  unread(name) {
    const room = this.open.get(name)
    return room ? room.unread : this.#news.has(name) || 0
  }

  /** @param {string} name */
  #start(name) {
    const room = new Room(this.#line, name, () => this.me)
    room.addEventListener('change', () => this.#changed())
    this.#news.delete(name)
    room.open()
    return room
  }

  /** @param {string} name */
  #end(name) {
    this.open.get(name)?.close()
    this.open.delete(name)
  }

  /** See where the stream of a room has moved on since it was last read. */
  async #look() {
    const closed = (this.list ?? []).filter(({ room, joined }) => joined && !this.open.has(room)).slice(0, LOOK)
    if (!closed.length) return
    const { heads } = await this.#line.call('openline.stream.heads', { streams: closed.map(({ stream }) => stream) })
    this.#news = new Set(closed.filter(({ room, stream }) => {
      const read = lastRead(room), head = heads[stream]
      return read && head && (head.epoch !== read.epoch || head.offset > read.offset)
    }).map(({ room }) => room))
  }

  /** @param {RoomInfo} room */
  #put(room) {
    const others = (this.list ?? []).filter(other => other.room !== room.room)
    this.list = [...others, room].sort((a, b) => a.title.localeCompare(b.title))
    this.#changed()
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}
