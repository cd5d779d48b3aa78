// @ts-check
// In which order rooms are listed: favourites, rooms, direct ones, and those that one has not joined.
import { glance } from './mine.js'

/** @import { Kept } from './mine.js' */
/** @typedef {import('./room.js').RoomInfo} Info */
/** @typedef {{title: string, rooms: Info[]}} Section  the first has none where it is of rooms as such */

/**
 * @param {Info[]} list  by title @param {Map<string, Kept>} mine @param {(room: string) => boolean} isOpen
 * @returns {Section[]} those in which there is anything
 */
export const sections = (list, mine, isOpen) => {
  const joined = list.filter(({ room, joined }) => joined || isOpen(room)).sort(livelier(mine))
  const favourites = joined.filter(({ room }) => mine.get(room)?.own.favourite)
  const others = joined.filter(info => !favourites.includes(info))
  return [
    { title: 'Favourites', rooms: favourites },
    { title: favourites.length ? 'Other rooms' : '', rooms: others.filter(({ kind }) => kind !== 'direct') },
    { title: 'Direct messages', rooms: others.filter(({ kind }) => kind === 'direct') },
    { title: 'More rooms', rooms: list.filter(info => !joined.includes(info) && !info.archived) },
  ].filter(({ rooms }) => rooms.length)
}

/** Where something was said last comes first; muted ones come after all others. @param {Map<string, Kept>} mine */
const livelier = mine => (/** @type {Info} */ one, /** @type {Info} */ other) => {
  const [first, second] = [one, other].map(({ room }) => mine.get(room)?.own)
  return Number(first?.muted ?? false) - Number(second?.muted ?? false) || (second?.active ?? 0) - (first?.active ?? 0)
}

/** How much there is to read in all. @param {Map<string, Kept>} mine */
export const inAll = mine => [...mine.values()].map(glance)
  .reduce((sum, { unread, mentions }) => ({ unread: sum.unread + Math.max(unread, mentions), mentions: sum.mentions + mentions }), { unread: 0, mentions: 0 })
