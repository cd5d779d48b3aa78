// @ts-check
/** Keeps one signed-in connection up: signs in, connects, notices silence, and comes back after growing pauses. */

import { Backoff } from './backoff.js'
import { climb } from './climb.js'
import { LineError, isFinal, isIdentityRefused, isUnreached, toLineError } from './errors.js'
import { Heartbeat, ask } from './heartbeat.js'
import { opening } from './opening.js'

/** @typedef {'connecting' | 'online' | 'offline' | 'refused' | 'closed'} State */
/** @typedef {{ id: string, token: string, name?: string, role?: string }} Credentials */
/** @typedef {{ id: string, name: string, role: string }} Identity */
/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./ladder.js').Rung} Rung */
/**
 * Gives the credentials to connect with. They are kept until the node refuses them: then it is asked again, and told
 * why in `refused`. If it throws an error with a `uri` that is not a passing one, the line stops at `refused`; after any
 * other error it is asked again.
 * @typedef {(request: { refused?: LineError, signal: AbortSignal }) => Promise<Credentials>} SignIn
 */
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
  /** the guest that this identity goes on for, when a guest's expired token was renewed @type {string | null} */
  renewedFrom = null
  /** there while the state is `online` @type {Connection | null} */ connection = null
  /** what it goes over @type {Rung | null} */ rung = null

  /** @type {Credentials | null} */ #credentials = null
  /** @type {LineError | null} */ #refusal = null
  #renewing = false
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
    this.#renewing = false
    this.#try()
  }

  #wake() {
    if (this.state === 'offline') this.#try()
    else if (this.state === 'online') this.#heartbeat?.check()
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
    if (this.#credentials && !this.#refusal) return
    const known = this.#credentials
    const credentials = await this.node.signIn(this.#refusal ? { refused: this.#refusal, signal } : { signal })
    if (signal.aborted) return
    // A guest is nobody but this browser, so a guest with a new token is still the same person.
    this.renewedFrom = known?.role === 'guest' && credentials.role === 'guest' ? known.id : null
    this.#credentials = credentials
    this.#refusal = null
    this.identity = { id: credentials.id, name: credentials.name ?? credentials.id, role: credentials.role ?? '' }
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

  /** @param {Rung} rung @param {number} seconds @param {AbortSignal} signal */
  #open(rung, seconds, signal) {
    const { id, token } = /** @type {Credentials} */ (this.#credentials)
    return opening({ rung, url: this.node.urls[rung], realm: this.node.realm, id, token }, this.parts, {
      seconds,
      signal,
      onEnd: (connection, error) => { if (connection === this.connection) this.#cut(error) },
      onHeard: connection => { if (connection === this.connection) this.#heartbeat?.heard() },
    })
  }

  /** @param {import('./opening.js').Opened & { rung: Rung }} opened @param {AbortSignal} signal */
  #use({ rung, connection, welcome: { id, role, name } }, signal) {
    const { clock } = this.parts
    this.#renewing = false
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
    if (rung !== this.node.ladder.best) this.#planReturn(signal)
    this.#set('online')
  }

  /** Tries the best way again, while this one carries on. @param {AbortSignal} signal */
  #planReturn(signal) {
    const { best } = this.node.ladder
    this.#cancelReturn = this.parts.clock.after(this.node.ladder.againIn(), async () => {
      const opened = await this.#open(best, RETURNING, signal).catch(() => null)
      if (signal.aborted) return
      if (opened) return this.#move({ rung: best, ...opened }, signal)
      this.node.ladder.stillBlocked()
      this.#planReturn(signal)
    })
  }

  /**
   * Moves to another connection. The former one ends when it has answered all that was asked over it.
   * @param {import('./opening.js').Opened & { rung: Rung }} opened @param {AbortSignal} signal
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
    this.#refusal = error
    if (this.#renewing) return this.#refuse(error)
    this.#renewing = true
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
