// @ts-check
// What of a room is loaded: its newest part, and at times a part far from that. Both stay small, however long the room
// is: what lies far from where somebody reads is let go, and read again when they come back.
import { amended, markAll } from './marks.js'
import { changesOf, dressed } from './state.js'

/** @import { Event, State } from './state.js' */
/** @typedef {{first: number, last: number}} Seen  ids of the first and the last row that are drawn */

export const MOST = 3000
export const KEPT = 1500
const KEYS = 1000

/**
 * The part of a room between two offsets, both inclusive.
 * @param {State} state @param {number} from @param {number} [to] @returns {State}
 */
export const clip = (state, from, to = Infinity) => ({
  ...state,
  first: Math.max(state.first, from),
  head: Math.min(state.head, to),
  entries: state.entries.filter(({ id }) => id >= from && id <= to),
  // A change of a message that was let go is needed again with it, unless it is read again too.
  changes: new Map([...state.changes].filter(([id, { version }]) => id <= to && version >= from)),
  marks: new Map([...state.marks].filter(([id, marks]) => id <= to && (id >= from || [...marks.values()].some(({ at }) => at >= from)))),
  keys: new Set([...state.keys].slice(-KEYS)),
})

/** The newest entries of a room. @param {State} state @param {number} [count] */
export const newestOf = (state, count = KEPT) =>
  state.entries.length > count ? clip(state, state.entries[state.entries.length - count].id) : state

/** The entries around those that are drawn. @param {State} state @param {Seen} seen */
export const around = (state, { first, last }) => {
  const { entries } = state
  const from = entries.findIndex(({ id }) => id >= first) - KEPT / 2, to = entries.findLastIndex(({ id }) => id <= last) + KEPT / 2
  return clip(state, entries[from]?.id ?? state.first, entries[to]?.id ?? state.head)
}

/**
 * Let go of what is far from where somebody reads in the newest part of a room. What they read becomes a part of its own
 * if that is far from the newest.
 * @param {State} live @param {Seen | null} seen  nothing if they are at the end @returns {{live: State, past: State | null}}
 */
export const bounded = (live, seen) => {
  if (live.entries.length <= MOST) return { live, past: null }
  const newest = newestOf(live)
  if (!seen) return { live: newest, past: null }
  const past = around(live, seen)
  return past.head < newest.first ? { live: newest, past } : { live: clip(live, past.first), past: null }
}

/**
 * Two parts of a room, the first of which goes as far as the second begins, as one.
 * @param {State} past @param {State} live @returns {State}
 */
export const joined = (past, live) => {
  const marks = new Map(past.marks), changes = new Map(past.changes)
  for (const [of, change] of live.changes) if (!((changes.get(of)?.version ?? 0) > change.version)) changes.set(of, change)
  for (const [of, more] of live.marks) marks.set(of, marks.has(of) ? amended(marks.get(of), more) : more)
  const entries = [...past.entries.filter(({ id }) => id < live.first), ...live.entries]
  return { ...live, first: past.first, oldest: Math.max(past.oldest, live.oldest), changes, marks, entries: dressed(entries, changes, marks) }
}

/** What stands in one thread. @param {State} state @param {number} root @returns {State} */
export const ofThread = (state, root) =>
  ({ ...state, entries: state.entries.filter(entry => entry.kind === 'message' && (entry.id === root || entry.thread === root)) })

/** Whether nothing lies between two parts of a room. @param {State} past @param {State} live */
export const meets = (past, live) => past.epoch === live.epoch && past.head + 1 >= live.first

/**
 * Bring in what happened to messages since, and no messages.
 * @param {State} past @param {Event[]} events @returns {State}
 */
export const touched = (past, events) => {
  const changes = changesOf(past.changes, events), marks = markAll(past.marks, events)
  return changes === past.changes && marks === past.marks ? past : { ...past, changes, marks, entries: dressed(past.entries, changes, marks) }
}

/**
 * Bring in what the node says of the messages between two offsets: what happened to them later, and which marks they have.
 * @param {State} past @param {{first: number, last: number}} span @param {{events: Event[], marks: number[]}} told
 */
export const corrected = (past, { first, last }, { events, marks: standing }) => {
  const marks = new Map(past.marks)
  for (const { id } of past.entries) {
    const had = id >= first && id <= last ? marks.get(id) : undefined
    if (had) marks.set(id, new Map([...had].filter(([, { on, at }]) => !on || at > last || standing.includes(at))))
  }
  return touched({ ...past, marks, entries: dressed(past.entries, past.changes, marks) }, events)
}
