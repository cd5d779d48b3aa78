// @ts-check
// Go to a room by typing a part of its name.
import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { match } from './names.js'

/** @param {{rooms: import('./rooms.js').Rooms, onClose: () => void, onPick: (name: string) => void}} props */
export const Switcher = ({ rooms, onClose, onPick }) => {
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const found = match(rooms.list ?? [], words)
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && found.length) setAt((at + step + found.length) % found.length)
    else if (event.key === 'Enter' && found[at]) onPick(found[at].room)
    else return
    event.preventDefault()
  }
  return html`<${Dialog} title="Go to a room" kind="switcher" onClose=${onClose}>
    <input class="field" role="combobox" aria-label="Room" aria-expanded="true" aria-controls="switcher-rooms" aria-autocomplete="list"
      aria-activedescendant=${found[at] ? `switch-${found[at].room}` : null} autocomplete="off" spellcheck="false" autofocus
      placeholder="Type a part of its name" value=${words} onKeyDown=${pressed} onInput=${(/** @type {any} */ event) => {
        setWords(event.target.value)
        setAt(0)
      }} />
    <ul id="switcher-rooms" class="options" role="listbox" aria-label="Rooms">${found.map(({ room, title }, index) => html`<li key=${room}
      id=${`switch-${room}`} role="option" aria-selected=${index === at} onClick=${() => onPick(room)} onPointerMove=${() => setAt(index)}>
      <span class="hash" aria-hidden="true">#</span><bdi>${title}</bdi></li>`)}</ul>
    ${!found.length && html`<p class="dim" role="status">${rooms.list ? 'No room is called that.' : rooms.error || 'One moment…'}</p>`}
  <//>`
}
