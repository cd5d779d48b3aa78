// @ts-check
/** The line: a page's connection to a node, with its memory. */

import { realClock } from './clock.js'
import { connect } from './connection.js'
import { within } from './deadline.js'
import { LineError, report } from './errors.js'
import { Following } from './follow.js'
import { Ladder } from './ladder.js'
import { Link } from './link.js'
import { readAfter, readBefore } from './log.js'
import { Memory } from './memory.js'
import { Outbox } from './outbox.js'
import { reaches } from './reach.js'
import { openStorage } from './storage.js'
import { Topics } from './topics.js'
import { onWake } from './wake.js'

export { LineError } from './errors.js'
export { newKey } from './key.js'

/** @typedef {import('./link.js').State} State */
/** @typedef {import('./link.js').Identity} Identity */
/** @typedef {import('./ladder.js').Rung} Rung */
/** @typedef {import('./log.js').StreamEvent} StreamEvent */
/** @typedef {import('./log.js').Position} Position */
/** @typedef {import('./follow.js').FollowOptions} FollowOptions */
/** @typedef {import('./follow.js').FollowState} FollowState */
/** @typedef {import('./storage.js').Entry} Entry */
/**
 * @typedef {object} LineOptions
 * @property {import('./ticket.js').SignIn} signIn
 * @property {string} [url]  of the node's WebSocket; `/ws` on the host of this page unless given. Long-poll is `lp` beside it
 * @property {string} [realm]
 * @property {string | import('./storage.js').Storage} [outbox]  name of the database for unsent writes
 * @property {Partial<import('./ladder.js').Limits>} [ladder]  which ways to try, and how patiently
 */
/**
 * @typedef {object} CallOptions
 * @property {number} [timeout]  seconds until the call is given up; 10 unless given
 * @property {AbortSignal} [signal]
 * @property {(value: any) => void} [onProgress]
 */
/**
 * @typedef {import('./link.js').Parts & { exclusively: import('./outbox.js').Parts['exclusively'],
 *   memory: import('./ladder.js').Memory }} LineParts
 */

const LARGEST = 60 * 1024 // bytes of arguments; the node takes messages of 64 KiB, and hangs up on larger ones
const URI = /^[^\s.#]+(\.[^\s.#]+)*$/ // the node hangs up on anything else

/** Tells of every change of `state`, `transport` and `identity` by a `state` event. */
export class Line extends EventTarget {
  /** writes that the node has not acknowledged @type {Outbox} */ outbox
  #link
  #topics
  #clock
  /** @type {Link['connection']} */ #connection = null
  /** @type {string | null} */ #owner = null

  /** @param {LineOptions} options @param {Partial<LineParts>} [parts]  for tests */
  constructor({ signIn, url = defaultUrl(), realm = 'openline', outbox = 'openline.outbox', ladder = {} }, parts = {}) {
    super()
    const { clock = realClock, connect: dial = connect, wake = onWake, exclusively = oneTab } = parts
    const { memory = new Memory(`openline.ladder ${new URL(url).host}`), reaches: reach = reaches } = parts
    const scope = typeof outbox === 'string' ? outbox : ''
    this.#clock = clock
    this.#topics = new Topics(clock)
    const node = { urls: urlsOf(url), realm, signIn, ladder: new Ladder(clock, memory, ladder) }
    this.#link = new Link(node, { clock, connect: dial, wake, reaches: reach }, {
      onChange: () => this.#changed(),
      moved: () => this.#topics.settled(),
    })
    this.outbox = new Outbox(typeof outbox === 'string' ? openStorage(outbox) : Promise.resolve(outbox), {
      clock,
      call: (uri, kwargs) => this.call(uri, kwargs),
      exclusively: (lane, act) => exclusively(`${scope} ${lane}`, act),
    })
  }

  /** @returns {State} */
  get state() {
    return this.#link.state
  }

  /** What the connection goes over, while there is one. @returns {Rung | null} */
  get transport() {
    return this.#link.rung
  }

  /** Why the line is not online. @returns {LineError | null} */
  get error() {
    return this.#link.error
  }

  /** When the next try to connect starts, in ms since 1970; 0 when none is planned. */
  get retryAt() {
    return this.#link.retryAt
  }

  /** Who is signed in, as far as is known; it stays while the line is offline. @returns {Identity | null} */
  get identity() {
    return this.#link.identity
  }

  /** Connects, and stays connected until `close`. */
  open() {
    this.#link.open()
  }

  close() {
    this.#link.close()
  }

  /** Resolves when the line is online; rejects when the node does not take who we are. @returns {Promise<void>} */
  async online() {
    while (this.state !== 'online') {
      if (this.state === 'refused') throw this.error
      await new Promise(resolve => this.addEventListener('state', resolve, { once: true }))
    }
  }

  /**
   * Asks for new credentials now, and goes on with them: somebody's name has changed, say. While the line is not online
   * it does so when it connects. @returns {Promise<void>}
   */
  async renew() {
    await this.#link.renew()
  }

  /** Tries to connect at once, also after the node refused. */
  retryNow() {
    this.#link.retryNow()
  }

  /**
   * Calls a procedure once. Rejects with a `LineError`, or with the signal's reason when it is aborted.
   * @param {string} uri @param {object} [kwargs] @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  async call(uri, kwargs = {}, { timeout, signal, onProgress } = {}) {
    const message = checked(uri, kwargs)
    const connection = this.#online()
    return within(this.#clock, () => connection.call(uri, message, onProgress), { timeout, signal })
  }

  /**
   * Publishes an event to a topic that forgets. Resolves when the node has taken it.
   * @param {string} topic @param {object} [kwargs] @param {object} [options]  as WAMP names them, such as `exclude_me`
   * @returns {Promise<void>}
   */
  async publish(topic, kwargs = {}, options = {}) {
    const message = checked(topic, kwargs)
    if (this.#topics.moving) await this.#topics.settled() // else we would hear ourselves on the former connection
    const connection = this.#online()
    return within(this.#clock, () => connection.publish(topic, message, options), {})
  }

  /**
   * Listens to a topic that forgets, across reconnects, until the function that it returns is called.
   * @param {string} topic @param {import('./connection.js').OnEvent} onEvent
   * @param {{ onRefused?: (error: LineError) => void, onReady?: () => void }} [options]  ready, on each connection anew:
   *   what is published from then on comes
   */
  subscribe(topic, onEvent, { onRefused = report, onReady } = {}) {
    checked(topic, {})
    return this.#topics.listen(topic, { onEvent, onRefused, onReady })
  }

  /** Follows a stream: every event once and in order, across reconnects. @param {string} stream @param {FollowOptions} options */
  follow(stream, options) {
    checked(stream, {})
    return new Following(stream, options, {
      topics: this.#topics,
      clock: this.#clock,
      call: (uri, kwargs) => this.call(uri, kwargs),
    })
  }

  /**
   * The last events of a stream before an offset, or those that follow one; the oldest first. Of the latter there may be
   * fewer than `limit` where they are large: read on from the last one.
   * @param {string} stream @param {{ before?: number, after?: number, limit?: number }} [range]
   */
  history(stream, { before, after, limit = 50 } = {}) {
    const call = (/** @type {string} */ uri, /** @type {object} */ kwargs) => this.call(uri, kwargs)
    return after === undefined ? readBefore(call, stream, limit, before) : readAfter(call, stream, after, limit)
  }

  /**
   * Calls a procedure that takes a `key`, for sure: keeps the call in the outbox until the node has answered it.
   * @param {string} uri @param {Record<string, any>} kwargs
   * @returns {Promise<any>}
   */
  async send(uri, kwargs) {
    return this.outbox.send(uri, checked(uri, kwargs))
  }

  #online() {
    if (!this.#connection) throw new LineError('client.offline', 'There is no connection.')
    return this.#connection
  }

  #changed() {
    const { connection, identity, renewedFrom } = this.#link
    if (identity && identity.id !== this.#owner) {
      this.#owner = identity.id
      this.outbox.belongTo(identity.id, renewedFrom)
    }
    if (connection !== this.#connection) {
      this.#connection = connection
      this.#topics.use(connection)
      this.outbox.setOnline(connection !== null)
    }
    this.dispatchEvent(new CustomEvent('state', { detail: { state: this.state, error: this.error } }))
  }
}

function defaultUrl() {
  const { protocol, host } = location
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`
}

/** @param {string} url */
function urlsOf(url) {
  const beside = (/** @type {string} */ name) => new URL(name, url.replace(/^ws/, 'http')).href
  return { websocket: url, longpoll: beside('lp'), pages: beside('.') }
}

/** The arguments as they will arrive, or an error if the node would not take them. @param {string} uri @param {object} kwargs */
function checked(uri, kwargs) {
  if (!URI.test(uri)) throw new LineError('client.invalid_uri', `This is no URI: ${uri}`)
  const json = JSON.stringify(kwargs)
  const bytes = new TextEncoder().encode(json).length
  if (bytes > LARGEST) throw new LineError('client.too_large', 'This is too large to be sent.', { bytes, most: LARGEST })
  return JSON.parse(json)
}

/** Runs while no other tab of this site does the same. Without locks two tabs may send the same: its key makes that harmless. */
const oneTab = /** @type {LineParts['exclusively']} */ (
  (name, act) => (navigator.locks ? navigator.locks.request(name, act) : act())
)
