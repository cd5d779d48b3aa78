// @ts-check
// Who is typing: said at most every three seconds, and shown until five have passed or the message has come.

/** @typedef {import('../line/clock.js').Clock} Clock */
/** @typedef {{id: string, name: string}} Typist */

const EVERY = 3_000
const SHOWN = 5_000
const OVERTAKEN = 1_000 // ms in which what was said before a message may come after it

/** The others, as they are shown. */
export class Typists {
  /** @type {Map<string, {name: string, forget: () => void}>} */ #typing = new Map()
  /** when messages came, by author @type {Map<string, number>} */ #said = new Map()

  /** @param {Clock} clock @param {() => void} changed */
  constructor(clock, changed) {
    this.clock = clock
    this.changed = changed
  }

  /** In the order in which they began. */
  get names() { return [...this.#typing.values()].map(({ name }) => name) }

  /** @param {Typist} typist */
  take({ id, name }) {
    if (this.clock.now() < (this.#said.get(id) ?? -Infinity) + OVERTAKEN) return
    const known = this.#typing.get(id)
    known?.forget()
    this.#typing.set(id, { name, forget: this.clock.after(SHOWN, () => this.#end(id)) })
    if (known?.name !== name) this.changed()
  }

  /** A message of theirs has come. @param {string} id */
  said(id) {
    for (const [author, at] of this.#said) if (at + OVERTAKEN <= this.clock.now()) this.#said.delete(author)
    this.#said.set(id, this.clock.now())
    this.#end(id)
  }

  close() {
    for (const { forget } of this.#typing.values()) forget()
    this.#typing.clear()
  }

  /** @param {string} id */
  #end(id) {
    this.#typing.get(id)?.forget()
    if (this.#typing.delete(id)) this.changed()
  }
}

/** Oneself: tells others, not with every key. */
export class Teller {
  #last = -Infinity

  /** @param {Clock} clock @param {() => void} tell */
  constructor(clock, tell) {
    this.clock = clock
    this.tell = tell
  }

  typed() {
    if (this.clock.now() < this.#last + EVERY) return
    this.#last = this.clock.now()
    this.tell()
  }
}

/** @param {string[]} names */
export const typingWords = names => {
  if (names.length > 2) return 'Several people are typing'
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`
  return names.length ? `${names[0]} is typing` : ''
}
