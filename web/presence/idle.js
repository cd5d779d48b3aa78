// @ts-check
// Whether somebody uses this page: not, when nobody has touched anything for five minutes.

/** @typedef {import('../line/clock.js').Clock} Clock */

const AFTER = 5 * 60_000
const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus']

/** Tells the node, and again whenever the node may have forgotten. */
export class Idleness {
  idle = false
  #told = false
  #last
  #cancel = () => {}
  #cancelRetry = () => {}

  /** @param {Clock} clock @param {(idle: boolean) => Promise<any>} tell @param {EventTarget} target */
  constructor(clock, tell, target) {
    this.clock = clock
    this.tell = tell
    this.target = target
    this.#last = clock.now()
    for (const type of INPUT) target.addEventListener(type, this.touched, { passive: true, capture: true })
    this.#wait(AFTER)
  }

  close() {
    for (const type of INPUT) this.target.removeEventListener(type, this.touched, { capture: true })
    this.#cancel()
    this.#cancelRetry()
  }

  touched = () => {
    this.#last = this.clock.now()
    if (!this.idle) return
    this.#wait(AFTER)
    this.#is(false)
  }

  /** The node takes this page for one that is used, as it does of every new session. */
  forgotten() {
    this.#told = false
    this.#say()
  }

  /** Nobody uses a phone whose page is behind another one, or whose screen is off. It may be too late to say so later. */
  away() {
    this.#cancel()
    this.#is(true)
  }

  // One timer that looks back is cheaper than one that each move of the pointer sets again.
  /** @param {number} ms */
  #wait(ms) {
    this.#cancel()
    this.#cancel = this.clock.after(ms, () => {
      const left = this.#last + AFTER - this.clock.now()
      if (left > 0) this.#wait(left)
      else this.#is(true)
    })
  }

  /** @param {boolean} idle */
  #is(idle) {
    this.idle = idle
    this.#say()
  }

  async #say() {
    this.#cancelRetry()
    const { idle } = this
    if (idle === this.#told) return
    try {
      await this.tell(idle)
      this.#told = idle
      this.#say()
    } catch {
      this.#cancelRetry = this.clock.after(3_000, () => this.#say())
    }
  }
}
