// @ts-check
// A room as one of its members has it: how far they have read, what is new since, and what they want of it. Values in,
// values out. The node counts; what is heard live is added to its last count, and what is read here taken off at once.

/** @import { Author, Event } from './state.js' */
/** @typedef {'all' | 'mentions' | 'nothing'} Level */
/**
 * @typedef {object} Own  as the node says it
 * @property {string} room
 * @property {number} head  offset of its newest words
 * @property {number} read  offset up to which they have read
 * @property {number} unread  messages of others after it, at most 1000
 * @property {number} mentions  those of them that name this member
 * @property {number} active  when something was last said, in seconds since 1970
 * @property {boolean} favourite
 * @property {boolean} muted
 * @property {Level | 'default'} level
 */
/** @typedef {{own: Own, read: number, later: {id: number, named: boolean}[]}} Kept  with what was heard after `own.head` */

export const MOST = 1000
const NOTHING = Object.freeze({ unread: 0, mentions: 0 })

/**
 * Take what the node says. Answers overtake each other: one from before what is known already changes nothing.
 * @param {Kept | undefined} before @param {Own} own @returns {Kept}
 */
export const taken = (before, own) => {
  if (!before) return { own, read: own.read, later: [] }
  if (own.head < before.own.head || own.read < before.own.read) return before
  return {
    own: { ...own, active: Math.max(own.active, before.own.active) },
    read: Math.max(own.read, before.read),
    later: before.later.filter(({ id }) => id > own.head),
  }
}

/** Somebody has read up to here: never less than before. @param {Kept} kept @param {number} upto @returns {Kept} */
export const readTo = (kept, upto) => upto > kept.read ? { ...kept, read: upto } : kept

/** Hear what happens in the room. @param {Kept} kept @param {Event} event @param {Author} me @returns {Kept} */
export const heard = (kept, event, me) => {
  const { type, offset: id, time, by, data } = event
  if (type === 'message_deleted') return { ...kept, later: kept.later.filter(one => one.id !== data.message) }
  if (type !== 'message_posted' || isKnown(kept, id)) return kept
  const own = { ...kept.own, active: Math.max(time, kept.own.active) }
  return { ...kept, own, later: by.id === me.id ? kept.later : [...kept.later, { id, named: names(event, me) }] }
}

/** Whether a message was counted already. @param {Kept} kept @param {number} id */
export const isKnown = (kept, id) => id <= kept.own.head || kept.later.some(one => one.id === id)

/** Whether the node has to count again: something that it counted is gone. @param {Kept} kept @param {Event} event */
export const isMiscounted = ({ own, read }, { type, data }) =>
  type === 'message_deleted' && data.message <= own.head && data.message > read

/** What is new. @param {Kept | undefined} kept @returns {{unread: number, mentions: number}} */
export const counts = kept => {
  if (!kept) return NOTHING
  const { own, read, later } = kept
  const { unread, mentions } = read >= own.head ? NOTHING : own
  const since = later.filter(({ id }) => id > read)
  return {
    unread: Math.min(MOST, unread + since.length),
    mentions: Math.min(MOST, mentions + since.filter(({ named }) => named).length),
  }
}

/** What there is to tell of a room at a glance: in a muted one, only who names us. @param {Kept | undefined} kept */
export const glance = kept => {
  const { unread, mentions } = counts(kept)
  return { unread: kept?.own.muted ? 0 : unread, mentions }
}

/** A count for people. @param {number} count */
export const shown = count => count >= MOST ? '999+' : `${count}`

/** Whether a message names somebody. @param {Event} event @param {Author} me */
export const names = ({ data: { mentions } }, me) =>
  mentions === 'room' || (Array.isArray(mentions) && (mentions.includes(me.id) || mentions.includes('room')))
