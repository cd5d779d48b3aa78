// @ts-check
/** Keeps writes until the node has acknowledged them, in order, across reloads and without a connection. */

import { Backoff } from './backoff.js'
import { LineError, isCrash, isFinal, report, toLineError } from './errors.js'
import { newKey } from './key.js'

/** @typedef {import('./storage.js').Entry} Entry */
/** @typedef {import('./storage.js').Storage} Storage */
/** @typedef {{ promise: Promise<any>, resolve: (reply: any) => void, reject: (error: LineError) => void }} Waiter */
/**
 * @typedef {object} Parts
 * @property {(uri: string, kwargs: object) => Promise<any>} call
 * @property {import('./clock.js').Clock} clock
 * @property {<T>(lane: string, act: () => Promise<T>) => Promise<T>} exclusively  runs while no other tab does the same
 */

const CRASHES = 5 // how often a write that the node breaks over is tried

/** Tells of every change by a `change` event. */
export class Outbox extends EventTarget {
  /** whether unsent writes survive a reload */ durable = true
  /** settles when what the disk has is known @type {Promise<void>} */ ready
  /** @type {Entry[]} */ #entries = []
  /** @type {Map<string, Waiter>} */ #waiters = new Map()
  /** keys that the disk would not take @type {Set<string>} */ #unkept = new Set()
  /** @type {Map<string, number>} */ #crashes = new Map()
  /** lanes that are being sent, with their pauses @type {Map<string, Backoff>} */ #running = new Map()
  /** @type {Set<() => void>} */ #sleepers = new Set()
  /** @type {string | null} */ #owner = null
  /** whose writes are the owner's too @type {string | null} */ #former = null
  #online = false
  #latest = 0

  /** @param {Promise<Storage>} storage @param {Parts} parts */
  constructor(storage, parts) {
    super()
    this.storage = storage
    this.parts = parts
    this.ready = this.#load()
  }

  /** The writes of whoever is signed in that are not acknowledged, the oldest first. @returns {Entry[]} */
  list() {
    const mine = this.#entries.filter(({ owner }) => owner === null || owner === this.#owner)
    return mine.map(entry => ({ ...entry }))
  }

  /** Sends what was refused once more, under its old key. @param {string} key */
  async retry(key) {
    const entry = this.#find(key)
    if (entry?.state !== 'failed') return
    this.#crashes.delete(key)
    this.#mark(entry, 'waiting')
    await this.#keep(entry)
    this.#run(entry.lane)
  }

  /** Forgets a write. If it is on its way already, it may still arrive. @param {string} key */
  async drop(key) {
    const entry = this.#find(key)
    if (!entry) return
    this.#settle(key)?.reject(new LineError('client.dropped', 'This was taken back before it was sent.'))
    await this.#forget(entry)
  }

  /**
   * Takes a write, and settles when the node has answered it.
   * @param {string} uri @param {Record<string, any>} kwargs @returns {Promise<any>}
   */
  send(uri, kwargs) {
    const key = kwargs.key ?? newKey()
    const entry = this.#find(key) ?? this.#add(uri, { ...kwargs, key })
    const waiter = this.#waiters.get(key) ?? makeWaiter()
    this.#waiters.set(key, waiter)
    this.#keep(entry).then(() => (entry.state === 'failed' ? this.retry(key) : this.#run(entry.lane)))
    return waiter.promise
  }

  /**
   * Says who is signed in. Writes of somebody else stay where they are, until that one is back.
   * @param {string} id @param {string | null} renewedFrom  whose writes are now this one's
   */
  async belongTo(id, renewedFrom) {
    this.#owner = id
    this.#former = renewedFrom
    await this.ready
    await this.#claim()
    this.#runAll()
  }

  /** @param {boolean} online */
  async setOnline(online) {
    this.#online = online
    for (const wake of this.#sleepers) wake()
    if (online) {
      await this.#load() // another tab may have left something
      await this.#claim()
    }
    this.#runAll()
  }

  async #load() {
    const storage = await this.storage
    const kept = await storage.all().catch(error => { report(error); return [] })
    const onDisk = kept.map(entry => this.#find(entry.key) ?? entry).sort((one, other) => one.at - other.at)
    const onlyHere = this.#entries.filter(entry => !onDisk.includes(entry))
    this.#entries = [...onDisk, ...onlyHere]
    // What was written before the disk was read comes after what the disk had, whatever the clock says.
    let latest = 0
    for (const entry of this.#entries) latest = entry.at = Math.max(entry.at, latest + 1)
    this.#latest = Math.max(this.#latest, latest)
    if (!storage.durable) this.durable = false
    this.#changed()
  }

  /** Takes over what nobody owns yet. What another tab has sent meanwhile must not come back. */
  async #claim() {
    const owner = this.#owner
    if (owner === null) return
    const storage = await this.storage
    for (const entry of this.#entries.filter(({ owner }) => owner === null || owner === this.#former)) {
      entry.owner = owner
      this.#changed()
      if (await storage.get(entry.key).catch(report)) await this.#keep(entry)
    }
  }

  #runAll() {
    for (const lane of new Set(this.#entries.map(entry => entry.lane))) this.#run(lane)
  }

  /** Sends one lane's writes, one after the other, until there is none or no connection. @param {string} lane */
  async #run(lane) {
    if (this.#running.has(lane)) return
    const backoff = new Backoff(this.parts.clock.random)
    this.#running.set(lane, backoff)
    for (let entry; (entry = this.#next(lane));) {
      const next = entry
      const passed = await this.parts.exclusively(lane, () => this.#attempt(next))
      if (passed) backoff.reset()
      else await this.#sleep(backoff.next())
    }
    this.#running.delete(lane)
  }

  /** @param {string} lane */
  #next(lane) {
    if (!this.#online) return undefined
    return this.#entries.find(entry => entry.lane === lane && entry.state === 'waiting' && entry.owner === this.#owner)
  }

  /** Sends one write. Says whether the lane may go on at once. @param {Entry} entry @returns {Promise<boolean>} */
  async #attempt(entry) {
    if (!(await this.#isOpen(entry))) return true
    this.#mark(entry, 'sending')
    try {
      const reply = await this.parts.call(entry.uri, entry.kwargs)
      this.#settle(entry.key)?.resolve(reply)
      await this.#forget(entry)
      return true
    } catch (thrown) {
      return this.#failed(entry, toLineError(thrown))
    }
  }

  /** Whether a write is still to be sent: another tab may have done it while we waited. @param {Entry} entry */
  async #isOpen(entry) {
    const { key } = entry
    const kept = await (await this.storage).get(key).catch(() => entry)
    if (!kept && !this.#waiters.has(key) && !this.#unkept.has(key)) await this.#forget(entry)
    if (kept?.state === 'failed') this.#refused(entry, kept.error ?? new LineError('client.error'))
    return this.#online && entry.state === 'waiting' && this.#entries.includes(entry)
  }

  /** @param {Entry} entry @param {LineError} error */
  async #failed(entry, error) {
    const crashes = (this.#crashes.get(entry.key) ?? 0) + Number(isCrash(error))
    this.#crashes.set(entry.key, crashes)
    if (!isFinal(error) && crashes < CRASHES) {
      this.#mark(entry, 'waiting')
      return false
    }
    this.#refused(entry, error)
    await this.#keep(entry)
    return true
  }

  /** @param {Entry} entry @param {NonNullable<Entry['error']>} error */
  #refused(entry, { uri, message, fields }) {
    this.#mark(entry, 'failed', { uri, message, fields })
    this.#settle(entry.key)?.reject(new LineError(uri, message, fields))
  }

  /** @param {string} uri @param {Record<string, any>} kwargs */
  #add(uri, kwargs) {
    this.#latest = Math.max(this.parts.clock.now(), this.#latest + 1)
    const lane = kwargs.room ?? kwargs.stream ?? uri
    /** @type {Entry} */
    const entry = { key: kwargs.key, uri, kwargs, lane, owner: this.#owner, state: 'waiting', error: null, at: this.#latest }
    this.#entries.push(entry)
    this.#changed()
    return entry
  }

  /** @param {string} key */
  #find(key) {
    return this.#entries.find(entry => entry.key === key)
  }

  /** @param {Entry} entry @param {Entry['state']} state @param {Entry['error']} [error] */
  #mark(entry, state, error = null) {
    entry.state = state
    entry.error = error
    this.#changed()
  }

  /** @param {Entry} entry */
  async #keep(entry) {
    await this.ready
    const state = entry.state === 'failed' ? 'failed' : 'waiting'
    try {
      if (this.#entries.includes(entry)) await (await this.storage).put({ ...entry, state })
    } catch (error) {
      report(error)
      this.#unkept.add(entry.key)
      this.durable = false
      this.#changed()
    }
  }

  /** @param {Entry} entry */
  async #forget(entry) {
    this.#entries = this.#entries.filter(other => other !== entry)
    this.#unkept.delete(entry.key)
    this.#crashes.delete(entry.key)
    this.#changed()
    await (await this.storage).delete(entry.key).catch(report)
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

  #changed() {
    this.dispatchEvent(new CustomEvent('change'))
  }
}

/** @returns {Waiter} */
function makeWaiter() {
  /** @type {any} */ const waiter = {}
  waiter.promise = new Promise((resolve, reject) => Object.assign(waiter, { resolve, reject }))
  return waiter
}
