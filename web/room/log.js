// @ts-check
// The messages of a room. It stays at the end while somebody reads there, and else holds still, whatever comes or goes.
import { Component, createRef } from 'preact'
import { html } from '../ui/html.js'
import { Down } from '../ui/icons.js'
import { actionsOf, nextRow, pressedOn } from './actions.js'
import { Drawn } from './drawn.js'
import { DayRow, LostRow, MessageRow, NotesRow, StartRow, UnreadRow } from './rows.js'
import { hasOlder } from './state.js'
import { around, moved, newer, newest, older } from './window.js'

/** @import { Room } from './room.js' */
/** @import { Row } from './timeline.js' */
/** @import { Window } from './window.js' */
/**
 * @typedef {object} Props
 * @property {import('preact').RefObject<Log | null>} handle  through which others reach this: Preact 11 sets no `ref` on its classes
 * @property {Room} room
 * @property {Row[]} rows
 * @property {boolean} placed  whether the rows go as far as reading went the last time
 * @property {string} title
 * @property {number} editing  id of the message that is being edited, or 0
 * @property {import('./actions.js').Acts} acts
 * @property {() => void} onEdited
 * @property {(is: boolean) => void} onAtEnd
 * @property {() => void} onLeft  the message that was gone to is left, for the newest
 */
/**
 * @typedef {{window: Window, rows: Row[], active: string, found: string, above: boolean}} Own  `above` is whether the new ones
 *   begin above
 */

const NEAR_END = 40
const NEAR_EDGE = 800

const ROWS = { day: DayRow, lost: LostRow, message: MessageRow, notes: NotesRow, start: StartRow, unread: UnreadRow }

/** @extends {Component<Props, Own>} */
export class Log extends Component {
  /** @type {import('preact').RefObject<HTMLDivElement | null>} */ scroller = createRef()
  /** @type {import('preact').RefObject<HTMLOListElement | null>} */ list = createRef()
  atEnd = true
  begun = false
  placed = false
  /** @type {Room['pages']['gone']} the message that was gone to last */ shown = null
  /** @type {boolean | null} what was last said of being at the end */ said = null
  /** @type {ResizeObserver | null} */ sizes = null
  /** @type {unknown[]} */ told = []
  drawn = new Drawn()

  /** @param {Props} props */
  constructor(props) {
    super(props)
    /** @type {Own} */
    this.state = { rows: props.rows, window: newest(props.rows.length), active: '', found: '', above: false }
  }

  /** Keep the same rows in the window when some are put in front of them. @param {Props} props @param {Own} state */
  static getDerivedStateFromProps({ rows }, { rows: before, window }) {
    if (rows === before) return null
    const seen = before.slice(window.start).find(row => row.kind === 'message')
    const now = seen ? rows.findIndex(row => row.id === seen.id) : -1
    const put = seen && now >= 0 ? now - before.indexOf(seen) : 0
    return { rows, window: now < 0 ? newest(rows.length) : moved(window, put, rows.length) }
  }

  componentDidMount() {
    this.props.handle.current = this
    this.sizes = new ResizeObserver(this.resized)
    for (const { current } of [this.scroller, this.list]) if (current) this.sizes.observe(current)
    this.settle()
  }

  componentWillUnmount() {
    this.props.handle.current = null
    this.sizes?.disconnect()
  }

  /** Draw only what is different: much changes beside the messages. @param {Props} props @param {Own} own */
  shouldComponentUpdate(props, own) {
    const now = [...told(props), this.atEnd], changed = own !== this.state || now.some((one, at) => one !== this.told[at])
    this.told = now
    return changed
  }

  /** Where a row on the screen was before the page changed. */
  getSnapshotBeforeUpdate() {
    const list = this.list.current, top = this.scroller.current?.getBoundingClientRect().top ?? 0
    if (this.atEnd || !list) return null
    const row = firstBelow(list, top)
    return row ? { row, top: row.getBoundingClientRect().top } : null
  }

  /** @param {Props} before @param {Own} _ @param {{row: HTMLElement, top: number} | null} [held] */
  componentDidUpdate(before, _, held) {
    const scroller = this.scroller.current
    if (this.props.editing !== before.editing) this.reveal(this.props.editing)
    if (scroller && held?.row.isConnected) scroller.scrollTop += held.row.getBoundingClientRect().top - held.top
    this.settle()
  }

  settle() {
    const { placed, rows, room: { pages: { gone } } } = this.props
    if (gone && gone !== this.shown && rows.length) return this.show(gone)
    if (this.atEnd && !this.props.editing) this.keepEnd()
    if (this.begun || !placed || !rows.length) return this.look()
    this.begun = true
    const mark = rows.findIndex(row => row.kind === 'unread')
    const window = mark < 0 ? this.state.window : around(mark, rows.length)
    if (window.end !== Infinity) this.atEnd = false
    return this.setState({ window }, () => this.begin())
  }

  /** Begin at the first unread message, else at the end. */
  begin() {
    this.placed = true
    this.toUnread()
    this.look()
  }

  /** Show the message at an offset, or the next one that there is. @param {{offset: number}} gone */
  show(gone) {
    const { rows } = this.props
    const at = rows.findIndex(row => row.kind === 'message' && row.message.id >= gone.offset)
    this.shown = gone
    this.begun = this.placed = true
    if (at < 0) return this.toEnd()
    this.atEnd = false
    return this.setState({ window: around(at, rows.length), active: rows[at].id, found: rows[at].id }, () => {
      const row = this.list.current?.querySelector('.found')
      if (row instanceof HTMLElement) row.focus({ preventScroll: true })
      row?.scrollIntoView({ block: 'center' })
      this.look()
    })
  }

  resized = () => {
    if (this.atEnd && !this.props.editing) this.keepEnd()
    requestAnimationFrame(this.look)
  }

  /** Draw the message that is to be edited, if others have pushed it out. @param {number} id */
  reveal(id) {
    const { rows } = this.props, { window: { start, end } } = this.state
    const at = id ? rows.findIndex(row => row.kind === 'message' && row.message.id === id) : -1
    if (at < 0 || (at >= start && at < end)) return
    this.atEnd = false
    this.setState({ window: around(at, rows.length) })
  }

  keepEnd() {
    const scroller = this.scroller.current
    if (scroller) scroller.scrollTop = scroller.scrollHeight
  }

  toUnread() {
    const scroller = this.scroller.current, mark = scroller?.querySelector('.unread')
    if (!scroller || !mark) return
    const above = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top
    if (above < 0 || above > scroller.clientHeight) scroller.scrollTop += above - NEAR_END
  }

  /** Go to the first new message, wherever it is. */
  toFirst = async () => {
    const { room } = this.props
    await room.loadUnread()
    await new Promise(requestAnimationFrame)
    const { rows } = this.props, mark = rows.findIndex(row => row.kind === 'unread')
    if (mark < 0) return
    this.atEnd = false
    this.setState({ window: around(mark, rows.length) }, () => {
      this.toUnread()
      this.look()
    })
  }

  /** Whether the first new message is above what is seen. @param {HTMLElement} scroller */
  beginsAbove(scroller) {
    const { room, rows } = this.props, { window } = this.state
    if (!this.placed || !room.marker) return false
    if (room.beginsEarlier) return true
    const mark = scroller.querySelector('.unread')
    if (mark) return mark.getBoundingClientRect().bottom < scroller.getBoundingClientRect().top
    return rows.slice(0, window.start).some(row => row.kind === 'unread')
  }

  toEnd = () => {
    this.atEnd = true
    if (this.state.found) this.props.onLeft()
    this.props.room.pages.leave()
    this.setState({ window: newest(this.props.rows.length), found: '' }, () => this.keepEnd())
  }

  look = () => {
    const scroller = this.scroller.current
    if (!scroller?.clientHeight) return
    const { scrollTop, scrollHeight, clientHeight } = scroller, { room, rows } = this.props, { window } = this.state
    // Whoever reads at the end stays there, also when more came at once than is drawn.
    if (this.atEnd && window.end !== Infinity && !room.pages.past) return this.setState({ window: newest(rows.length) })
    const below = scrollHeight - scrollTop - clientHeight
    this.atEndIs(below < NEAR_END && window.end === Infinity && !room.pages.past)
    room.pages.seen = this.atEnd ? null : drawnIn(rows, window)
    const above = this.beginsAbove(scroller)
    if (above !== this.state.above) this.setState({ above })
    if (scrollTop < NEAR_EDGE) {
      if (window.start > 0) this.setState({ window: older(window, rows.length) })
      else if (room.placed && !room.pages.older && hasOlder(room.view)) void room.pages.loadOlder()
    } else if (below < NEAR_EDGE) {
      if (window.end !== Infinity) this.setState({ window: newer(window, rows.length) })
      else if (room.pages.past && !room.pages.newer) void room.pages.loadNewer()
    }
  }

  edited = () => this.props.onEdited()

  /** @param {boolean} is */
  atEndIs(is) {
    this.atEnd = is
    if (!this.placed || this.said === is) return
    this.said = is
    this.props.onAtEnd(is)
  }

  /** @param {Event} event */
  activate = event => {
    const row = event.target instanceof Element ? event.target.closest('[data-message]') : null
    const active = row?.getAttribute('data-message') ?? ''
    if (active && active !== this.state.active) this.setState({ active })
  }

  /** @param {KeyboardEvent} event */
  pressed = event => {
    const row = event.target
    if (!(row instanceof HTMLElement) || !row.matches('[data-message]')) return
    const { room, rows, acts } = this.props
    const next = nextRow(event, row), of = rows.find(({ id }) => id === row.dataset.message)
    if (event.key === 'Escape') document.getElementById('composer')?.focus()
    else if (next !== undefined) next?.focus()
    else if (of?.kind !== 'message' || !pressedOn(event, actionsOf(of, room, acts))) return
    event.preventDefault()
  }

  render() {
    const { room, rows, title, editing, acts } = this.props
    const { window: { start, end }, active, found, above } = this.state, { pages } = room
    const drawn = rows.slice(start, end)
    const last = drawn.findLast(row => row.kind === 'message')?.id ?? ''
    const reachable = drawn.some(row => row.id === active) ? active : last
    const unread = this.atEnd ? 0 : room.unread
    return html`<div class="log-frame">
      <div class="log" ref=${this.scroller} onScroll=${this.look} tabindex="-1">
        <div class="log-top" aria-live="off">${top(room, rows)}</div>
        <ol ref=${this.list} aria-label="Messages" onPointerOver=${this.activate} onFocusIn=${this.activate} onKeyDown=${this.pressed}>
          ${this.drawn.all(drawn, row => ({
            active: row.id === active, reachable: row.id === reachable, found: row.id === found, title,
            editing: row.kind === 'message' && row.message.id > 0 && row.message.id === editing,
          }), (row, how) => /** @type {import('preact').VNode} */ (html`<${ROWS[row.kind]} key=${row.id} row=${row} room=${room} ...${how} acts=${acts} onEdited=${this.edited} />`))}
        </ol>
        ${room.pages.newer === 'failed' && html`<p class="log-note">Newer messages did not load. <button class="link" onClick=${() => room.pages.loadNewer()}>Try again</button></p>`}
      </div>
      ${above && html`<button class="to-unread" onClick=${this.toFirst}><${Down} />First unread</button>`}
      ${pages.isGoing && html`<p class="to-end" role="status">Going to the message…</p>`}
      ${!pages.isGoing && (unread > 0 || end !== Infinity || pages.past || (found && !this.atEnd)) && html`<button class="to-end" onClick=${this.toEnd}>
        <${Down} />${unread > 0 ? `${unread} new ${unread === 1 ? 'message' : 'messages'}` : 'Newest messages'}
      </button>`}
    </div>`
  }
}

/** All that a drawing depends on, besides its own state. @param {Props} props */
const told = ({ room, rows, placed, title, editing, acts }) => {
  const { pages } = room
  return [rows, placed, title, editing, acts, room.unread, room.marker, pages.older, pages.newer, pages.past, pages.gone, pages.isGoing, hasOlder(room.view)]
}

/** The first message that reaches below a line. @param {HTMLOListElement} list @param {number} line @returns {HTMLElement | null} */
const firstBelow = ({ children }, line) => {
  let from = 0, to = children.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (children[middle].getBoundingClientRect().bottom > line) to = middle
    else from = middle + 1
  }
  while (from < children.length && !children[from].matches('[data-message]')) from++
  return /** @type {HTMLElement | undefined} */ (children[from]) ?? null
}

/** The ids of the first and the last message that are drawn. @param {Row[]} rows @param {Window} window */
const drawnIn = (rows, { start, end }) => {
  const messages = rows.slice(start, end).flatMap(row => row.kind === 'message' && row.message.id ? [row.message.id] : [])
  return messages.length ? { first: messages[0], last: messages[messages.length - 1] } : null
}

/** What stands above the first row while there is more, or nothing at all. @param {Room} room @param {Row[]} rows */
const top = (room, rows) => {
  if (room.pages.older === 'failed') {
    return html`<p class="log-note">Older messages did not load. <button class="link" onClick=${() => room.pages.loadOlder()}>Try again</button></p>`
  }
  if (rows.length ? room.pages.older !== 'loading' && !hasOlder(room.view) : room.placed) return null
  return html`<div class="skeleton" aria-hidden="true">${[0, 1, 2].map(key => html`<div key=${key}><i /><p><b /><b /></p></div>`)}</div>`
}
