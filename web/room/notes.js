// @ts-check
// Who came and who left, in as few words as will do.

const NAMED = 3

/**
 * Whoever came and went again within one row is not worth a word.
 * @param {import('./state.js').Note[]} notes
 * @returns {{what: string, names: string[], more: number, by?: string}[]}
 */
export const sentences = notes => {
  const last = [...new Map(notes.map(note => [note.who.id, note])).values()]
  const removed = last.filter(({ what }) => what === 'kicked')
  const removers = [...new Set(removed.map(({ by }) => by.id))].map(id => removed.filter(({ by }) => by.id === id))
  return [
    ...(/** @type {const} */ (['joined', 'left'])).map(what => ({ what, ...count(last.filter(note => note.what === what)) })),
    ...removers.map(some => ({
      what: some.length > 1 ? 'were removed by' : 'was removed by', ...count(some), by: some[0].by.name,
    })),
  ].filter(({ names }) => names.length)
}

/** @param {import('./state.js').Note[]} notes */
const count = notes =>
  ({ names: notes.slice(0, NAMED).map(({ who }) => who.name), more: Math.max(0, notes.length - NAMED) })
