// @ts-check
/** Where unsent writes are kept: on the browser's disk, or in memory where there is none. */

import { report } from './errors.js'

/**
 * @typedef {object} Entry  a write on its way
 * @property {string} key
 * @property {string} uri
 * @property {Record<string, any>} kwargs
 * @property {string} lane  writes of one lane are sent one after the other
 * @property {string | null} owner  id of whoever wrote it; null until somebody has signed in
 * @property {'waiting' | 'sending' | 'failed'} state
 * @property {{ uri: string, message: string, fields: Record<string, unknown> } | null} error  why it was refused
 * @property {number} at  when it was written, in ms since 1970; no two of an outbox are the same
 */
/**
 * @typedef {object} Storage
 * @property {boolean} durable  whether it survives a reload
 * @property {() => Promise<Entry[]>} all
 * @property {(key: string) => Promise<Entry | undefined>} get
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(key: string) => Promise<void>} delete
 */

/** @implements {Storage} */
export class MemoryStorage {
  durable = false
  /** @type {Map<string, Entry>} */ #entries = new Map()

  async all() {
    return [...this.#entries.values()].map(entry => structuredClone(entry))
  }

  /** @param {string} key */
  async get(key) {
    return structuredClone(this.#entries.get(key))
  }

  /** @param {Entry} entry */
  async put(entry) {
    this.#entries.set(entry.key, structuredClone(entry))
  }

  /** @param {string} key */
  async delete(key) {
    this.#entries.delete(key)
  }
}

const STORE = 'entries'

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const result = request =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const done = transaction =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onerror = transaction.onabort = () => reject(transaction.error)
  })

/** @implements {Storage} */
class DiskStorage {
  durable = true

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database
  }

  /** @returns {Promise<Entry[]>} */
  all() {
    return result(this.database.transaction(STORE).objectStore(STORE).getAll())
  }

  /** @param {string} key @returns {Promise<Entry | undefined>} */
  get(key) {
    return result(this.database.transaction(STORE).objectStore(STORE).get(key))
  }

  /** @param {Entry} entry */
  put(entry) {
    return this.#change(store => store.put(entry))
  }

  /** @param {string} key */
  delete(key) {
    return this.#change(store => store.delete(key))
  }

  /** @param {(store: IDBObjectStore) => void} change */
  #change(change) {
    const transaction = this.database.transaction(STORE, 'readwrite', { durability: 'strict' })
    change(transaction.objectStore(STORE))
    return done(transaction)
  }
}

/** Opens the database of this name, or memory where the browser keeps none. @param {string} name @returns {Promise<Storage>} */
export async function openStorage(name) {
  try {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'key' })
    return new DiskStorage(await result(request))
  } catch (error) {
    report(error)
    return new MemoryStorage()
  }
}
