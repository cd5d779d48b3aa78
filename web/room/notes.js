// @ts-check
// Who came and who left, in as few words as will do.

const NAMED = 3

/**
 * Whoever came and went again within one row is not worth a word.
 * @param {import('./state.js').Note[]} notes
 */
export const sentences = notes => {
  const last = new Map(notes.map(note => [note.by.id, note]))
  return /** @type {const} */ (['joined', 'left']).map(what => {
    const names = [...last.values()].filter(note => note.what === what).map(note => note.by.name)
    return { what, names: names.slice(0, NAMED), more: Math.max(0, names.length - NAMED) }
  }).filter(({ names }) => names.length)
}
