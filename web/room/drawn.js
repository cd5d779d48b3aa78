// @ts-check
// The rows that are drawn already. Most stay as they are while others come: what was made for them is used again.

/** @import { VNode } from 'preact' */
/** @import { Row } from './timeline.js' */
/** @typedef {Record<string, string | boolean>} How  what else there is to know of a row: whether it is chosen, for one */
/** @typedef {Map<string, {row: Row, how: How, node: VNode}>} Known */

export class Drawn {
  /** @type {Known} */ #known = new Map()

  /**
   * @param {Row[]} rows @param {(row: Row) => How} howOf @param {(row: Row, how: How) => VNode} make
   * @returns {VNode[]}
   */
  all(rows, howOf, make) {
    /** @type {Known} */ const now = new Map()
    for (const row of rows) {
      const known = this.#known.get(row.id), how = howOf(row)
      const isSame = known && isSameRow(known.row, row) && Object.keys(how).every(name => how[name] === known.how[name])
      now.set(row.id, isSame ? known : { row, how, node: make(row, how) })
    }
    this.#known = now
    return [...now.values()].map(({ node }) => node)
  }
}

/** Whether two rows look the same. @param {Row} one @param {Row} other */
export const isSameRow = (one, other) => {
  if (one.kind !== 'message' || other.kind !== 'message') return one.kind === other.kind && isSameMark(one, other)
  return one.message === other.message && one.first === other.first && one.pending === other.pending && one.mine === other.mine
    && one.quote === other.quote && one.thread?.count === other.thread?.count && one.thread?.last === other.thread?.last
}

/** @param {Row} one @param {Row} other */
const isSameMark = (one, other) => one.kind !== 'notes' || other.kind !== 'notes' ||
  (one.notes.length === other.notes.length && one.notes.every((note, at) => note === other.notes[at]))
