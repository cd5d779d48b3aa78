// @ts-check
/** Sends writes until the node has acknowledged them, in order, across reloads and without a connection. */

import { Backoff } from './backoff.js'
import { Entries } from './entries.js'
import { LineError, isCrash, isFinal, toLineError } from './errors.js'
import { newKey } from './key.js'

/** @typedef {import('./storage.js').Entry} Entry */
/** @typedef {{ promise: Promise<any>, resolve: (reply: any) => void, reject: (error: LineError) => void }} Waiter */
/**
 * @typedef {object} Parts
 * @property {(uri: string, kwargs: object) => Promise<any>} call
 * @property {import('./clock.js').Clock} clock
 * @property {<T>(lane: string, act: () => Promise<T>) => Promise<T>} exclusively  runs while no other tab does the same
 */

const GO_ON = -1
const LONGEST_WAIT = 60_000
const CRASHES = 5 // how often a write that the node breaks over is tried

/** Tells of every change by a `change` event. */
export class Outbox extends EventTarget {
  #entries
  /** whoever asked for a write to be sent @type {Map<string, Waiter>} */ #waiters = new Map()
  /** @type {Map<string, number>} */ #crashes = new Map()
  /** lanes that are being sent @type {Set<string>} */ #running = new Set()
  /** @type {Set<() => void>} */ #sleepers = new Set()
  /** @type {string | null} */ #owner = null
  /** whose writes are the owner's too @type {string | null} */ #former = null
  #online = false

  /** @param {Promise<import('./storage.js').Storage>} storage @param {Parts} parts */
  constructor(storage, parts) {
    super()
    this.parts = parts
    this.#entries = new Entries(storage, () => this.dispatchEvent(new CustomEvent('change')))
  }

  /** Whether unsent writes survive a reload. */
  get durable() {
    return this.#entries.durable
  }

  /** The writes of whoever is signed in that are not acknowledged, the oldest first. @returns {Entry[]} */
  list() {
    const mine = [...this.#entries].filter(({ owner }) => owner === null || owner === this.#owner)
    return mine.map(entry => ({ ...entry }))
  }

  /** Sends what was refused once more, under its old key. @param {string} key */
  async retry(key) {
    const entry = this.#entries.get(key)
    if (entry?.state !== 'failed') return
    this.#entries.mark(entry, 'waiting')
    await this.#entries.keep(entry)
    this.#run(entry.lane)
  }

  /** Forgets a write. If it is on its way already, it may still arrive. @param {string} key */
  async drop(key) {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#settle(key)?.reject(new LineError('client.dropped', 'This was taken back before it was sent.'))
    await this.#entries.forget(entry)
  }

  /**
   * Takes a write, and settles when the node has answered it.
   * @param {string} uri @param {Record<string, any>} kwargs @returns {Promise<any>}
   */
  send(uri, kwargs) {
    const key = kwargs.key ?? newKey()
    const entry = this.#entries.get(key) ?? this.#add(uri, { ...kwargs, key })
    const waiter = this.#waiters.get(key) ?? makeWaiter()
    this.#waiters.set(key, waiter)
    this.#entries.keep(entry).then(() => (entry.state === 'failed' ? this.retry(key) : this.#run(entry.lane)))
    return waiter.promise
  }

  /**
   * Says who is signed in. Writes of somebody else stay where they are, until that one is back.
   * @param {string} id @param {string | null} renewedFrom  whose writes are now this one's
   */
  async belongTo(id, renewedFrom) {
    this.#owner = id
    this.#former = renewedFrom
    await this.#entries.ready
    await this.#runAll()
  }

  /** @param {boolean} online */
  async setOnline(online) {
    this.#online = online
    for (const wake of this.#sleepers) wake()
    if (!online) return
    await this.#entries.load()
    await this.#runAll()
  }

  async #runAll() {
    if (this.#owner !== null) await this.#entries.claim(this.#owner, this.#former)
    for (const lane of new Set([...this.#entries].map(entry => entry.lane))) this.#run(lane)
  }

  /** Sends one lane's writes, one after the other, until there is none or no connection. @param {string} lane */
  async #run(lane) {
    if (this.#running.has(lane)) return
    this.#running.add(lane)
    const backoff = new Backoff(this.parts.clock.random)
    for (let entry; (entry = this.#next(lane));) {
      const next = entry
      const wait = await this.parts.exclusively(lane, () => this.#attempt(next))
      if (wait < 0) backoff.reset()
      else await this.#sleep(Math.max(backoff.next(), wait))
    }
    this.#running.delete(lane)
  }

  /** @param {string} lane */
  #next(lane) {
    if (!this.#online) return undefined
    return this.#entries.find(entry => entry.lane === lane && entry.state === 'waiting' && entry.owner === this.#owner)
  }

  /**
   * Sends one write. Says how many milliseconds the lane has to wait at least, or that it may go on (-1).
   * @param {Entry} entry @returns {Promise<number>}
   */
  async #attempt(entry) {
    if (!(await this.#isOpen(entry))) return GO_ON
    this.#entries.mark(entry, 'sending')
    try {
      const reply = await this.parts.call(entry.uri, entry.kwargs)
      this.#settle(entry.key)?.resolve(reply)
      await this.#entries.forget(entry)
      return GO_ON
    } catch (thrown) {
      return this.#failed(entry, toLineError(thrown))
    }
  }

  /** Whether a write is still to be sent: another tab may have done it while we waited. @param {Entry} entry */
  async #isOpen(entry) {
    const kept = await this.#entries.look(entry)
    // Somebody here waits for the answer: the node gives it once more.
    if (!kept && !this.#waiters.has(entry.key)) await this.#entries.forget(entry)
    if (kept?.state === 'failed' && kept.error) this.#refused(entry, kept.error)
    return this.#online && entry.state === 'waiting' && this.#entries.has(entry)
  }

  /** @param {Entry} entry @param {LineError} error */
  async #failed(entry, error) {
    const crashes = (this.#crashes.get(entry.key) ?? 0) + Number(isCrash(error))
    if (!isFinal(error) && crashes < CRASHES) {
      this.#crashes.set(entry.key, crashes)
      this.#entries.mark(entry, 'waiting')
      return waitOf(error)
    }
    this.#crashes.delete(entry.key)
    this.#refused(entry, error)
    await this.#entries.keep(entry)
    return GO_ON
  }

  /** @param {Entry} entry @param {NonNullable<Entry['error']>} error */
  #refused(entry, { uri, message, fields }) {
    this.#entries.mark(entry, 'failed', { uri, message, fields })
    this.#settle(entry.key)?.reject(new LineError(uri, message, fields))
  }

  /** @param {string} uri @param {Record<string, any>} kwargs */
  #add(uri, kwargs) {
    const lane = kwargs.room ?? kwargs.stream ?? uri
    /** @type {Entry} */
    const entry = {
      key: kwargs.key, uri, kwargs, lane, owner: this.#owner, state: 'waiting', error: null, at: this.parts.clock.now(),
    }
    this.#entries.add(entry)
    return entry
  }

  /** @param {string} key */
  #settle(key) {
    const waiter = this.#waiters.get(key)
    this.#waiters.delete(key)
    return waiter
  }

  /** Waits, unless the connection comes or goes. @param {number} ms @returns {Promise<void>} */
  #sleep(ms) {
    return new Promise(resolve => {
      const wake = () => {
        cancel()
        this.#sleepers.delete(wake)
        resolve()
      }
      const cancel = this.parts.clock.after(ms, wake)
      this.#sleepers.add(wake)
    })
  }
}

/** How long the node says to wait, in milliseconds. @param {LineError} error */
const waitOf = ({ fields }) => Math.min(Number(fields.retry_after) * 1000 || 0, LONGEST_WAIT)

/** @returns {Waiter} */
function makeWaiter() {
  /** @type {any} */ const waiter = {}
  waiter.promise = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }))
  return waiter
}
