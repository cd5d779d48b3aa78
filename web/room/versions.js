// @ts-check
// What a message said before it was edited, and what is pinned to a room.
import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { toHtml } from '../ui/markdown.js'
import { Ago, full } from '../ui/time.js'
import { inShort } from './parts.js'

/** @import { Acts } from './actions.js' */
/** @import { Pinned, Version } from './asked.js' */
/** @import { Room } from './room.js' */
/** @import { Message } from './state.js' */

/**
 * @template T
 * @param {() => Promise<T>} ask @param {unknown[]} again @returns {{known: T | null, error: string}}
 */
const useAnswer = (ask, again) => {
  const [answer, setAnswer] = useState(/** @type {{known: T | null, error: string}} */ ({ known: null, error: '' }))
  useEffect(() => {
    ask().then(known => setAnswer({ known, error: '' }), error => setAnswer({ known: null, error: error.message }))
  }, again)
  return answer
}

/** @param {{room: Room, message: Message, onClose: () => void}} props */
export const VersionsDialog = ({ room, message, onClose }) => {
  const { known, error } = useAnswer(() => room.asked.history(message.id), [message.id])
  /** @type {Version[]} */ const texts = known ? [...known.versions].reverse() : []
  return html`<${Dialog} title="Edits of this message" kind="sheet" onClose=${onClose}>
    ${error && html`<p class="field-error">${error}</p>`}
    <ol class="versions">${texts.map(({ offset, time, text }, index) => html`<li key=${offset}>
      <p class="dim">${index === 0 ? 'Now, since ' : ''}${full(time)}</p>
      <div class="words" dir="auto" dangerouslySetInnerHTML=${{ __html: toHtml(text) }} />
    </li>`)}</ol>
  <//>`
}

/** @param {{room: Room, acts: Acts, onClose: () => void}} props */
export const PinsDialog = ({ room, acts, onClose }) => {
  const { known, error } = useAnswer(() => room.asked.pins(), [room.state.pinnings, room.state.head])
  return html`<${Dialog} title="Pinned messages" kind="sheet" onClose=${onClose}>
    ${error && html`<p class="field-error">${error}</p>`}
    ${known?.length === 0 && html`<p class="dim">Nothing is pinned here. What moderators pin, everybody finds again.</p>`}
    <ul class="pins">${known?.map(pin => html`<${PinItem} key=${pin.message} pin=${pin} room=${room} acts=${acts} />`)}</ul>
  <//>`
}

/** @param {{pin: Pinned, room: Room, acts: Acts}} props */
const PinItem = ({ pin, room, acts }) => html`<li>
  <p class="pin-head"><${Avatar} of=${pin.by} /><bdi class="author">${pin.by.name}</bdi> <span class="dim"><${Ago} at=${pin.time} /></span></p>
  <p class="pin-words" dir="auto">${inShort(pin.text) || 'A file'}</p>
  <p class="dim pin-by">Pinned by <bdi>${pin.pinned_by.name}</bdi></p>
  <p class="pin-acts">
    <button class="button" onClick=${() => acts.jump(pin.message)}>Show in the room</button>
    ${room.moderates && html`<button class="button quiet" onClick=${() => room.pin(pin.message, false)}>Unpin</button>`}
  </p>
</li>`
