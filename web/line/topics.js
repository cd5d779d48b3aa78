// @ts-check
/** Keeps subscriptions across connections, and moves them from one to the next without losing or repeating an event. */

import { Backoff } from './backoff.js'
import { isFinal, report, toLineError } from './errors.js'
import { ask } from './heartbeat.js'

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./connection.js').Details} Details */
/**
 * @typedef {object} Listener
 * @property {import('./connection.js').OnEvent} onEvent
 * @property {() => void} [onReady]  subscribed, on a connection where it was not before
 * @property {() => void} [onLost]  the connection is gone
 * @property {(error: import('./errors.js').LineError) => void} [onRefused]  not allowed, on this connection
 */

/** One topic. Its SUBSCRIBE and UNSUBSCRIBE never overlap: AutobahnJS loses the subscription when they do. */
class Topic {
  /** @type {Set<Listener>} */ listeners = new Set()
  /** where it is subscribed @type {Connection | null} */ on = null
  /** @type {() => Promise<void>} */ leave = async () => {}
  /** publications that came while it is being subscribed on another connection @type {Set<number> | null} */ passed = null
  /** @type {Promise<void>} */ chain = Promise.resolve()
  cancelRetry = () => {}

  /** @param {string} name @param {Backoff} backoff */
  constructor(name, backoff) {
    this.name = name
    this.backoff = backoff
  }

  /** @param {any} event @param {Details} details */
  take(event, details) {
    this.passed?.add(details.publication)
    this.each(listener => listener.onEvent(event, details))
  }

  /** @param {(listener: Listener) => void} tell */
  each(tell) {
    for (const listener of [...this.listeners]) {
      try {
        if (this.listeners.has(listener)) tell(listener)
      } catch (error) {
        report(error)
      }
    }
  }
}

export class Topics {
  /** @type {Connection | null} */ #connection = null
  /** @type {Map<string, Topic>} */ #topics = new Map()

  /** @param {import('./clock.js').Clock} clock */
  constructor(clock) {
    this.clock = clock
  }

  /** Subscribes for as long as there is a listener. @param {string} name @param {Listener} listener */
  listen(name, listener) {
    const topic = this.#topics.get(name) ?? new Topic(name, new Backoff(this.clock.random))
    this.#topics.set(name, topic)
    topic.listeners.add(listener)
    if (topic.on) queueMicrotask(() => { if (topic.on && topic.listeners.has(listener)) listener.onReady?.() })
    else this.#settle(topic)
    return () => {
      if (topic.listeners.delete(listener)) this.#settle(topic)
    }
  }

  /**
   * Subscribes everything on a connection, or on none. When the one before is still open, nothing is lost or repeated.
   * @param {Connection | null} connection
   */
  use(connection) {
    const moving = connection && this.#connection
    this.#connection = connection
    for (const topic of [...this.#topics.values()]) {
      topic.cancelRetry()
      if (!moving) topic.on = null
      if (connection) this.#settle(topic)
      else topic.each(listener => listener.onLost?.())
    }
  }

  /** Resolves when all that was asked for is done, as far as it can be. @returns {Promise<any>} */
  settled() {
    return Promise.all([...this.#topics.values()].map(topic => topic.chain))
  }

  /** Whether some topics are still heard on the former connection. */
  get moving() {
    return [...this.#topics.values()].some(({ on }) => on && on !== this.#connection)
  }

  /** @param {Topic} topic */
  #settle(topic) {
    topic.chain = topic.chain.then(() => (topic.listeners.size ? this.#join(topic) : this.#leave(topic)))
  }

  /** @param {Topic} topic */
  async #join(topic) {
    const connection = this.#connection
    if (!connection || topic.on === connection) return
    topic.cancelRetry()
    const former = topic.on
    /** what comes before this connection is the one that counts @type {(() => void)[] | null} */ let early = []
    const passed = (topic.passed = new Set())
    const hear = (/** @type {any} */ event, /** @type {Details} */ details) => {
      if (topic.on === connection && !passed.delete(details.publication)) topic.take(event, details)
    }
    /** @type {import('./connection.js').OnEvent} */
    const onEvent = (event, details) => (early ? early.push(() => hear(event, details)) : hear(event, details))
    const onRevoked = () => (early ? early.push(onRevoked) : this.#revoked(topic, connection))
    try {
      const leave = await connection.subscribe(topic.name, onEvent, onRevoked)
      // What the former connection has under way has come when a question over it is answered.
      if (former) await ask(this.clock, former).catch(() => {})
      if (connection !== this.#connection) return
      if (former) topic.leave().catch(() => {}) // it may have other things to finish
      Object.assign(topic, { on: connection, leave })
    } catch (thrown) {
      if (connection === this.#connection) this.#failed(topic, toLineError(thrown))
      return
    } finally {
      topic.passed = null
    }
    const held = early
    early = null
    for (const act of held) act()
    topic.backoff.reset()
    topic.each(listener => listener.onReady?.())
  }

  /** @param {Topic} topic */
  async #leave(topic) {
    topic.cancelRetry()
    const { on, leave } = topic
    topic.on = null
    if (on && on === this.#connection) await leave().catch(() => {}) // then the connection is gone, and with it all of them
    if (!topic.listeners.size && this.#topics.get(topic.name) === topic) this.#topics.delete(topic.name)
  }

  /** @param {Topic} topic @param {import('./errors.js').LineError} error */
  #failed(topic, error) {
    topic.on = null
    if (isFinal(error)) topic.each(listener => listener.onRefused?.(error))
    else this.#retry(topic)
  }

  /** The node took the subscription away. Asking again tells whether for good. @param {Topic} topic @param {object} on */
  #revoked(topic, on) {
    if (topic.on !== on) return
    topic.on = null
    this.#retry(topic)
  }

  /** @param {Topic} topic */
  #retry(topic) {
    topic.cancelRetry = this.clock.after(topic.backoff.next(), () => this.#settle(topic))
  }
}
