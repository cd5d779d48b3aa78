// @ts-check
// What people put on messages: reactions and pins. Of each, the newest event counts, whatever comes first.

/** @import { Author, Event, Message, Pending } from './state.js' */
/** @typedef {{on: boolean, at: number, by: Author, emoji: string}} Mark  by the event at which offset; no emoji is a pin */
/** @typedef {ReadonlyMap<string, Mark>} Marks */
/** @typedef {{emoji: string, people: Author[], at: number}} Reaction */

const ON = /** @type {Record<string, boolean>} */ ({ reacted: true, unreacted: false, pinned: true, unpinned: false })
const PIN = 'pin'

/**
 * Add what events put on messages.
 * @param {Map<number, Marks>} before @param {Event[]} events
 */
export const markAll = (before, events) => {
  const found = events.filter(({ type, data }) => type in ON && data.message)
  if (!found.length) return before
  const marks = new Map(before)
  for (const { type, offset: at, by, data: { message, emoji = '' } } of found) {
    marks.set(message, put(marks.get(message), { on: ON[type], at, by, emoji }))
  }
  return marks
}

/** @param {Marks | null | undefined} marks @param {Mark} mark @returns {Marks} */
const put = (marks, mark) => {
  const name = mark.emoji ? `${mark.emoji} ${mark.by.id}` : PIN
  const known = marks?.get(name)
  return known && known.at > mark.at ? /** @type {Marks} */ (marks) : new Map([...marks ?? [], [name, mark]])
}

/** Two sets of marks as one. @param {Marks | undefined} marks @param {Marks} more @returns {Marks} */
export const amended = (marks, more) => [...more.values()].reduce((now, mark) => put(now, mark), marks ?? new Map())

/** The same message if nothing new was put on it. @param {Message} message @param {Marks | undefined} marks */
export const marked = (message, marks) => !marks || message.marks === marks ? message : { ...message, marks }

/** A message with what is on its way to it. @param {Message} message @param {Pending[]} pending @param {Author} me */
export const withPending = (message, pending, me) => pending.reduce((now, { kind, emoji }) =>
  ({ ...now, marks: put(now.marks, { on: kind === 'react' || kind === 'pin', at: Infinity, by: me, emoji }) }), message)

/** The reactions to a message, in the order in which they came up. @param {Message} message @returns {Reaction[]} */
export const reactions = ({ marks }) => {
  /** @type {Map<string, Reaction>} */ const found = new Map()
  for (const { on, emoji, by, at } of [...marks?.values() ?? []].sort((a, b) => a.at - b.at)) {
    if (!on || !emoji) continue
    const reaction = found.get(emoji) ?? { emoji, people: [], at }
    found.set(emoji, { ...reaction, people: [...reaction.people, by] })
  }
  return [...found.values()]
}

/** Who pinned a message, if it is pinned. @param {Message} message */
export const pinnedBy = ({ marks }) => {
  const pin = marks?.get(PIN)
  return pin?.on ? pin.by : null
}

/** Whether somebody reacted so. @param {Message} message @param {string} emoji @param {string} person */
export const hasReacted = ({ marks }, emoji, person) => marks?.get(`${emoji} ${person}`)?.on === true

const NAMED = 20

/** Who reacted, in words. @param {Reaction} reaction @param {string} me */
export const reactedWords = ({ people, emoji }, me) => {
  const names = people.slice(0, NAMED).map(({ id, name }) => id === me ? 'you' : name)
  const more = people.length - names.length
  const all = more > 0 ? [...names, `${more} more`] : names
  return `${all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : all[0]} reacted with ${emoji}`
}
