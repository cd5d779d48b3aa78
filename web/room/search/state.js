// @ts-check
// What a search looks like, folded from what was typed and answered: (state, what happened) → state, and nothing else.

/**
 * @typedef {object} Found  a message that was found, as the node answers
 * @property {string} room
 * @property {string} title
 * @property {string} kind
 * @property {number} offset
 * @property {number} time  seconds since 1970
 * @property {{id: string, name: string}} by
 * @property {string} snippet
 * @property {[number, number][]} marks  in characters as people count them
 */
/** @typedef {{room: string, offset: number, time: number}} Place */
/** @typedef {{kind: 'unclear' | 'failed', text: string}} Trouble  what to change in the search, or why there is no answer */
/**
 * @typedef {object} State
 * @property {string} words
 * @property {boolean} busy
 * @property {Found[] | null} results  of the last search that was answered; null before any
 * @property {Place | null} next  where older results begin
 * @property {Trouble | null} trouble
 * @property {number} at  the result that Enter opens, or -1
 */

/** @type {State} */
export const EMPTY = Object.freeze({ words: '', busy: false, results: null, next: null, trouble: null, at: -1 })

/** Former results stay until there are others, so that nothing flickers. @param {State} state @param {string} words @returns {State} */
export const typed = (state, words) => isReady(words) ? { ...state, words, busy: true } : { ...EMPTY, words }

/** @param {State} state @returns {State} */
export const asked = state => ({ ...state, busy: true, trouble: null })

/** @param {State} state @param {{results: Found[], next: Place | null}} answer @returns {State} */
export const answered = (state, { results, next }) =>
  ({ ...state, busy: false, trouble: null, results, next, at: results.length ? 0 : -1 })

/** @param {State} state @param {{results: Found[], next: Place | null}} answer @returns {State} */
export const continued = (state, { results, next }) =>
  ({ ...state, busy: false, trouble: null, results: [...state.results ?? [], ...results], next })

/** @param {State} state @param {Error & {uri?: string}} error @returns {State} */
export const failed = (state, error) => {
  const kind = error.uri?.endsWith('.unclear_search') ? 'unclear' : 'failed'
  return { ...state, busy: false, trouble: { kind, text: error.message }, ...(kind === 'unclear' ? { results: null, next: null, at: -1 } : {}) }
}

/** @param {State} state @param {number} step @returns {State} */
export const moved = (state, step) => {
  const count = state.results?.length ?? 0
  return count ? { ...state, at: Math.max(0, Math.min(count - 1, state.at + step)) } : state
}

/** Whether there is something to look for yet: not while a filter waits for its value. @param {string} words */
export const isReady = words => words.trim() !== '' && !/(^|\s)-?(from|in|before|after|has):$/i.test(words)

/** Put a filter behind what was typed. @param {string} words @param {string} filter */
export const withFilter = (words, filter) => words.trim() ? `${words.trimEnd()} ${filter}` : filter

/**
 * A snippet in pieces, those that were looked for told from the others.
 * @param {{snippet: string, marks: [number, number][]}} found @returns {{text: string, marked: boolean}[]}
 */
export const pieces = ({ snippet, marks }) => {
  const characters = [...snippet]
  /** @type {{text: string, marked: boolean}[]} */ const found = []
  let end = 0
  /** @param {number} from @param {number} to @param {boolean} marked */
  const put = (from, to, marked) => { if (to > from) found.push({ text: characters.slice(from, to).join(''), marked }) }
  for (const [from, to] of marks) {
    put(end, from, false)
    put(from, to, true)
    end = to
  }
  put(end, characters.length, false)
  return found
}
