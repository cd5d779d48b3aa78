// @ts-check
// A thread beside the room, or in its place on a small screen.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { html } from '../ui/html.js'
import { Close } from '../ui/icons.js'
import { actionsOf, nextRow, pressedOn } from './actions.js'
import { Composer } from './composer.js'
import { MessageRow } from './message.js'
import { threadRows } from './timeline.js'

/** @import { Acts } from './actions.js' */
/** @import { Room } from './room.js' */
/** @import { Message } from './state.js' */
/**
 * @typedef {object} Props
 * @property {Room} room
 * @property {number} root
 * @property {number} shown  the message to look at, or 0 for the newest
 * @property {number} editing
 * @property {import('./standing.js').Hold | null} hold
 * @property {Acts} acts
 * @property {Message | null} answering
 * @property {(text: string, files?: Promise<import('./files/facts.js').File[]>) => Promise<boolean>} onWrite
 * @property {() => void} onCancelReply
 * @property {() => void} onEdited
 * @property {() => void} onClose
 */

/** @param {Props} props */
export const ThreadPane = ({ room, root, shown, editing, hold, acts, answering, onWrite, onCancelReply, onEdited, onClose }) => {
  const list = useRef(/** @type {HTMLOListElement | null} */ (null))
  const [active, setActive] = useState('')
  const { aside } = room
  const whole = aside.view(root)
  const rows = useMemo(() => threadRows(whole, room.me, root), [whole, room.me.id, root])
  const count = rows.filter(({ message }) => message.id !== root && !message.deleted).length
  useEffect(() => { void aside.open(root) }, [room, root])
  useScroll(list, rows.length, rows.find(({ message: { id } }) => id > 0 && id === shown)?.id ?? '')

  const activate = (/** @type {Event} */ event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-message]') : null
    if (row) setActive(row.getAttribute('data-message') ?? '')
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const at = event.target
    if (!(at instanceof HTMLElement) || !at.matches('[data-message]')) return
    const row = rows.find(({ id }) => id === at.dataset.message), next = nextRow(event, at)
    if (next !== undefined) next?.focus()
    else if (!row || !pressedOn(event, actionsOf(row, room, acts))) return
    event.preventDefault()
  }
  const closing = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
    event.preventDefault()
    onClose()
  }
  const reachable = rows.some(({ id }) => id === active) ? active : rows.at(-1)?.id
  return html`<aside class="thread" aria-labelledby="thread-title" onKeyDown=${closing}>
    <header class="thread-head">
      <h3 id="thread-title">Thread</h3>
      <span class="dim">${count === 1 ? '1 reply' : `${count} replies`}</span>
      <button class="icon-button" aria-label="Close the thread" title="Close (Esc)" onClick=${onClose}><${Close} /></button>
    </header>
    <ol class="thread-log" ref=${list} aria-label="Messages of the thread" onPointerOver=${activate} onFocusIn=${activate} onKeyDown=${pressed}>
      ${rows[0]?.message.id !== root && html`<li class="log-note">${aside.reading ? 'Loading the thread…' : 'The message at which this thread begins is not kept any more.'}</li>`}
      ${rows.map(row => html`<${MessageRow} key=${row.id} row=${row} room=${room} acts=${acts} active=${row.id === active} reachable=${row.id === reachable} found=${false}
        editing=${row.message.id > 0 && row.message.id === editing} onEdited=${onEdited} />`)}
      ${aside.left && html`<li class="log-note">${aside.left === 'failed' ? 'Not all replies did load.' : 'There may be later replies.'} <button class="link" onClick=${() => aside.more()}>${aside.left === 'failed' ? 'Try again' : 'Look for them'}</button></li>`}
    </ol>
    <${Composer} key=${root} id="thread-composer" label="Reply in the thread" room=${room} draft=${`${room.name}.${root}`} title="the thread" hold=${hold}
      answering=${answering} onCancelReply=${onCancelReply} onWrite=${onWrite} />
  </aside>`
}

/** Show the newest, or one that was asked for. @param {import('preact').RefObject<HTMLOListElement | null>} list @param {number} count @param {string} wanted */
const useScroll = (list, count, wanted) => {
  useLayoutEffect(() => {
    const row = wanted && list.current?.querySelector(`[data-message="${CSS.escape(wanted)}"]`)
    if (row instanceof HTMLElement) return highlight(row)
    if (list.current) list.current.scrollTop = list.current.scrollHeight
    return undefined
  }, [count, wanted])
}

/** Bring a message to where eyes are, and show which one it is. @param {HTMLElement} row */
export const highlight = row => {
  row.scrollIntoView({ block: 'center' })
  row.focus({ preventScroll: true })
  row.toggleAttribute('data-shown', true)
  row.addEventListener('animationend', () => row.removeAttribute('data-shown'), { once: true })
}
