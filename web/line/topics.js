// @ts-check
/** Keeps subscriptions across connections. */

import { Backoff } from './backoff.js'
import { isFinal, report, toLineError } from './errors.js'

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
  /** where it is subscribed @type {import('./connection.js').Connection | null} */ on = null
  /** @type {() => Promise<void>} */ leave = async () => {}
  /** @type {Promise<void>} */ chain = Promise.resolve()
  cancelRetry = () => {}

  /** @param {string} name @param {Backoff} backoff */
  constructor(name, backoff) {
    this.name = name
    this.backoff = backoff
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
  /** @type {import('./connection.js').Connection | null} */ #connection = null
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

  /** Moves every subscription to a connection, or to none. @param {import('./connection.js').Connection | null} connection */
  use(connection) {
    this.#connection = connection
    for (const topic of [...this.#topics.values()]) {
      topic.cancelRetry()
      topic.on = null
      if (connection) this.#settle(topic)
      else topic.each(listener => listener.onLost?.())
    }
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
    try {
      const onEvent = (/** @type {any} */ event, /** @type {import('./connection.js').Details} */ details) =>
        topic.each(listener => listener.onEvent(event, details))
      topic.leave = await connection.subscribe(topic.name, onEvent, () => this.#revoked(topic, connection))
    } catch (thrown) {
      if (connection === this.#connection) this.#failed(topic, toLineError(thrown))
      return
    }
    if (connection !== this.#connection) return
    topic.on = connection
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
