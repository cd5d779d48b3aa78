// @ts-check
// How people are, as far as the rooms say that are followed: tells of each by an event that is called after their id.

/** @import { Entry } from './state.js' */

class People extends EventTarget {
  /** @type {Map<object, Map<string, Entry>>} by who says so */ #said = new Map()

  /** @param {string} id @returns {Entry | null} */
  of(id) {
    for (const people of this.#said.values()) {
      const entry = people.get(id)
      if (entry) return entry
    }
    return null
  }

  /** @param {object} source @param {Map<string, Entry> | null} people  null where it says nothing any more */
  say(source, people) {
    const before = this.#said.get(source) ?? new Map()
    const ids = new Set([...before.keys(), ...(people?.keys() ?? [])])
    const were = new Map([...ids].map(id => [id, this.of(id)]))
    if (people) this.#said.set(source, people)
    else this.#said.delete(source)
    for (const [id, was] of were) if (!isSame(was, this.of(id))) this.dispatchEvent(new Event(id))
  }
}

/** @param {Entry | null} one @param {Entry | null} other */
const isSame = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other)

export { People }
export const people = new People()

/** @type {Record<string, string>} */
const WORDS = { active: 'Active', away: 'Away', do_not_disturb: 'Do not disturb', gone: 'Offline' }

/** @param {Entry | null} entry */
export const stateOf = entry => entry?.state ?? 'gone'
/** @param {string} state */
export const wordsOf = state => WORDS[state] ?? state
