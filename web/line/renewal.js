// @ts-check
/** Renews the credentials of an open connection in time: gets new ones, and hands them to the node over it. */

import { Backoff } from './backoff.js'
import { within } from './deadline.js'
import { toLineError } from './errors.js'

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./ticket.js').Credentials} Credentials */
/**
 * @typedef {object} Parts
 * @property {(credentials: Credentials) => void} onTaken  the node goes on with these, over the connection as it is
 * @property {() => Promise<void>} replace  opens another connection, which begins with the new credentials
 * @property {(error: import('./errors.js').LineError) => void} onFailed  may end it all; else it is tried again
 */

const LONGEST = 24 * 3600_000 // timers of browsers cannot wait for more than 24 days

export class Renewal {
  /** @type {Connection | null} */ #connection = null
  /** what the node was told last over this connection @type {Credentials | null} */ #told = null
  /** @type {Promise<void> | null} */ #underway = null
  #attempt = new AbortController()
  #cancel = () => {}

  /** @param {import('./clock.js').Clock} clock @param {import('./ticket.js').Ticket} ticket @param {Parts} parts */
  constructor(clock, ticket, parts) {
    this.clock = clock
    this.ticket = ticket
    this.parts = parts
    this.backoff = new Backoff(clock.random, { base: 1000, cap: 30_000 })
  }

  /** A connection is open that began with these. @param {Connection} connection @param {Credentials} credentials */
  start(connection, credentials) {
    this.stop()
    this.#attempt = new AbortController()
    this.#connection = connection
    this.#told = credentials
    this.check()
  }

  /** There is none any more. */
  stop() {
    this.#attempt.abort()
    this.#cancel()
    this.#connection = this.#told = this.#underway = null
  }

  /** Looks whether it is time: the clock of a browser that sleeps goes on, its timers do not. */
  check() {
    if (!this.#connection || this.#underway) return
    const wait = this.#isUntold ? 0 : this.ticket.dueIn
    if (wait === 0) this.now().catch(() => {})
    else if (wait < Infinity) this.#after(Math.min(wait, LONGEST))
  }

  /** Renews at once, if there is a connection. @returns {Promise<void>} */
  async now() {
    if (this.#connection) await (this.#underway ??= this.#run(this.#attempt.signal))
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    this.#cancel()
    /** @type {number | null} */ let pause = null
    try {
      if (this.ticket.dueIn === 0) await this.ticket.renew(signal)
      if (!signal.aborted && this.#isUntold) await this.#tell(signal)
      this.backoff.reset()
    } catch (thrown) {
      pause = this.backoff.next()
      if (!signal.aborted) this.parts.onFailed(toLineError(thrown))
      throw thrown
    } finally {
      if (!signal.aborted) this.#rest(pause)
    }
  }

  /** @param {number | null} pause  before it is tried again */
  #rest(pause) {
    this.#underway = null
    if (pause === null) this.check()
    else this.#after(pause)
  }

  get #isUntold() {
    return this.#told?.token !== this.ticket.credentials?.token
  }

  /** @param {AbortSignal} signal */
  async #tell(signal) {
    const credentials = /** @type {Credentials} */ (this.ticket.credentials)
    const connection = /** @type {Connection} */ (this.#connection)
    const tell = () => connection.call('openline.router.renew', { token: credentials.token })
    const taken = await within(this.clock, tell, {}).then(() => true, () => false)
    if (signal.aborted) return
    if (!taken) return this.parts.replace()
    this.#told = credentials
    this.parts.onTaken(credentials)
  }

  /** @param {number} ms */
  #after(ms) {
    this.#cancel()
    this.#cancel = this.clock.after(ms, () => this.check())
  }
}
