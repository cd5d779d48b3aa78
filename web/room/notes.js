// @ts-check
// Who came and who left, in as few words as will do.

const NAMED = 3
const DONE = /** @type {Record<string, string>} */ ({ kicked: 'removed', banned: 'banned', muted: 'muted' })

/**
 * Whoever came and went again within one row is not worth a word.
 * @param {import('./state.js').Note[]} notes
 * @returns {{what: string, names: string[], more: number, by?: string}[]}
 */
export const sentences = notes => {
  const last = [...new Map(notes.map(note => [note.who.id, note])).values()]
  const done = last.filter(({ what }) => what in DONE)
  const doers = [...new Set(done.map(({ by, what }) => `${what} ${by.id}`))].map(doer => done.filter(({ by, what }) => `${what} ${by.id}` === doer))
  return [
    ...(/** @type {const} */ (['joined', 'left'])).map(what => ({ what, ...count(last.filter(note => note.what === what)) })),
    ...doers.map(some => ({
      what: `${some.length > 1 ? 'were' : 'was'} ${DONE[some[0].what]} by`, ...count(some), by: some[0].by.name,
    })),
  ].filter(({ names }) => names.length)
}

/** @param {import('./state.js').Note[]} notes */
const count = notes =>
  ({ names: notes.slice(0, NAMED).map(({ who }) => who.name), more: Math.max(0, notes.length - NAMED) })
