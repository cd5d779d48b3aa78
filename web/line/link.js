// @ts-check
/** Keeps one signed-in connection up: signs in, connects, notices silence, and comes back after growing pauses. */

import { Backoff } from './backoff.js'
import { within } from './deadline.js'
import { LineError, isFinal, isIdentityRefused, toLineError } from './errors.js'
import { Heartbeat } from './heartbeat.js'

/** @typedef {'connecting' | 'online' | 'offline' | 'refused' | 'closed'} State */
/** @typedef {{ id: string, token: string, name?: string, role?: string }} Credentials */
/** @typedef {{ id: string, name: string, role: string }} Identity */
/**
 * Gives the credentials to connect with. They are kept until the node refuses them: then it is asked again, and told
 * why in `refused`. If it throws an error with a `uri` that is not a passing one, the line stops at `refused`; after any
 * other error it is asked again.
 * @typedef {(request: { refused?: LineError, signal: AbortSignal }) => Promise<Credentials>} SignIn
 */
/**
 * @typedef {object} Parts  what touches the outside world
 * @property {(target: import('./connection.js').Target) => import('./connection.js').Connection} connect
 * @property {import('./clock.js').Clock} clock
 * @property {(onWake: () => void) => () => void} wake  tells when the browser is back
 */

const OPENING = 10 // seconds that a connection gets to open and sign in
const ANSWERING = 5 // seconds that a question into the silence gets
const STEADY = 5_000 // a connection that lasted so many milliseconds was not part of the trouble

export class Link {
  /** @type {State} */ state = 'closed'
  /** @type {LineError | null} */ error = null
  /** when the next try starts, in ms since 1970; 0 when none is planned */
  retryAt = 0
  /** @type {Identity | null} */ identity = null
  /** the guest that this identity goes on for, when a guest's expired token was renewed @type {string | null} */
  renewedFrom = null
  /** there while the state is `online` @type {import('./connection.js').Connection | null} */ connection = null

  /** @type {import('./connection.js').Connection | null} */ #dialled = null
  /** @type {Credentials | null} */ #credentials = null
  /** @type {LineError | null} */ #refusal = null
  #renewing = false
  #attempt = new AbortController()
  /** @type {Heartbeat | null} */ #heartbeat = null
  #onlineSince = 0
  #cancelTimer = () => {}
  #stopWaking = () => {}
  #wanted = false

  /**
   * @param {{ url: string, realm: string, signIn: SignIn }} target
   * @param {Parts} parts
   * @param {() => void} onChange  `state` or `identity` has changed
   */
  constructor(target, parts, onChange) {
    this.target = target
    this.parts = parts
    this.onChange = onChange
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
    const attempt = (this.#attempt = new AbortController())
    this.#set('connecting', this.error)
    try {
      const credentials = await this.#signIn(attempt.signal)
      if (!attempt.signal.aborted) this.#dial(credentials, attempt.signal)
    } catch (thrown) {
      if (attempt.signal.aborted) return
      const error = toLineError(thrown)
      if (isFinal(error)) this.#refuse(error)
      else this.#wait(error)
    }
  }

  /** @param {AbortSignal} signal */
  async #signIn(signal) {
    if (this.#credentials && !this.#refusal) return this.#credentials
    const known = this.#credentials
    const credentials = await this.target.signIn(this.#refusal ? { refused: this.#refusal, signal } : { signal })
    if (signal.aborted) return credentials
    // A guest is nobody but this browser, so a guest with a new token is still the same person.
    this.renewedFrom = known?.role === 'guest' && credentials.role === 'guest' ? known.id : null
    this.#credentials = credentials
    this.#refusal = null
    this.identity = { id: credentials.id, name: credentials.name ?? credentials.id, role: credentials.role ?? '' }
    this.onChange()
    return credentials
  }

  /** @param {Credentials} credentials @param {AbortSignal} signal */
  #dial({ id, token }, signal) {
    const { clock, connect } = this.parts
    this.#cancelTimer = clock.after(OPENING * 1000, () =>
      this.#lost(new LineError('client.timeout', 'The node did not answer in time.')))
    const dialled = (this.#dialled = connect({
      url: this.target.url,
      realm: this.target.realm,
      id,
      token,
      onOpen: welcome => { if (!signal.aborted) this.#opened(dialled, welcome) },
      onClose: error => { if (!signal.aborted) this.#lost(error) },
      onHeard: () => { if (!signal.aborted) this.#heartbeat?.heard() },
    }))
  }

  /** @param {import('./connection.js').Connection} connection @param {import('./connection.js').Welcome} welcome */
  #opened(connection, { id, role, name }) {
    const { clock } = this.parts
    this.#cancelTimer()
    this.#renewing = false
    this.#onlineSince = clock.now()
    this.identity = { id, role, name: name ?? this.identity?.name ?? id }
    this.connection = connection
    this.#heartbeat = new Heartbeat(clock, {
      ask: () => this.#ask(connection),
      onDead: () => this.#lost(new LineError('client.timeout', 'The node has fallen silent.')),
    })
    this.#set('online')
  }

  /** Any answer shows life, an error too. @param {import('./connection.js').Connection} connection */
  async #ask(connection) {
    const question = () => connection.call('openline.stream.heads', { streams: [] })
    try {
      await within(this.parts.clock, question, { timeout: ANSWERING })
    } catch (thrown) {
      if (toLineError(thrown).uri === 'client.timeout') throw thrown
    }
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
    const pause = this.backoff.next()
    this.retryAt = clock.now() + pause
    this.#cancelTimer = clock.after(pause, () => this.#try())
    this.#set('offline', error)
  }

  #hangUp() {
    this.#attempt.abort()
    this.#cancelTimer()
    this.#heartbeat?.stop()
    const dialled = this.#dialled
    this.#heartbeat = this.#dialled = this.connection = null
    this.retryAt = 0
    dialled?.close()
  }

  /** @param {State} state @param {LineError | null} [error] */
  #set(state, error = null) {
    this.state = state
    this.error = error
    this.onChange()
  }
}
