// @ts-check
// The rows of a room as it is shown: days, who came and went, messages in groups, and what is still on its way.

/** @import { Author, Message, Note, Pending, State } from './state.js' */
/**
 * @typedef {object} MessageRow
 * @property {'message'} kind
 * @property {string} id
 * @property {Message} message  with the text to show, which may be an edit that the log does not have yet
 * @property {boolean} first  whether it opens a group, with its author's name
 * @property {boolean} mine
 * @property {Pending | null} pending
 */
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
  const changing = pendingChanges(state)
  let marked = !marker
  for (const entry of state.entries) {
    if (entry.kind === 'note' && entry.what === 'created') continue
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
    const pending = changing.get(entry.id) ?? null
    message(rows, overlaid(entry, pending), mine, pending)
  }
  for (const pending of state.pending) {
    if (pending.kind !== 'post') continue
    const shown = written(pending, me)
    day(rows, days, shown.time)
    message(rows, shown, true, pending)
  }
  return rows
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

/** @param {Row[]} rows @param {Message} shown @param {boolean} mine @param {Pending | null} pending */
const message = (rows, shown, mine, pending) => {
  const above = rows.at(-1)
  const joins = above?.kind === 'message' && above.message.by.id === shown.by.id
    && above.message.by.name === shown.by.name && Math.abs(shown.time - above.message.time) < GROUP
  // The row keeps its name when the log takes the message in: nothing is drawn twice.
  const id = shown.key ? `${shown.by.id} ${shown.key}` : `m${shown.id}`
  rows.push({ kind: 'message', id, message: shown, first: !joins, mine, pending })
}

/** @param {State} state */
const pendingChanges = state => new Map(
  state.pending.filter(entry => entry.kind !== 'post').map(entry => [entry.message, entry]))

/** @type {WeakMap<Pending, {entry: Message, shown: Message}>} */
const overlays = new WeakMap()

/** @param {Message} entry @param {Pending | null} pending @returns {Message} */
const overlaid = (entry, pending) => {
  if (!pending || entry.deleted) return entry
  const known = overlays.get(pending)
  if (known?.entry === entry) return known.shown
  const gone = pending.kind === 'delete' && pending.state !== 'failed'
  const shown = gone ? { ...entry, text: '', deleted: true }
    : pending.kind === 'edit' ? { ...entry, text: pending.text, edited: true } : entry
  overlays.set(pending, { entry, shown })
  return shown
}

/** @type {WeakMap<Pending, Message>} */
const drafts = new WeakMap()

/** @param {Pending} pending @param {Author} me @returns {Message} */
const written = (pending, me) => {
  const known = drafts.get(pending)
  if (known?.by.id === me.id) return known
  const { key, text, at: time } = pending
  /** @type {Message} */
  const made = { kind: 'message', id: 0, by: me, time, key, text, version: 0, edited: false, deleted: false }
  drafts.set(pending, made)
  return made
}
