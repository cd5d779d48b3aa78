// @ts-check
// What was loaded, kept on this browser's disk, to be read without a network: the rooms, and the last messages of those that
// were open last. It is of one person, holds no token, and is gone when they sign out.
import { report } from '../line/errors.js'
import { spare } from './bounds.js'

/** @import { Kept } from '../room/mine.js' */
/** @import { Notices } from '../room/notices.js' */
/** @import { RoomInfo } from '../room/room.js' */
/** @import { Event } from '../room/state.js' */
/** @typedef {{list: RoomInfo[], own: Kept['own'][], notices: Notices}} KeptRooms */
/** @typedef {{info: RoomInfo | null, events: Event[], at: number}} KeptRoom */
/** @typedef {{who: string, what: string, value: any}} Row */

const NAME = 'openline.shelf'
const STORE = 'kept'
const ROOMS = ' rooms'

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const result = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error)
})

/** @returns {Promise<IDBDatabase>} */
const open = () => {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['who', 'what'] })
  return result(request)
}

/** Where the browser keeps nothing, neither does this. */
export class Shelf {
  /** @type {Promise<IDBDatabase | null>} */ #database
  /** @type {Promise<unknown>} one change after the other */ #last = Promise.resolve()
  #closed = false

  /** @param {string} who  whose it is; what others left is thrown away */
  constructor(who) {
    this.who = who
    this.#database = open().catch(error => {
      report(error)
      return null
    })
    this.#change(async store => {
      for (const key of /** @type {[string, string][]} */ (await result(store.getAllKeys()))) if (key[0] !== who) store.delete(key)
    })
  }

  /** @returns {Promise<KeptRooms | null>} */
  rooms() { return this.#get(ROOMS) }

  /** @param {KeptRooms} rooms */
  keepRooms(rooms) { return this.#put(ROOMS, rooms) }

  /** @param {string} name @returns {Promise<KeptRoom | null>} */
  room(name) { return this.#get(name) }

  /** @param {string} name @param {KeptRoom} room */
  async keepRoom(name, room) {
    await this.#put(name, room)
    await this.#change(async store => {
      const rows = /** @type {Row[]} */ (await result(store.getAll()))
      for (const one of spare(rows.filter(({ what }) => what !== ROOMS))) store.delete([this.who, one.what])
    })
  }

  /** Keep nothing more, and throw away what there is. */
  async clear() {
    this.#closed = true
    await this.#change(async store => { store.clear() }, true)
  }

  /** @param {string} what */
  async #get(what) {
    try {
      await this.#last
      const store = (await this.#database)?.transaction(STORE).objectStore(STORE)
      return store ? (await result(store.get([this.who, what])))?.value ?? null : null
    } catch (error) {
      report(error)
      return null
    }
  }

  /** @param {string} what @param {any} value */
  #put(what, value) {
    return this.#change(async store => { store.put({ who: this.who, what, value }) })
  }

  /** @param {(store: IDBObjectStore) => Promise<void>} change @param {boolean} [last] */
  #change(change, last = false) {
    this.#last = this.#last.then(async () => {
      const store = this.#closed && !last ? null : (await this.#database)?.transaction(STORE, 'readwrite').objectStore(STORE)
      if (store) await change(store)
    }).catch(report)
    return this.#last
  }
}
