// @ts-check
/** The writes that are not acknowledged yet, in order: in memory, and the same on disk. */

import { report } from './errors.js'

/** @typedef {import('./storage.js').Entry} Entry */
/** @typedef {import('./storage.js').Storage} Storage */

export class Entries {
  /** whether they survive a reload */ durable = true
  /** settles when what the disk has is known @type {Promise<void>} */ ready
  /** @type {Entry[]} */ #entries = []
  /** keys that the disk would not take @type {Set<string>} */ #unkept = new Set()
  #latest = 0

  /** @param {Promise<Storage>} storage @param {() => void} onChange */
  constructor(storage, onChange) {
    this.storage = storage
    this.onChange = onChange
    this.ready = this.load()
  }

  [Symbol.iterator]() {
    return this.#entries.values()
  }

  /** @param {(entry: Entry) => boolean} test @returns {Entry | undefined} */
  find(test) {
    return this.#entries.find(test)
  }

  /** @param {string} key */
  get(key) {
    return this.find(entry => entry.key === key)
  }

  /** @param {Entry} entry */
  has(entry) {
    return this.#entries.includes(entry)
  }

  /** Puts a write at the end. @param {Entry} entry  its `at` may be moved to keep the order */
  add(entry) {
    this.#latest = entry.at = Math.max(entry.at, this.#latest + 1)
    this.#entries.push(entry)
    this.onChange()
  }

  /** @param {Entry} entry @param {Entry['state']} state @param {Entry['error']} [error] */
  mark(entry, state, error = null) {
    entry.state = state
    entry.error = error
    this.onChange()
  }

  /** Reads what the disk has; another tab may have left something. */
  async load() {
    const storage = await this.storage
    const kept = await storage.all().catch(error => { report(error); return [] })
    const onDisk = kept.map(entry => this.get(entry.key) ?? entry).sort((one, other) => one.at - other.at)
    const onlyHere = this.#entries.filter(entry => !onDisk.includes(entry))
    this.#entries = [...onDisk, ...onlyHere]
    // What was written before the disk was read comes after what the disk had, whatever the clock says.
    let latest = 0
    for (const entry of this.#entries) latest = entry.at = Math.max(entry.at, latest + 1)
    this.#latest = Math.max(this.#latest, latest)
    if (!storage.durable) this.durable = false
    this.onChange()
  }

  /** Writes an entry as it is to the disk. @param {Entry} entry */
  async keep(entry) {
    await this.ready
    const state = entry.state === 'failed' ? 'failed' : 'waiting'
    try {
      if (this.has(entry)) await (await this.storage).put({ ...entry, state })
    } catch (error) {
      report(error)
      this.#unkept.add(entry.key)
      this.durable = false
      this.onChange()
    }
  }

  /** Gives the writes of somebody, or of nobody yet, to an owner. @param {string} owner @param {string | null} former */
  async claim(owner, former) {
    const storage = await this.storage
    for (const entry of this.#entries.filter(entry => entry.owner === null || entry.owner === former)) {
      entry.owner = owner
      this.onChange()
      // What another tab has sent meanwhile must not come back.
      if (await storage.get(entry.key).catch(report)) await this.keep(entry)
    }
  }

  /**
   * What the disk has of an entry: null when another tab is done with it.
   * @param {Entry} entry @returns {Promise<Entry | null>}
   */
  async look(entry) {
    const kept = await (await this.storage).get(entry.key).catch(() => entry)
    return kept ?? (this.#unkept.has(entry.key) ? entry : null)
  }

  /** @param {Entry} entry */
  async forget(entry) {
    this.#entries = this.#entries.filter(other => other !== entry)
    this.#unkept.delete(entry.key)
    this.onChange()
    await (await this.storage).delete(entry.key).catch(report)
  }
}
