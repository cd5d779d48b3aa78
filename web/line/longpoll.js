// @ts-check
/** Carries WAMP messages over short HTTP requests, in order and none twice (docs/reference/longpoll.md). */

import { realClock } from './clock.js'
import { report } from './errors.js'

/** @typedef {import('./websocket.js').End} End */
/** @typedef {import('./websocket.js').Transport} Transport */
/** @typedef {{ status: number, number: number, retryAfter: number, text: string }} Answer */
/** @typedef {{ clock: import('./clock.js').Clock, fetch: typeof fetch }} Parts */

/** Ends a transport. */
class Ended {
  /** @param {End} end */
  constructor(end) {
    this.end = end
  }
}

const SEPARATOR = '\x18'
const ANSWERING = 15_000 // milliseconds that a request gets; the node answers a poll after 10 s at the latest
const PATIENCE = 8_000 // milliseconds that requests may fail one after the other
const PAUSE = 250 // after a request that failed; each further pause is twice as long
const LONGEST = 2_000
const BRISK = 500 // milliseconds that a poll without news takes at least, whoever answers it
const TOGETHER = 80_000 // characters in one send: the node takes 256 KiB, and a character has up to 3 bytes
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]) // the node's only if 429; else it stands behind who says so
const GONE = { code: 1006, reason: '' }

/** @param {string} url @param {Partial<Parts>} [parts] @returns {Transport} */
export function openLongPoll(url, { clock = realClock, fetch = globalThis.fetch.bind(globalThis) } = {}) {
  const transport = new LongPoll(url, { clock, fetch })
  transport.run()
  return transport
}

class LongPoll {
  onopen = () => {}
  onmessage = (/** @type {any} */ _) => {}
  onclose = (/** @type {End} */ _) => {}
  /** where this transport is, once it is open */ #place = ''
  #over = false
  /** @type {string[]} encoded messages that wait for the send that is under way */ #waiting = []
  #sending = false
  #sends = 0
  /** @type {Set<() => void>} give up what is under way */ #underway = new Set()

  /** @param {string} url @param {Parts} parts */
  constructor(url, parts) {
    this.url = url
    this.parts = parts
  }

  /** Opens it, and receives until it is over. */
  async run() {
    globalThis.addEventListener?.('pagehide', this.#leave)
    try {
      const answer = await this.#request(`${this.url}/open`, '{"protocols":["wamp.2.json.batched"]}')
      if (answer.status !== 200) throw endOf(answer)
      this.#place = `${this.url}/${nameIn(answer)}`
      if (this.#over) return this.#sayClose()
      this.onopen()
      await this.#receive()
    } catch (thrown) {
      this.#end(thrown)
    }
  }

  /** @param {any} message */
  send(message) {
    this.#waiting.push(JSON.stringify(message) + SEPARATOR)
    if (!this.#sending) this.#flush()
  }

  close(code = 1000, reason = '') {
    if (this.#over) return
    this.#end(new Ended({ code, reason }))
    if (this.#place) this.#sayClose()
  }

  #leave = () => this.close(1001)

  /** The node would find out by itself, half a minute later. */
  #sayClose() {
    this.parts.fetch(`${this.#place}/close`, { method: 'POST', keepalive: true }).catch(() => {})
  }

  /** @param {unknown} thrown  how it ended, or what went wrong */
  #end(thrown) {
    if (this.#over) return
    this.#over = true
    globalThis.removeEventListener?.('pagehide', this.#leave)
    for (const giveUp of [...this.#underway]) giveUp()
    this.onclose(thrown instanceof Ended ? thrown.end : GONE)
  }

  async #receive() {
    /** A body that a broken connection cut short is asked for again. @param {any} answer */
    const isWhole = ({ status, number, text }) => status === 204 || (number > 0 && text.endsWith(SEPARATOR))
    for (let last = 0; !this.#over; ) {
      const asked = this.parts.clock.now()
      const answer = await this.#ask(`receive?ack=${last}`, isWhole)
      if (answer.status === 204 || answer.number <= last) {
        await this.#pause(asked + BRISK - this.parts.clock.now())
        continue
      }
      last = answer.number
      for (const text of answer.text.split(SEPARATOR)) if (text) this.#deliver(JSON.parse(text))
    }
  }

  /** @param {any} message */
  #deliver(message) {
    try {
      if (!this.#over) this.onmessage(message)
    } catch (error) {
      report(error)
    }
  }

  /** Sends what waits, one request after the other, each with all that came together meanwhile. */
  async #flush() {
    this.#sending = true
    try {
      await null
      while (this.#waiting.length && !this.#over) {
        await this.#ask(`send?n=${++this.#sends}`, ({ status }) => status === 204, this.#batch())
      }
    } catch (thrown) {
      this.#end(thrown)
    }
    this.#sending = false
  }

  #batch() {
    let batch = this.#waiting.shift() ?? ''
    while (this.#waiting.length && batch.length + this.#waiting[0].length <= TOGETHER) batch += this.#waiting.shift()
    return batch
  }

  /**
   * Asks until the node answers: both ways are numbered, so asking once more repeats nothing.
   * @param {string} what @param {(answer: Answer) => boolean} isOurs  whether the node said this, and not some page in between
   * @param {string} [body] @returns {Promise<Answer>}
   */
  async #ask(what, isOurs, body) {
    const { clock } = this.parts
    /** when requests began to fail */ let since = 0
    for (let pause = PAUSE; ; pause = Math.min(2 * pause, LONGEST)) {
      const answer = await this.#request(`${this.#place}/${what}`, body).catch(() => null)
      if (answer && isOurs(answer)) return answer
      if (answer && answer.status >= 400 && !PASSING.has(answer.status)) throw endOf(answer)
      if (answer?.status === 429) since = 0
      else since ||= clock.now()
      if (this.#over || (since && clock.now() - since >= PATIENCE)) throw new Ended(GONE)
      await this.#pause(Math.max(pause, (answer?.retryAfter ?? 0) * 1000))
    }
  }

  /** One request, and the whole of its answer. @param {string} url @param {string} [body] @returns {Promise<Answer>} */
  async #request(url, body = '') {
    const aborter = new AbortController()
    const giveUp = () => aborter.abort()
    const stop = this.parts.clock.after(ANSWERING, giveUp)
    this.#underway.add(giveUp)
    try {
      const answer = await this.parts.fetch(url, { method: 'POST', body, cache: 'no-store', signal: aborter.signal })
      return {
        status: answer.status,
        number: Number(answer.headers.get('openline-answer')),
        retryAfter: Number(answer.headers.get('retry-after')) || 0,
        text: await answer.text(),
      }
    } finally {
      stop()
      this.#underway.delete(giveUp)
    }
  }

  /** @param {number} ms @returns {Promise<void>} */
  #pause(ms) {
    if (ms <= 0 || this.#over) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        stop()
        this.#underway.delete(wake)
        resolve()
      }
      const stop = this.parts.clock.after(ms, wake)
      this.#underway.add(wake)
    })
  }
}

/** @param {Answer} answer */
function nameIn({ text }) {
  const { transport } = JSON.parse(text)
  if (typeof transport !== 'string') throw new TypeError('This is no answer of a node.')
  return transport
}

/** What the node says with a refusal; whoever else refuses says nothing we know. @param {Answer} answer */
function endOf({ text, retryAfter }) {
  try {
    const { code, message, retry_after: wait = retryAfter } = JSON.parse(text)
    return new Ended({ code: Number(code) || 1006, reason: String(message ?? ''), retryAfter: Number(wait) || 0 })
  } catch {
    return new Ended({ ...GONE, retryAfter })
  }
}
