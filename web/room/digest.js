// @ts-check
// What a room looks like, in a few letters: the same for two clients only if they show the same from some offset on.
import { pinnedBy, reactions } from './marks.js'

/** @import { Entry, State } from './state.js' */

/** @param {State} state @param {number} [from]  offset of the first entry that counts */
export const digest = async ({ entries }, from = 0) => {
  const words = new TextEncoder().encode(entries.filter(({ id }) => id >= from).map(line).join('\n'))
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', words))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** One entry, as another program can write it too. @param {Entry} entry */
const line = entry => {
  if (entry.kind === 'note') return JSON.stringify([entry.id, entry.what, entry.who.id])
  const { id, by, text, edited, deleted, replyTo, thread } = entry
  const given = reactions(entry).map(({ emoji, people }) => [emoji, people.map(person => person.id).sort()])
  return JSON.stringify(deleted ? [id, by.id, 'deleted'] : [id, by.id, text, edited, replyTo, thread, given, pinnedBy(entry)?.id ?? ''])
}
