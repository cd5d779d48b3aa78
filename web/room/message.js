// @ts-check
// One message: its author, its words, and what can be done with it.
import { Component } from 'preact'
import { Avatar } from '../ui/avatar.js'
import { html } from '../ui/html.js'
import { Copy, Edit, Trash } from '../ui/icons.js'
import { toHtml } from '../ui/markdown.js'
import { Ago, full, shortClock } from '../ui/time.js'
import { toast } from '../ui/toast.js'
import { Editor } from './editor.js'
import { OnOthers } from './onothers.js'

/** @import { Room } from './room.js' */
/** @import { MessageRow as Row } from './timeline.js' */
/**
 * @typedef {object} Props
 * @property {Row} row
 * @property {Room} room
 * @property {boolean} active
 * @property {boolean} reachable
 * @property {boolean} found  whether somebody came for this one
 * @property {boolean} editing
 * @property {(id: number) => void} onEdit
 * @property {() => void} onEdited
 * @property {(id: number) => void} onDelete
 */

/** @extends {Component<Props>} */
export class MessageRow extends Component {
  /** Most messages stay as they are while others come. @param {Props} next */
  shouldComponentUpdate(next) {
    const { row, active, reachable, found, editing } = this.props
    return active !== next.active || reachable !== next.reachable || found !== next.found || editing !== next.editing
      || row.message !== next.row.message || row.first !== next.row.first || row.pending !== next.row.pending
  }

  render() {
    const { row, room, active, reachable, found, editing, onEdited } = this.props
    const { message, first, pending } = row
    const own = message.id > 0 && row.mine && !message.deleted && pending?.kind !== 'delete'
    const state = pending && pending.state !== 'held' ? pending.state === 'failed' ? 'failed' : 'pending' : null
    return html`<li class=${`message ${first ? 'first' : ''} ${found ? 'found' : ''}`} data-message=${row.id} data-state=${state} tabindex=${reachable ? 0 : -1}>
      ${first ? html`<${Avatar} of=${message.by} />` : html`<time class="gutter" dateTime=${iso(message.time)} title=${full(message.time)}>${shortClock(message.time)}</time>`}
      <div class="message-main">
        ${first && html`<p class="message-head"><bdi class="author">${message.by.name}</bdi> <${Ago} at=${message.time} /></p>`}
        ${editing ? html`<${Editor} text=${message.text} onCancel=${onEdited} onSave=${(/** @type {string} */ text) => {
          if (text !== message.text) room.edit(message.id, text)
          onEdited()
        }} />` : html`<${Words} message=${message} />`}
        ${pending?.state === 'failed' && html`<${Failed} room=${room} pending=${pending} />`}
      </div>
      ${active && !editing && !message.deleted && html`<${Actions} ...${this.props} own=${own} />`}
    </li>`
  }
}

/** @param {number} time */
const iso = time => new Date(time * 1000).toISOString()

/** @param {{message: import('./state.js').Message}} props */
const Words = ({ message }) => message.deleted
  ? html`<p class="words gone">${message.taken ? html`<bdi>${message.taken.by.name}</bdi> deleted this message${message.taken.why ? `: ${message.taken.why}` : '.'}` : 'This message was deleted.'}</p>`
  : html`<div class="words" dir="auto" dangerouslySetInnerHTML=${{ __html: toHtml(message.text) }} />
      ${message.edited && html`<span class="edited">(edited)</span>`}`

/** The place for all that can be done with a message. @param {Props & {own: boolean}} props */
const Actions = ({ row: { message }, room, own, onEdit, onDelete }) => html`<div class="actions" role="group" aria-label="Message actions">
  <${Action} label="Copy text" icon=${Copy} run=${() => copy(message.text)} />
  ${own && html`<${Action} label="Edit" icon=${Edit} run=${() => onEdit(message.id)} />
    <${Action} label="Delete" icon=${Trash} run=${() => onDelete(message.id)} />`}
  ${!own && message.id > 0 && html`<${OnOthers} room=${room} message=${message} />`}
</div>`

/** @param {{label: string, icon: any, run: () => void}} props */
const Action = ({ label, icon: Icon, run }) =>
  html`<button class="icon-button" aria-label=${label} title=${label} onClick=${run}><${Icon} /></button>`

/** @param {string} text */
const copy = async text => {
  try {
    await navigator.clipboard.writeText(text)
    toast({ text: 'Copied' })
  } catch {
    toast({ text: 'This browser did not allow copying.' })
  }
}

const LOST = { post: 'Not sent', edit: 'Edit not saved', delete: 'Not deleted' }

/** @param {{room: Room, pending: import('./state.js').Pending}} props */
const Failed = ({ room, pending: { key, kind, error } }) => html`<p class="failed" role="alert">
  <span>${LOST[kind]}. ${error}</span>
  <button class="link" onClick=${() => room.retry(key)}>Retry</button>
  <button class="link" onClick=${() => room.drop(key)}>${kind === 'post' ? 'Delete' : 'Discard'}</button>
</p>`
