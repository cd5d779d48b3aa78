// @ts-check
// What a room looks like, folded from its events: (state, event) → state, and nothing else.
//
// A message's id is the offset of the event that posted it. Edits and deletions may be folded before the message they
// change (it stands on an older page that is read later), so the order in which pages arrive makes no difference. The
// same goes for what was put on messages (marks.js).
import { markAll, marked } from './marks.js'

/** @typedef {{id: string, name: string}} Author */
/**
 * @typedef {object} Event  one event of a room's stream, as the line hands it over
 * @property {string} epoch
 * @property {number} offset
 * @property {number} time  seconds since 1970
 * @property {Author} by
 * @property {string | null} key
 * @property {string} type
 * @property {Record<string, any>} data
 */
/**
 * @typedef {object} Message
 * @property {'message'} kind
 * @property {number} id
 * @property {Author} by
 * @property {number} time
 * @property {string | null} key
 * @property {string} text
 * @property {number} version  offset of the event that gave it its present text
 * @property {boolean} edited
 * @property {boolean} deleted
 * @property {{by: Author, why: string}} [taken]  by whom else than its author it was deleted
 * @property {number} replyTo  the message that it quotes, or 0
 * @property {number} thread  the message under which it stands, or 0
 * @property {import('./files/facts.js').File[]} files
 * @property {string[] | 'room'} mentions  ids of those it names, or everybody
 * @property {import('./marks.js').Marks | null} marks
 * @property {string} [program]  which program said it: a webhook or a bot
 * @property {string} [icon]  as what it is shown
 */
/**
 * @typedef {object} Note
 * @property {'note'} kind
 * @property {number} id
 * @property {Author} by  who did it
 * @property {Author} who  whom it is about: for `kicked` somebody else
 * @property {number} time
 * @property {'created' | 'joined' | 'left' | 'kicked' | 'banned' | 'muted'} what
 */
/** @typedef {Message | Note} Entry */
/** @typedef {{of: number, version: number, text: string | null, by: Author, why: string, thread: number, mentions: string[] | 'room'}} Change  the newest edit of a message; null text deletes it */
/**
 * @typedef {object} Pending  something of one's own that the log does not show yet
 * @property {string} key
 * @property {'post' | 'edit' | 'delete' | 'react' | 'unreact' | 'pin' | 'unpin'} kind
 * @property {number} message  the message that it is about; 0 for a post
 * @property {string} emoji  of a reaction
 * @property {number} replyTo  of a post, as in a message
 * @property {number} thread
 * @property {string[]} files  their ids
 * @property {string} text
 * @property {number} at  seconds since 1970
 * @property {'held' | 'waiting' | 'sending' | 'failed' | 'sent'} state
 * @property {string} error  why it failed, for people
 * @property {number} offset  where it stands in the log once acknowledged, else 0
 */
/**
 * @typedef {object} State
 * @property {string} epoch
 * @property {number} first  offset of the oldest event folded, 0 before any
 * @property {number} head  offset of the newest event folded
 * @property {number} oldest  offset of the oldest event that the log still keeps, as far as is known
 * @property {boolean} lost  whether events went by that can no longer be read
 * @property {string} title
 * @property {number} moves  how many joinings and leavings were folded: who is here may have changed
 * @property {Entry[]} entries  by id
 * @property {Map<number, Change>} changes  of every message that was ever changed, loaded or not
 * @property {Map<number, import('./marks.js').Marks>} marks  of every message that has some, loaded or not
 * @property {number} pinnings  how often something was pinned or taken off: the pins may have changed
 * @property {Set<string>} keys  of every event folded
 * @property {Pending[]} pending  in the order in which they were written
 */

/** @type {State} */
export const EMPTY = Object.freeze({
  epoch: '', first: 0, head: 0, oldest: 1, lost: false, title: '', moves: 0, pinnings: 0,
  entries: [], changes: new Map(), marks: new Map(), keys: new Set(), pending: [],
})

/**
 * Add events as they follow each other. Doubles are dropped; a new epoch or a hole (the line has said that the events
 * in between are gone) starts the room anew, because what was shown may have been changed by what is missing.
 * @param {State} state @param {Event[]} events @returns {State}
 */
export const fold = (state, events) => {
  let now = state, /** @type {Event[]} */ run = []
  for (const event of events) {
    const reset = now.epoch !== '' && event.epoch !== now.epoch
    const head = run.at(-1)?.offset ?? now.head
    if (reset || (head > 0 && event.offset > head + 1)) {
      now = anew(now)
      run = []
    } else if (event.offset <= head) continue
    run.push(event)
    if (now.epoch === '') now = { ...now, epoch: event.epoch }
  }
  return run.length ? settle(withoutStrays(add(now, run))) : now
}

/**
 * Add a page of older events, ascending, that ends right before the oldest one folded so far.
 * @param {State} state @param {{events: Event[], oldest: number, epoch: string}} page @returns {State}
 */
export const prepend = (state, { events, oldest, epoch }) => {
  if (state.epoch !== '' && epoch !== state.epoch) return state
  const older = events.filter(event => !state.first || event.offset < state.first)
  return settle(add({ ...state, oldest: Math.max(oldest, 1) }, older))
}

/**
 * Take note of what the log itself says: an empty log of a new epoch has no event that could tell.
 * @param {State} state @param {{epoch: string, oldest: number}} log @returns {State}
 */
export const told = (state, { epoch, oldest }) =>
  state.epoch !== '' && epoch !== '' && epoch !== state.epoch
    ? { ...anew(state), epoch, oldest: Math.max(oldest, 1) }
    : { ...state, oldest: Math.max(oldest, 1) }

/** Whether the log keeps events older than those folded. @param {State} state */
export const hasOlder = state => state.first > state.oldest

/**
 * Bring the entries of the outbox in. One that left the outbox without having been dropped was acknowledged: it stays
 * until its event arrives, so that nothing flickers.
 * @param {State} state @param {Pending[]} waiting @returns {State}
 */
export const outbox = (state, waiting) => {
  const known = new Set(waiting.map(entry => entry.key))
  /** @param {Pending} was @returns {Pending} */
  const sent = was => ({ ...was, state: 'sent', error: '' })
  const leaving = state.pending.filter(was => !known.has(was.key) && was.state !== 'failed')
    .map(was => was.state === 'held' ? was : sent(was))
  return settle({ ...state, pending: [...leaving, ...waiting].sort((a, b) => a.at - b.at) })
}

/**
 * Note where an acknowledged write stands in the log.
 * @param {State} state @param {string} key @param {number} offset @returns {State}
 */
export const acknowledged = (state, key, offset) => settle({
  ...state,
  pending: state.pending.map(entry => entry.key === key ? { ...entry, state: 'sent', error: '', offset } : entry),
})

/** Forget something pending. @param {State} state @param {string} key @returns {State} */
export const forget = (state, key) => ({ ...state, pending: state.pending.filter(entry => entry.key !== key) })

/** Show something pending before the outbox knows of it. @param {State} state @param {Pending} entry @returns {State} */
export const hold = (state, entry) => ({ ...forget(state, entry.key), pending: [...forget(state, entry.key).pending, entry] })

/** A message that is loaded. @param {State} state @param {number} id @returns {Message | undefined} */
export const find = ({ entries }, id) => {
  let from = 0, to = entries.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (entries[middle].id < id) from = middle + 1
    else to = middle
  }
  const found = entries[from]
  return found?.id === id && found.kind === 'message' ? found : undefined
}

/** How many messages of others stand after an offset. @param {State} state @param {number} offset @param {string} me */
export const unread = (state, offset, me) => {
  let count = 0
  for (let i = state.entries.length - 1; i >= 0 && state.entries[i].id > offset; i--) {
    const entry = state.entries[i]
    if (entry.kind === 'message' && !entry.deleted && entry.by.id !== me) count++
  }
  return count
}

/** Id of the newest message of others, 0 if none is loaded. @param {State} state @param {string} me */
export const newestOfOthers = (state, me) =>
  state.entries.findLast(entry => entry.kind === 'message' && entry.by.id !== me)?.id ?? 0

/** The newest message of one's own that can still be edited. @param {State} state @param {string} me */
export const lastOwn = (state, me) =>
  /** @type {Message | undefined} */ (state.entries.findLast(entry =>
    entry.kind === 'message' && entry.by.id === me && !entry.deleted
    && !state.pending.some(pending => pending.kind === 'delete' && pending.message === entry.id)))

/** A room without events, that still holds what is waiting to be sent. @param {State} state @returns {State} */
const anew = state => ({
  ...EMPTY, lost: true, title: state.title, moves: state.moves, pinnings: state.pinnings,
  pending: state.pending.filter(entry => entry.kind === 'post' && entry.state !== 'sent'),
})

/** Fold events that are known to be new. @param {State} state @param {Event[]} events @returns {State} */
const add = (state, events) => {
  if (!events.length) return state
  const changes = changesOf(state.changes, events), keys = new Set(state.keys)
  /** @type {Entry[]} */ const made = []
  let { title, moves, pinnings } = state
  const marks = markAll(state.marks, events)
  for (const event of events) {
    if (event.key) keys.add(event.key)
    const entry = entryOf(event)
    if (entry) made.push(entry)
    if (event.type === 'room_created') title = event.data.title ?? title
    if (event.type.startsWith('member_') || event.type === 'role_changed') moves++
    if (event.type === 'pinned' || event.type === 'unpinned') pinnings++
  }
  const entries = events[0].offset < state.first ? [...made, ...state.entries] : [...state.entries, ...made]
  return {
    ...state, title, moves, pinnings, changes, marks, keys,
    epoch: state.epoch || events[0].epoch,
    first: Math.min(state.first || Infinity, events[0].offset),
    head: Math.max(state.head, events[events.length - 1].offset),
    entries: dressed(entries, changes, marks),
  }
}

/**
 * Entries as they are after all that happened to them.
 * @param {Entry[]} entries @param {State['changes']} changes @param {State['marks']} marks
 */
export const dressed = (entries, changes, marks) => entries.map(entry =>
  entry.kind === 'message' ? marked(changed(entry, changes.get(entry.id)), marks.get(entry.id)) : entry)

/** Add the changes that events make; the newest one counts, whatever comes first. @param {State['changes']} before @param {Event[]} events */
export const changesOf = (before, events) => {
  const found = events.flatMap(event => changeOf(event) ?? [])
  if (!found.length) return before
  const changes = new Map(before)
  for (const change of found) {
    if (!((changes.get(change.of)?.version ?? 0) > change.version)) changes.set(change.of, change)
  }
  return changes
}

/**
 * The log keeps nothing of an edit whose message was deleted later: such an edit changes nothing.
 * @param {Event} event @returns {Change | null}
 */
const changeOf = ({ type, offset: version, by, data: { message: of, text, why = '', thread = 0, mentions = [] } }) => {
  if (!of) return null
  if (type === 'message_deleted') return { of, version, text: null, by, why, thread, mentions: [] }
  return type === 'message_edited' && text ? { of, version, text, by, why, thread, mentions } : null
}

/** @type {Record<string, Note['what']>} */
const NOTES = { room_created: 'created', member_joined: 'joined', member_left: 'left', member_kicked: 'kicked', member_banned: 'banned', member_muted: 'muted' }

/** Whom an event about a member is about. @param {Event} event @returns {Author} */
export const concerned = ({ by, data }) => data.id ? { id: data.id, name: data.name } : by

/** @param {Event} event @returns {Entry | null} */
const entryOf = event => {
  const { type, offset: id, by, time, key, data } = event
  // The log keeps nothing of a deleted message, so one without text and files was deleted.
  if (type === 'message_posted') {
    const { text = '', reply_to: replyTo = 0, thread = 0, files = [], mentions = [], program = '', icon = '' } = data
    return { kind: 'message', id, by, time, key, text, version: id, edited: false, deleted: !text && !files.length, replyTo, thread, files, mentions, marks: null, ...(program ? { program, icon } : {}) }
  }
  return type in NOTES ? { kind: 'note', id, by, who: concerned(event), time, what: NOTES[type] } : null
}

/** @param {Message} message @param {Change | undefined} change @returns {Message} */
const changed = (message, change) => {
  if (!change || change.version <= message.version) return message
  const { version, text, by, why, mentions } = change
  const taken = by.id === message.by.id ? {} : { taken: { by, why } }
  // Of a message that was deleted the log keeps no thread; its deletion does.
  return text === null
    ? { ...message, version, text: '', files: [], deleted: true, ...taken, mentions, thread: message.thread || change.thread }
    : { ...message, version, text, edited: true, mentions }
}

/**
 * Drop what the log shows by now.
 * @param {State} state @returns {State}
 */
const settle = state => {
  const pending = state.pending.filter(entry =>
    !state.keys.has(entry.key) && !(entry.state === 'sent' && entry.offset > 0 && entry.offset <= state.head))
  return pending.length === state.pending.length ? state : { ...state, pending }
}

/**
 * An acknowledged write whose place is not known was in the outbox when the page opened, and may stand in the log
 * before all that is loaded. Any new event shows that its own one has passed, or is this one.
 * @param {State} state @returns {State}
 */
const withoutStrays = state =>
  ({ ...state, pending: state.pending.filter(entry => entry.state !== 'sent' || entry.offset > 0) })
