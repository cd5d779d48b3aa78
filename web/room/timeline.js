// @ts-check
// The rows of a room as it is shown: days, who came and went, messages in groups, and what is still on its way. What is
// said in a thread stands beside the room, and is counted where the thread begins.
import { known } from './files/uploads.js'
import { withPending } from './marks.js'
import { isMark } from './outgoing.js'
import { find } from './state.js'

/** @import { Author, Message, Note, Pending, State } from './state.js' */
/**
 * @typedef {object} MessageRow
 * @property {'message'} kind
 * @property {string} id
 * @property {Message} message  with the text to show, which may be an edit that the log does not have yet
 * @property {boolean} first  whether it opens a group, with its author's name
 * @property {boolean} mine
 * @property {Pending | null} pending
 * @property {Thread | null} thread  what was said under it
 * @property {Message | null} quote  what it answers, if that is loaded
 */
/** @typedef {{count: number, last: number, people: Author[]}} Thread  the time of the last message, and who spoke, the newest first */
/** @typedef {{kind: 'notes', id: string, time: number, notes: Note[]}} NotesRow */
/** @typedef {{kind: 'day', id: string, time: number}} DayRow */
/** @typedef {{kind: 'unread' | 'start' | 'lost', id: string}} MarkRow */
/** @typedef {MessageRow | NotesRow | DayRow | MarkRow} Row */

const GROUP = 5 * 60

/**
 * @param {State} state @param {Author} me @param {number} marker  offset of the last event that was read, or 0
 * @returns {Row[]}
 */
export const timeline = (state, me, marker) => {
  /** @type {Row[]} */ const rows = []
  /** @type {Set<string>} */ const days = new Set()
  if (state.first && state.first <= 1) rows.push({ kind: 'start', id: 'start' })
  else if (state.first && state.first <= state.oldest) rows.push({ kind: 'lost', id: 'lost' })
  const changing = pendingChanges(state), threads = threadsOf(state)
  let marked = !marker
  for (const entry of state.entries) {
    if (entry.kind === 'note' ? entry.what === 'created' : entry.thread) continue
    day(rows, days, entry.time)
    if (entry.kind === 'note') {
      note(rows, entry)
      continue
    }
    const mine = entry.by.id === me.id
    if (!marked && entry.id > marker && !mine) {
      rows.push({ kind: 'unread', id: 'unread' })
      marked = true
    }
    message(rows, state, shown(entry, changing.get(entry.id), me), threads.get(entry.id))
  }
  for (const pending of state.pending) {
    if (pending.kind !== 'post' || pending.thread) continue
    const shown = written(pending, me)
    day(rows, days, shown.time)
    message(rows, state, { message: shown, mine: true, pending })
  }
  return rows
}

/**
 * A thread as it is shown: where it begins, if that is loaded, and what was said under it.
 * @param {State} state @param {Author} me @param {number} root @returns {MessageRow[]}
 */
export const threadRows = (state, me, root) => {
  /** @type {Row[]} */ const rows = []
  const changing = pendingChanges(state)
  for (const entry of state.entries) {
    if (entry.kind !== 'message' || (entry.id !== root && entry.thread !== root)) continue
    message(rows, state, shown(entry, changing.get(entry.id), me))
  }
  for (const pending of state.pending) {
    if (pending.kind === 'post' && pending.thread === root) message(rows, state, { message: written(pending, me), mine: true, pending })
  }
  return /** @type {MessageRow[]} */ (rows)
}

/** What was said in threads, by where they begin. @param {State} state */
const threadsOf = state => {
  /** @type {Map<number, Thread>} */ const threads = new Map()
  for (const entry of state.entries) {
    if (entry.kind !== 'message' || !entry.thread || entry.deleted) continue
    const { count = 0, people = [] } = threads.get(entry.thread) ?? {}
    const others = people.filter(({ id }) => id !== entry.by.id)
    threads.set(entry.thread, { count: count + 1, last: entry.time, people: [entry.by, ...others] })
  }
  return threads
}

/**
 * A message of the log with what is on its way to it.
 * @param {Message} entry @param {Pending[] | undefined} pending @param {Author} me
 */
const shown = (entry, pending = [], me) => {
  const change = pending.findLast(one => !isMark(one)) ?? null
  const marks = pending.filter(isMark)
  const message = overlaid(entry, change)
  return { message: marks.length ? withPending(message, marks, me) : message, mine: entry.by.id === me.id, pending: change }
}

/** A date stands once, above the first that happened on it. @param {Row[]} rows @param {Set<string>} days @param {number} time */
const day = (rows, days, time) => {
  const date = new Date(time * 1000).toDateString()
  if (!days.has(date)) rows.push({ kind: 'day', id: date, time })
  days.add(date)
}

/** Whoever comes and goes in one go stands on one line. @param {Row[]} rows @param {Note} entry */
const note = (rows, entry) => {
  const last = rows.at(-1)
  if (last?.kind === 'notes') rows[rows.length - 1] = { ...last, notes: [...last.notes, entry] }
  else rows.push({ kind: 'notes', id: `n${entry.id}`, time: entry.time, notes: [entry] })
}

/**
 * @param {Row[]} rows @param {State} state @param {{message: Message, mine: boolean, pending: Pending | null}} what
 * @param {Thread | null} [thread]
 */
const message = (rows, state, { message: shown, mine, pending }, thread = null) => {
  const above = rows.at(-1)
  const joins = above?.kind === 'message' && above.message.by.id === shown.by.id
    && above.message.by.name === shown.by.name && Math.abs(shown.time - above.message.time) < GROUP
  // The row keeps its name when the log takes the message in: nothing is drawn twice.
  const id = shown.key ? `${shown.by.id} ${shown.key}` : `m${shown.id}`
  const quote = shown.replyTo ? find(state, shown.replyTo) ?? null : null
  rows.push({ kind: 'message', id, message: shown, first: !joins || shown.replyTo > 0, mine, pending, thread, quote })
}

/** What is on its way to each message. @param {State} state */
const pendingChanges = state => {
  /** @type {Map<number, Pending[]>} */ const found = new Map()
  for (const entry of state.pending) {
    if (entry.kind !== 'post') found.set(entry.message, [...found.get(entry.message) ?? [], entry])
  }
  return found
}

/** @type {WeakMap<Pending, {entry: Message, shown: Message}>} */
const overlays = new WeakMap()

/** @param {Message} entry @param {Pending | null} pending @returns {Message} */
const overlaid = (entry, pending) => {
  if (!pending || entry.deleted) return entry
  const known = overlays.get(pending)
  if (known?.entry === entry) return known.shown
  const gone = pending.kind === 'delete' && pending.state !== 'failed'
  const shown = gone ? { ...entry, text: '', files: [], deleted: true }
    : pending.kind === 'edit' ? { ...entry, text: pending.text, edited: true } : entry
  overlays.set(pending, { entry, shown })
  return shown
}

/** @type {WeakMap<Pending, Message>} */
const drafts = new WeakMap()

/** @param {Pending} pending @param {Author} me @returns {Message} */
const written = (pending, me) => {
  const before = drafts.get(pending)
  if (before?.by.id === me.id) return before
  const { key, text, at: time, replyTo, thread, files: ids } = pending
  const files = ids.flatMap(id => known.get(id) ?? [])
  /** @type {Message} */
  const made = { kind: 'message', id: 0, by: me, time, key, text, version: 0, edited: false, deleted: false, replyTo, thread, files, mentions: [], marks: null }
  drafts.set(pending, made)
  return made
}
