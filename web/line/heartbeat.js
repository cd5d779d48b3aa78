// @ts-check
/** Notices a connection that has died in silence. Browsers cannot send a WebSocket ping, so it asks a question. */

import { within } from './deadline.js'
import { toLineError } from './errors.js'

const QUIET = 15_000
const ANSWERING = 5 // seconds that a question gets

/**
 * Asks for a sign of life: any answer is one, an error too. Rejects when none came in time.
 * @param {import('./clock.js').Clock} clock @param {import('./connection.js').Connection} connection
 */
export async function ask(clock, connection) {
  const question = () => connection.call('openline.router.ping', {})
  try {
    await within(clock, question, { timeout: ANSWERING })
  } catch (thrown) {
    if (toLineError(thrown).uri === 'client.timeout') throw thrown
  }
}

/** Watches one connection, from when it opened until `stop`. */
export class Heartbeat {
  #heardAt = 0
  #asking = false
  #running = true
  #cancel = () => {}

  /**
   * @param {import('./clock.js').Clock} clock
   * @param {{ ask: () => Promise<unknown>, onDead: () => void }} parts  `ask` rejects only when no answer came in time
   */
  constructor(clock, { ask, onDead }) {
    this.clock = clock
    this.ask = ask
    this.onDead = onDead
    this.heard()
    this.#schedule()
  }

  stop() {
    this.#running = false
    this.#cancel()
  }

  /** Something arrived. */
  heard() {
    this.#heardAt = this.clock.now()
  }

  /** Asks now: after a sleep, or when the browser says that the network changed. */
  async check() {
    if (!this.#running || this.#asking) return
    this.#asking = true
    const asked = this.clock.now()
    try {
      await this.ask()
      this.heard()
    } catch {
      if (this.#running && this.#heardAt <= asked) this.onDead()
    }
    this.#asking = false
  }

  #schedule() {
    this.#cancel = this.clock.after(Math.max(0, this.#heardAt + QUIET - this.clock.now()), async () => {
      if (this.clock.now() - this.#heardAt >= QUIET) await this.check()
      if (this.#running) this.#schedule()
    })
  }
}
