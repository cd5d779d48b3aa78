// @ts-check
// Who of a room is here: a snapshot, and what became of it. (state, change) → state, and nothing else.

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {'active' | 'away' | 'do_not_disturb'} state
 * @property {number} devices
 * @property {string} text  their own words for it
 * @property {number | null} until  seconds since 1970
 */
/** @typedef {{epoch: string, version: number, count: number, many: boolean, people: Entry[]}} Snapshot */
/** @typedef {{epoch: string, version: number, count: number, many: boolean, changed: Entry[], left: string[]}} Change */
/**
 * @typedef {object} State
 * @property {string} epoch
 * @property {number} version
 * @property {number} count  how many are here
 * @property {boolean} many  too many to be named
 * @property {Map<string, Entry>} people
 */

/** @type {State} */
export const EMPTY = { epoch: '', version: 0, count: 0, many: false, people: new Map() }

/** @param {Snapshot} snapshot @returns {State} */
export const begin = ({ epoch, version, count, many, people }) => ({ epoch, version, count, many, people: byId(people) })

/** What comes next; null where something is missing before it, and all has to be read again. @param {State} state @param {Change} change @returns {State | null} */
export const take = (state, { epoch, version, count, many, changed, left }) => {
  if (epoch !== state.epoch || version > state.version + 1) return null
  if (version <= state.version) return state
  const people = many ? new Map() : new Map([...state.people, ...byId(changed)])
  for (const id of left) people.delete(id)
  return { epoch, version, count, many, people }
}

/** @param {Entry[]} entries */
const byId = entries => new Map(entries.map(entry => [entry.id, entry]))
