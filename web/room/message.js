// @ts-check
// One message: its author, its words, and what can be done with it.
import { Component } from 'preact'
import { Avatar } from '../ui/avatar.js'
import { html } from '../ui/html.js'
import { Pin } from '../ui/icons.js'
import { toHtml } from '../ui/markdown.js'
import { Ago, full, shortClock } from '../ui/time.js'
import { actionsOf } from './actions.js'
import { isSameRow } from './drawn.js'
import { Editor } from './editor.js'
import { Files } from './files/shown.js'
import { pinnedBy } from './marks.js'
import { OnOthers } from './onothers.js'
import { Quote, Reactions, Replies } from './parts.js'

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
 * @property {import('./actions.js').Acts} acts
 * @property {() => void} onEdited
 */

/** @extends {Component<Props>} */
export class MessageRow extends Component {
  /** Most messages stay as they are while others come. @param {Props} next */
  shouldComponentUpdate(next) {
    const { row, active, reachable, found, editing } = this.props
    return active !== next.active || reachable !== next.reachable || found !== next.found || editing !== next.editing || !isSameRow(row, next.row)
  }

  render() {
    const { row, room, active, reachable, found, editing, acts, onEdited } = this.props
    const { message, first, pending, thread } = row
    const named = !row.mine && (message.mentions === 'room' || message.mentions.includes(room.me.id))
    const by = pinnedBy(message)
    const state = pending && pending.state !== 'held' ? pending.state === 'failed' ? 'failed' : 'pending' : null
    return html`<li class=${`message ${first ? 'first' : ''} ${found ? 'found' : ''}`} data-message=${row.id} data-state=${state} data-named=${named ? '' : null} tabindex=${reachable ? 0 : -1}>
      ${first ? html`<${Avatar} of=${shownAs(message)} />` : html`<time class="gutter" dateTime=${iso(message.time)} title=${full(message.time)}>${shortClock(message.time)}</time>`}
      <div class="message-main">
        ${message.replyTo > 0 && !message.deleted && html`<${Quote} room=${room} id=${message.replyTo} quote=${row.quote} acts=${acts} />`}
        ${first && html`<p class="message-head"><bdi class="author">${message.by.name}</bdi> ${message.program && html`<span class="badge">App</span> `}<${Ago} at=${message.time} />${named && html`<span class="hidden"> mentions you</span>`}</p>`}
        ${editing ? html`<${Editor} text=${message.text} onCancel=${onEdited} onSave=${(/** @type {string} */ text) => {
          if (text !== message.text) room.edit(message.id, text)
          onEdited()
        }} />` : html`<${Words} message=${message} acts=${acts} />`}
        ${message.files.length > 0 && html`<${Files} files=${message.files} onView=${acts.view} />`}
        ${by && !message.deleted && html`<p class="pinned"><${Pin} />Pinned by <bdi>${by.name}</bdi></p>`}
        ${!message.deleted && html`<${Reactions} room=${room} message=${message} acts=${acts} />`}
        ${thread && html`<${Replies} thread=${thread} message=${message} acts=${acts} />`}
        ${pending?.state === 'failed' && html`<${Failed} room=${room} pending=${pending} />`}
      </div>
      ${active && !editing && !message.deleted && html`<${Actions} actions=${actionsOf(row, room, acts)}>
        ${!row.mine && message.id > 0 && html`<${OnOthers} room=${room} message=${message} />`}
      <//>`}
    </li>`
  }
}

/** Whose face stands beside a message: a program has an emoji or a letter. @param {import('./state.js').Message} message */
const shownAs = ({ by, icon }) => icon ? { id: by.id, name: icon } : by

/** @param {number} time */
const iso = time => new Date(time * 1000).toISOString()

/** @param {{message: import('./state.js').Message, acts: import('./actions.js').Acts}} props */
const Words = ({ message, acts }) => message.deleted
  ? html`<p class="words gone">${message.taken ? html`<bdi>${message.taken.by.name}</bdi> deleted this message${message.taken.why ? `: ${message.taken.why}` : '.'}` : 'This message was deleted.'}</p>`
  : html`${message.text && html`<div class="words" dir="auto" dangerouslySetInnerHTML=${{ __html: toHtml(message.text) }} />`}
      ${message.edited && html`<button class="edited" title="Show what it said before" onClick=${() => acts.versions(message)}>(edited)</button>`}`

/** @param {{actions: import('./actions.js').Action[], children?: any}} props */
const Actions = ({ actions, children }) => html`<div class="actions" role="group" aria-label="Message actions">
  ${actions.map(({ label, key, icon: Icon, run }) => html`<button key=${key} class="icon-button" aria-label=${label} aria-keyshortcuts=${key === '+' ? null : key}
    title=${`${label} (${key.length > 1 ? key : key.toUpperCase()})`} onClick=${run}><${Icon} /></button>`)}
  ${children}
</div>`

/** @type {Record<string, string>} */
const LOST = { post: 'Not sent', edit: 'Edit not saved', delete: 'Not deleted' }

/** @param {{room: Room, pending: import('./state.js').Pending}} props */
const Failed = ({ room, pending: { key, kind, error } }) => html`<p class="failed" role="alert">
  <span>${LOST[kind]}. ${error}</span>
  <button class="link" onClick=${() => room.retry(key)}>Retry</button>
  <button class="link" onClick=${() => room.drop(key)}>${kind === 'post' ? 'Delete' : 'Discard'}</button>
</p>`
