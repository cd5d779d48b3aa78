// @ts-check
/** One thing that this browser remembers; where its storage is switched off, this page does. */

export class Memory {
  /** @type {any} what storage would not take */ #here

  /** @param {string} key */
  constructor(key) {
    this.key = key
  }

  /** @returns {any} null when there is nothing */
  get() {
    if (this.#here !== undefined) return this.#here
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? 'null')
    } catch {
      return null
    }
  }

  /** @param {any} value  null forgets */
  set(value) {
    try {
      if (value === null) localStorage.removeItem(this.key)
      else localStorage.setItem(this.key, JSON.stringify(value))
    } catch {
      this.#here = value
    }
  }
}
