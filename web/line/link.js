// @ts-check
/** Keeps one signed-in connection up: signs in, connects, notices silence, and comes back after growing pauses. */

import { Backoff } from './backoff.js'
import { climb } from './climb.js'
import { LineError, isFinal, isIdentityRefused, isUnreached, toLineError } from './errors.js'
import { Heartbeat, ask } from './heartbeat.js'
import { opening } from './opening.js'
import { Renewal } from './renewal.js'
import { Ticket } from './ticket.js'

/** @typedef {'connecting' | 'online' | 'offline' | 'refused' | 'closed'} State */
/** @typedef {import('./ticket.js').Credentials} Credentials */
/** @typedef {import('./ticket.js').SignIn} SignIn */
/** @typedef {{ id: string, name: string, role: string }} Identity */
/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./ladder.js').Rung} Rung */
/** @typedef {import('./opening.js').Opened & { rung: Rung, credentials: Credentials }} Opened  with what was said there */
/** @typedef {{ urls: Record<Rung | 'pages', string>, realm: string, signIn: SignIn, ladder: import('./ladder.js').Ladder }} Node */
/**
 * @typedef {object} Parts  what touches the outside world
 * @property {(target: import('./connection.js').Target) => Connection} connect
 * @property {import('./clock.js').Clock} clock
 * @property {(onWake: () => void) => () => void} wake  tells when the browser is back
 * @property {(url: string) => Promise<boolean>} reaches  whether ordinary requests get through
 */
/**
 * @typedef {object} Owner
 * @property {() => void} onChange  `state`, `identity` or `connection` has changed
 * @property {() => Promise<void>} moved  resolves when nothing is left that hears only on the former connection
 */

const RETURNING = 10 // seconds that the best way gets while another one carries on
const LONGEST = 60 // seconds that a node may ask us to stay away
const STEADY = 5_000 // a connection that lasted so many milliseconds was not part of the trouble

export class Link {
  /** @type {State} */ state = 'closed'
  /** @type {LineError | null} */ error = null
  /** when the next try starts, in ms since 1970; 0 when none is planned */
  retryAt = 0
  /** @type {Identity | null} */ identity = null
  /** there while the state is `online` @type {Connection | null} */ connection = null
  /** what it goes over @type {Rung | null} */ rung = null

  #asked = false // again, for credentials that the node does not refuse
  #attempt = new AbortController()
  /** @type {Heartbeat | null} */ #heartbeat = null
  #onlineSince = 0
  #cancelTimer = () => {}
  #cancelReturn = () => {}
  #stopWaking = () => {}
  #wanted = false

  /** @param {Node} node @param {Parts} parts @param {Owner} owner */
  constructor(node, parts, owner) {
    this.node = node
    this.parts = parts
    this.owner = owner
    this.backoff = new Backoff(parts.clock.random)
    this.ticket = new Ticket(parts.clock, node.signIn)
    this.renewal = new Renewal(parts.clock, this.ticket, {
      onTaken: ({ name }) => this.#rename(name),
      replace: () => this.#replace(),
      onFailed: error => {
        if (isIdentityRefused(error)) this.#lost(error)
        else if (isFinal(error)) this.#refuse(error)
      },
    })
  }

  /** the guest that this identity goes on for, when a guest's expired token was renewed */
  get renewedFrom() {
    return this.ticket.renewedFrom
  }

  open() {
    if (this.#wanted) return
    this.#wanted = true
    this.#stopWaking = this.parts.wake(() => this.#wake())
    this.#try()
  }

  close() {
    this.#wanted = false
    this.#stopWaking()
    this.#hangUp()
    this.#set('closed')
  }

  /** Tries at once, also after a refusal. */
  retryNow() {
    if (this.state !== 'offline' && this.state !== 'refused') return
    this.#asked = false
    this.#try()
  }

  /** Goes on with new credentials, because there is something new about who we are. @returns {Promise<void>} */
  async renew() {
    this.ticket.hurry()
    await this.renewal.now()
  }

  #wake() {
    if (this.state === 'offline') this.#try()
    if (this.state !== 'online') return
    this.#heartbeat?.check()
    this.renewal.check()
  }

  async #try() {
    this.#hangUp()
    const { signal } = (this.#attempt = new AbortController())
    this.#set('connecting', this.error)
    try {
      await this.#signIn(signal)
      if (!signal.aborted) await this.#connect(signal)
    } catch (thrown) {
      if (signal.aborted) return
      const error = toLineError(thrown)
      if (isFinal(error)) this.#refuse(error)
      else this.#wait(error)
    }
  }

  /** @param {AbortSignal} signal */
  async #signIn(signal) {
    const before = this.ticket.credentials
    await this.ticket.prepare(signal)
    const { credentials } = this.ticket
    if (signal.aborted || !credentials || credentials === before) return
    this.identity = { id: credentials.id, name: credentials.name ?? credentials.id, role: credentials.role ?? '' }
    this.owner.onChange()
  }

  /** @param {string} [name] */
  #rename(name) {
    if (!this.identity || !name || name === this.identity.name) return
    this.identity = { ...this.identity, name }
    this.owner.onChange()
  }

  /** @param {AbortSignal} signal */
  async #connect(signal) {
    const { ladder, urls } = this.node
    const open = (/** @type {Rung} */ rung, /** @type {number} */ seconds) => this.#open(rung, seconds, signal)
    try {
      const opened = await climb(ladder, open, signal, () => this.parts.reaches(urls.pages))
      if (!signal.aborted) this.#use(opened, signal)
    } catch (thrown) {
      if (!signal.aborted) this.#lost(toLineError(thrown))
    }
  }

  /** @param {Rung} rung @param {number} seconds @param {AbortSignal} signal @returns {Promise<Opened>} */
  async #open(rung, seconds, signal) {
    const credentials = /** @type {Credentials} */ (this.ticket.credentials)
    const { id, token } = credentials
    const opened = await opening({ rung, url: this.node.urls[rung], realm: this.node.realm, id, token }, this.parts, {
      seconds,
      signal,
      onEnd: (connection, error) => { if (connection === this.connection) this.#cut(error) },
      onHeard: connection => { if (connection === this.connection) this.#heartbeat?.heard() },
    })
    return { rung, credentials, ...opened }
  }

  /** @param {Opened} opened @param {AbortSignal} signal */
  #use({ rung, connection, credentials, welcome: { id, role, name } }, signal) {
    const { clock } = this.parts
    this.#asked = false
    this.#onlineSince = clock.now()
    this.node.ladder.opened(rung)
    this.identity = { id, role, name: name ?? this.identity?.name ?? id }
    this.connection = connection
    this.rung = rung
    this.#heartbeat?.stop()
    this.#heartbeat = new Heartbeat(clock, {
      ask: () => ask(clock, connection),
      onDead: () => this.#cut(new LineError('client.timeout', 'The node has fallen silent.')),
    })
    this.#cancelReturn()
    if (rung !== this.node.ladder.best) this.#planReturn(connection, signal)
    this.renewal.start(connection, credentials)
    this.#set('online')
  }

  /** Tries the best way again, while this one carries on. @param {Connection} former @param {AbortSignal} signal */
  #planReturn(former, signal) {
    const { best } = this.node.ladder
    this.#cancelReturn = this.parts.clock.after(this.node.ladder.againIn(), async () => {
      const opened = await this.#open(best, RETURNING, signal).catch(() => null)
      if (signal.aborted) return
      if (former !== this.connection) return opened?.connection.close() // it was replaced, and plans its own
      if (opened) return this.#move(opened, signal)
      this.node.ladder.stillBlocked()
      this.#planReturn(former, signal)
    })
  }

  /** Moves to a connection that begins with the newest credentials. @param {AbortSignal} [signal] */
  async #replace(signal = this.#attempt.signal) {
    const opened = await this.#open(/** @type {Rung} */ (this.rung), RETURNING, signal)
    if (!signal.aborted) void this.#move(opened, signal)
  }

  /**
   * Moves to another connection. The former one ends when it has answered all that was asked over it.
   * @param {Opened} opened @param {AbortSignal} signal
   */
  async #move(opened, signal) {
    const former = this.connection
    this.#use(opened, signal)
    await this.owner.moved()
    await former?.finish()
    former?.close()
  }

  /** A connection that was open has ended. @param {LineError} error */
  #cut(error) {
    if (this.rung && isUnreached(error)) this.node.ladder.cut(this.rung, this.parts.clock.now() - this.#onlineSince)
    this.#lost(error)
  }

  /** @param {LineError} error */
  #lost(error) {
    if (!isIdentityRefused(error)) return this.#wait(error)
    this.ticket.refusal = error
    if (this.#asked) return this.#refuse(error)
    if (this.connection && this.parts.clock.now() - this.#onlineSince < STEADY) return this.#wait(error)
    this.#asked = true
    this.#try()
  }

  /** @param {LineError} error */
  #refuse(error) {
    this.#hangUp()
    this.#set('refused', error)
  }

  /** @param {LineError} error */
  #wait(error) {
    const { clock } = this.parts
    if (this.connection && clock.now() - this.#onlineSince >= STEADY) this.backoff.reset()
    this.#hangUp()
    const asked = Math.min(Number(error.fields.retry_after) || 0, LONGEST)
    const pause = asked * 1000 + this.backoff.next()
    this.retryAt = clock.now() + pause
    this.#cancelTimer = clock.after(pause, () => this.#try())
    this.#set('offline', error)
  }

  #hangUp() {
    this.#attempt.abort()
    this.#cancelTimer()
    this.#cancelReturn()
    this.#heartbeat?.stop()
    this.renewal.stop()
    this.#heartbeat = this.connection = this.rung = null
    this.retryAt = 0
  }

  /** @param {State} state @param {LineError | null} [error] */
  #set(state, error = null) {
    this.state = state
    this.error = error
    this.owner.onChange()
  }
}
