// @ts-check
// What is kept to be read without a network, and how much. Values in, values out.

/** @import { Event } from '../room/state.js' */
/** @import { Row } from './shelf.js' */

export const ROOMS = 20
export const EVENTS = 200
/** Characters of one room, as JSON. */
export const LARGEST = 300_000

/** Events that follow those that are kept: all of one log, without a hole, or anew. @param {Event[]} kept @param {Event[]} events @returns {Event[]} */
export const joined = (kept, events) => {
  let all = kept
  for (const event of events) {
    const last = all.at(-1)
    if (last && last.epoch === event.epoch && event.offset <= last.offset) continue
    all = last && last.epoch === event.epoch && event.offset === last.offset + 1 ? [...all, event] : [event]
  }
  return all.slice(-EVENTS)
}

/** Events from right before those that are kept. @param {Event[]} kept @param {Event[]} events @returns {Event[]} */
export const preceded = (kept, events) => {
  const [first] = kept, last = events.at(-1)
  const fits = first && last && last.epoch === first.epoch && last.offset === first.offset - 1
  return fits ? [...events, ...kept].slice(-EVENTS) : kept
}

/** The last events of a room, no larger in all than it may be, and without words that were taken back. @param {Event[]} events @returns {Event[]} */
export const bounded = events => {
  const wordless = scrubbed(events)
  let size = 0, first = wordless.length
  while (first > 0 && (size += JSON.stringify(wordless[first - 1]).length) <= LARGEST) first--
  return wordless.slice(first)
}

/** As the log keeps them: of a deleted message there are no words. @param {Event[]} events @returns {Event[]} */
const scrubbed = events => {
  const gone = new Set(events.filter(({ type }) => type === 'message_deleted').map(({ data }) => data.message))
  if (!gone.size) return events
  return events.map(event => {
    const posted = event.type === 'message_posted' && gone.has(event.offset)
    const edited = event.type === 'message_edited' && gone.has(event.data.message)
    return posted || edited ? { ...event, data: {} } : event
  })
}

/** Rooms that are too many: those that were open longest ago. @param {Row[]} rows @returns {Row[]} */
export const spare = rows => rows.toSorted((one, other) => other.value.at - one.value.at).slice(ROOMS)
