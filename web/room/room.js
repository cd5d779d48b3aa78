// @ts-check
// One room, alive: joins it, follows its stream into a state, and sends what is written in it.
import { newKey } from '../line/line.js'
import { Keeping } from '../shelf/keeping.js'
import { Aside } from './aside.js'
import { Asked } from './asked.js'
import { inWords } from './files/facts.js'
import { hasReacted } from './marks.js'
import { heldKey, isMark, outgoing, pendingOf } from './outgoing.js'
import { Pages } from './pages.js'
import { after, moderates } from './standing.js'
import { EMPTY, acknowledged, concerned, find, fold, forget, hasOlder, hold, newestOfOthers, outbox, told, unread } from './state.js'

/** @import { Line } from '../line/line.js' */
/** @import { Personal } from './personal.js' */
/** @import { Shelf } from '../shelf/shelf.js' */
/** @import { Event, Message, State } from './state.js' */
/** @typedef {'joining' | 'recovering' | 'live' | 'offline' | 'refused'} Phase */
/** @typedef {import('./standing.js').Me} Me */
/**
 * @typedef {object} RoomInfo
 * @property {string} room
 * @property {string} title
 * @property {string} stream
 * @property {number} members
 * @property {boolean} joined
 * @property {'public' | 'private' | 'direct'} kind
 * @property {string} subject
 * @property {string} description
 * @property {boolean} archived
 * @property {number} slow  seconds between two messages of a member
 * @property {'owner' | 'moderator' | 'member' | null} role
 * @property {boolean} invited
 * @property {{until: number | null, why: string} | null} mute
 */
/** @typedef {{id: string, name: string, since: number, role: 'owner' | 'moderator' | 'member'}} Member */
/** @typedef {{what: 'report' | 'take_down', message: number, name: string}} Asking  what is about to be done to a message */

const FIRST_PAGE = 50
const FARTHEST = 300
const HEARD = 5
const AGAIN = 3000
const BURST = 16
const PACE = 100
const PATIENCE = 4000
/** @param {string} why */
const gone = why => Object.assign(new Error(why), { uri: 'openline.room.error.not_a_member' })
const LEFT = gone('You left it in another window.')
/** @param {string} by */
const removed = by => gone(`You were removed by ${by}.`)
/** @param {string} by @param {Record<string, any>} fields */
const banned = (by, fields) => Object.assign(new Error(`You were banned by ${by}.`), { uri: 'openline.room.error.banned', fields })
const MOVES = /^member_(joined|left|kicked|banned)$/
/** @type {Record<string, number>} */
const COUNTS = { member_joined: 1, member_left: -1, member_kicked: -1 }

/** Tells of itself by `change` events, and by `trouble` of what it could not do. */
export class Room extends EventTarget {
  /** @type {State} its newest part */ state = EMPTY
  /** @type {Phase} */ phase = 'joining'
  /** Why the room cannot be entered, for people. */ error = ''
  /** The uri of that refusal. */ refusal = ''
  /** Until when it holds, in seconds; 0 if that has no end. */ refusedUntil = 0
  refusedWhy = ''
  /** Offset of the last event that was read here before those that are new. */ marker = 0
  /** @type {RoomInfo | null} as it is for whose page this is; null until they are in */ info = null
  /** @type {Asking | null} */ asking = null
  /** How many have joined; 0 until it is known. */ count = 0
  /** @type {{id: string, text: string}[]} what others just said, for those who listen */ heard = []
  /** Whether it is known where reading begins, and all is loaded to begin there. */ placed = false

  /** @type {Line} */ #line
  /** @type {() => Me} */ #who
  /** @type {{stop(): void} | null} */ #following = null
  /** @type {Event[]} */ #arrived = []
  #flushed = -Infinity
  #joining = false
  #again = 0
  /** @type {{past: State, pending: State['pending'], view: State} | null} */ #overlaid = null
  #attentive = false
  #placing = false
  /** @type {Personal} */ #personal
  /** @type {Keeping} */ #keeping
  #late = 0
  #isKept = false

  /**
   * @param {Line} line @param {string} name @param {() => Me} who  whose page this is @param {Personal} personal
   * @param {Shelf} shelf  where it is kept to be read offline
   */
  constructor(line, name, who, personal, shelf) {
    super()
    this.#line = line
    this.#who = who
    this.name = name
    this.#personal = personal
    this.stream = `openline.room.${name}`
    this.#keeping = new Keeping(shelf, name, () => this.info)
    this.asked = new Asked(line, name, () => this.#changed())
    this.pages = new Pages({
      read: range => this.#history(range),
      changes: span => this.call('changes', span),
      live: () => this.state,
      keep: live => { this.state = live },
      changed: () => this.#changed(),
    })
    this.aside = new Aside(this.pages)
    this.#syncOutbox()
  }

  open() {
    this.#line.addEventListener('state', this.enter)
    this.#late = window.setTimeout(() => void this.#takeKept(), PATIENCE)
    this.#line.outbox.addEventListener('change', this.#syncOutbox)
    this.enter()
  }

  close() {
    this.#line.removeEventListener('state', this.enter)
    this.#line.outbox.removeEventListener('change', this.#syncOutbox)
    clearTimeout(this.#again)
    clearTimeout(this.#late)
    this.#keeping.close()
    this.#unfollow()
  }

  get me() { return this.#who() }

  /** Whether we keep this room in order. */
  get moderates() { return moderates(this.info, this.me) }

  /** Whether a message of ours may still be edited. @param {Message} message */
  canEdit({ time }) { return this.moderates || Date.now() / 1000 - time < this.#personal.edit }

  get unread() {
    if (!this.placed) return 0
    return Math.max(unread(this.state, this.#read, this.me.id), this.#personal.counts(this.name).unread)
  }

  /** What is looked at: the newest part, or one far from it, with what is on its way to its messages. @returns {State} */
  get view() {
    const { past } = this.pages, { pending } = this.state
    if (!past) return this.state
    if (this.#overlaid?.past !== past || this.#overlaid.pending !== pending) {
      this.#overlaid = { past, pending, view: { ...past, pending: pending.filter(({ kind }) => kind !== 'post') } }
    }
    return this.#overlaid.view
  }

  /** Up to where somebody has read, on whichever device. */
  get #read() { return this.#personal.read(this.name) }

  /** Whether the new messages begin before what is loaded. */
  get beginsEarlier() { return this.marker > 0 && hasOlder(this.view) && this.view.first > this.marker + 1 }

  /** Somebody comes to read: mark where the new messages begin, if there are any. */
  mark() {
    this.pages.gone = null
    this.marker = this.unread ? this.#read : 0
  }

  /** Say whether the newest messages are in front of somebody's eyes. @param {boolean} attentive */
  attend(attentive) {
    this.#attentive = attentive
    this.#catchUp()
  }

  /** @param {string} text @param {{replyTo?: number, thread?: number, files?: string[]}} [place] */
  post(text, { replyTo = 0, thread = 0, files = [] } = {}) {
    this.#send('post', { text, ...(replyTo && { reply_to: replyTo }), ...(thread && { thread }), ...(files.length && { files }) })
  }

  /** Let a file go that is on no message. @param {string} file */
  discard(file) { return this.#line.call('openline.room.discard_file', { file }) }

  /** Put an emoji of ours on a message, or take it off. @param {Message} message @param {string} emoji */
  toggle({ id: message }, emoji) {
    const waiting = this.state.pending.findLast(one => isMark(one) && one.message === message && one.emoji === emoji)
    const known = find(this.view, message)
    const on = waiting ? waiting.kind === 'react' : known !== undefined && hasReacted(known, emoji, this.me.id)
    this.#send(on ? 'unreact' : 'react', { message, emoji })
  }
  /** @param {number} message @param {boolean} on */
  pin(message, on) { this.#send(on ? 'pin' : 'unpin', { message }) }
  /** @param {number} message @param {string} text */
  edit(message, text) { this.#send('edit', { message, text }) }
  /** @param {number} message */
  delete(message) {
    this.#set(forget(this.state, heldKey(message)))
    this.#send('delete', { message })
  }

  /** Show a message as deleted, and delete nothing yet. @param {number} message */
  hide(message) {
    this.#set(hold(this.state, pendingOf(heldKey(message), 'delete', { message }, 'held')))
  }
  /** @param {number} message */
  show(message) { this.#set(forget(this.state, heldKey(message))) }

  /** Ask what is needed to do something to a message, or no more. @param {Asking | null} asking */
  ask(asking) {
    this.asking = asking
    this.#changed()
  }

  /** Ask the node something of this room. @param {string} what @param {object} [more] @returns {Promise<any>} */
  call(what, more = {}) {
    return this.#line.call(`openline.room.${what}`, { room: this.name, ...more })
  }

  /** @param {string} key */
  retry(key) { this.#line.outbox.retry(key) }
  /** @param {string} key */
  async drop(key) {
    this.#set(forget(this.state, key))
    await this.#line.outbox.drop(key)
  }

  /** Load the first new message: all since then, or a part of the room far from its end. */
  async loadUnread() {
    if (!this.beginsEarlier) return
    const missing = this.state.first - this.marker
    await (this.pages.past || missing > FARTHEST ? this.pages.visit(this.marker + 1) : this.pages.loadOlder(missing))
  }

  /** @returns {Promise<Member[]>} */
  async members() {
    const { members } = await this.#line.call('openline.room.members', { room: this.name })
    return members
  }

  /** @param {{before?: number, after?: number, limit: number}} range */
  async #history(range) {
    const page = await this.#line.history(this.stream, range)
    this.#keeping.addOlder(page.events)
    return page
  }

  /** Join and follow, unless that is done already. */
  enter = async () => {
    if (this.#line.state === 'offline') void this.#takeKept()
    if (this.#line.state !== 'online' || this.#following || this.#joining) return
    this.#joining = true
    this.phase = 'joining'
    try {
      this.info = await this.#line.call('openline.room.join', { room: this.name })
      this.count = this.info?.members ?? 0
      if (this.#isKept) await this.#leaveKept()
      this.#follow()
      this.#changed()
    } catch (error) {
      this.#refuse(/** @type {Error & {uri?: string, fields?: Record<string, unknown>}} */ (error))
    } finally {
      this.#joining = false
    }
  }

  /** Show what was kept of the room, while there is no connection. */
  async #takeKept() {
    if (this.#line.state === 'online' || this.state.head || this.#isKept) return
    const kept = await this.#keeping.load()
    if (!kept?.events.length || this.state.head || this.#following || this.#joining) return
    this.#isKept = this.placed = this.pages.ready = true
    this.info ??= kept.info
    this.count ||= kept.info?.members ?? 0
    this.state = fold(this.state, kept.events)
    this.mark()
    this.#changed()
    void this.pages.reach()
  }

  /** What was kept is gone on with, unless it is far from what there is by now. */
  async #leaveKept() {
    this.pages.older = ''
    const { heads } = await this.#line.call('openline.stream.heads', { streams: [this.stream] })
    const now = heads[this.stream]
    if (now?.epoch === this.state.epoch && now.offset - this.state.head <= FARTHEST) return
    this.state = { ...EMPTY, pending: this.state.pending }
    this.placed = this.pages.ready = false
    this.pages.leave()
  }

  #unfollow() {
    this.#following?.stop()
    this.#following = null
  }

  #follow() {
    const { epoch, head: offset } = this.state
    this.#following = this.#line.follow(this.stream, {
      after: epoch ? { epoch, offset } : undefined,
      last: FIRST_PAGE,
      onEvent: event => this.#take(event),
      onState: state => this.#told(state),
    })
  }

  /** @param {Error & {uri?: string, fields?: Record<string, unknown>}} error */
  #refuse(error) {
    this.#unfollow()
    const said = error.uri?.startsWith('openline.') && !error.uri.endsWith('.unavailable')
    this.phase = said ? 'refused' : 'offline'
    if (!said) this.#again = window.setTimeout(this.enter, AGAIN)
    this.error = error.message
    this.refusal = error.uri ?? ''
    this.refusedUntil = Number(error.fields?.until ?? 0)
    this.refusedWhy = String(error.fields?.why ?? '')
    this.#changed()
  }

  // Events come in bursts; each burst is folded, and drawn, once. Where very much is said that is ten times a second.
  /** @param {Event} event */
  #take(event) {
    if (this.#arrived.push(event) > 1) return
    setTimeout(() => this.#flush(), Math.max(BURST, this.#flushed + PACE - performance.now()))
  }

  #flush() {
    this.#flushed = performance.now()
    const events = this.#arrived
    this.#arrived = []
    if (!events.length) return
    if (this.phase === 'live') this.#live(events)
    if (this.info) this.info = events.reduce((info, event) => after(info, event, this.me.id), this.info)
    this.state = fold(this.state, events)
    this.#keeping.add(events)
    this.pages.take(events)
    this.aside.take(events)
    this.#catchUp()
    const own = events.findLast(event => MOVES.test(event.type) && concerned(event).id === this.me.id)
    if (this.phase === 'live' && own?.type === 'member_left') this.#refuse(LEFT)
    if (this.phase === 'live' && own?.type === 'member_kicked') this.#refuse(removed(own.by.name))
    if (this.phase === 'live' && own?.type === 'member_banned') this.#refuse(banned(own.by.name, own.data))
  }

  /** @param {import('../line/line.js').FollowState} now */
  #told({ state, position, oldest, error }) {
    this.#flush()
    if (state === 'refused') return this.#refuse(error ?? new Error('You cannot read this room.'))
    this.phase = state
    if (position) this.state = told(this.state, { epoch: position.epoch, oldest })
    if (state === 'live' && (!this.placed || this.#isKept)) this.#place()
    this.#catchUp()
  }

  /** Find where reading ended the last time, and load as far as that. */
  async #place() {
    if (this.#placing) return
    this.#placing = true
    try {
      await this.#personal.know(this.name)
      const missing = this.state.first - 1 - this.#read
      if (missing > 0) await this.pages.loadOlder(Math.min(missing, FARTHEST))
      this.placed = this.pages.ready = true
      this.#isKept = false
      this.mark()
    } catch {
      this.#again = window.setTimeout(() => this.#place(), AGAIN)
    } finally {
      this.#placing = false
    }
    this.#catchUp()
    void this.pages.reach()
  }

  /** What is in front of somebody's eyes is read; else the first that is not is marked. */
  #catchUp() {
    if (this.placed && this.#attentive) this.#personal.readTo(this.name, newestOfOthers(this.state, this.me.id))
    else if (this.unread) this.marker = this.#read
    this.#changed()
  }

  /** What happens while we watch. @param {Event[]} events */
  #live(events) {
    const others = events.filter(({ by }) => by.id !== this.me.id)
    const heard = others.filter(({ type }) => type === 'message_posted')
      .map(({ epoch, offset, by, data }) => ({ id: `${epoch} ${offset}`, text: `${by.name}: ${inWords(/** @type {any} */ (data))}` }))
    this.heard = [...this.heard, ...heard].slice(-HEARD)
    for (const event of events) if (concerned(event).id !== this.me.id) this.count += COUNTS[event.type] ?? 0
  }

  /** @param {import('./state.js').Pending['kind']} kind @param {import('./outgoing.js').What} what */
  #send(kind, what) {
    const key = newKey()
    this.#set(hold(this.state, pendingOf(key, kind, what, 'waiting')))
    this.#line.send(`openline.room.${kind}`, { room: this.name, ...what, key }).then(
      ({ offset }) => this.#set(acknowledged(this.state, key, offset)),
      () => { /* it stands in the outbox as failed, with the reason */ },
    )
  }

  #syncOutbox = () => {
    const all = outgoing(this.#line.outbox.list(), this.name)
    const lost = all.filter(one => isMark(one) && one.state === 'failed')
    this.#set(outbox(this.state, all.filter(one => !lost.includes(one))))
    for (const { key, error } of lost) {
      void this.drop(key)
      this.dispatchEvent(new CustomEvent('trouble', { detail: error }))
    }
  }

  /** @param {State} state */
  #set(state) {
    this.state = state
    this.#changed()
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}
