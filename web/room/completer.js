// @ts-check
// The list above the place to write, of what may be meant.
import { useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { html } from '../ui/html.js'
import { commandsFor, completed, peopleFor, tokenAt } from './complete.js'

/** @import { Room } from './room.js' */
/** @import { Option, Token } from './complete.js' */

/**
 * @param {Room} room @param {string} id  of the field
 * @param {import('preact').RefObject<HTMLTextAreaElement | null>} field @param {string} words @param {(text: string) => void} keep
 */
export const useCompletion = (room, id, field, words, keep) => {
  const [token, setToken] = useState(/** @type {Token | null} */ (null))
  const [at, setAt] = useState(0)
  const options = token ? optionsOf(room, token) : []
  const chosen = options[Math.min(at, options.length - 1)]

  const look = () => {
    const box = field.current
    const now = box && box.selectionStart === box.selectionEnd ? tokenAt(box.value, box.selectionStart) : null
    if (now?.kind === 'mention') void room.asked.meet(room.state.moves)
    if (now?.query !== token?.query || now?.start !== token?.start) setAt(0)
    setToken(now)
  }
  const pick = (/** @type {Option} */ option) => {
    const box = field.current
    if (!box || !token) return
    const { text, caret } = completed(words, box.selectionStart, token, option)
    setToken(null)
    // At once: the next key may come before anything is drawn.
    box.value = text
    box.focus()
    box.setSelectionRange(caret, caret)
    keep(text)
  }
  /** Whether a key was for the list. @param {KeyboardEvent} event */
  const pressed = event => {
    if (!chosen || event.isComposing) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt((at + step + options.length) % options.length)
    else if (event.key === 'Escape') setToken(null)
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') pick(chosen)
    else return false
    return true
  }
  const close = () => setToken(null)
  const list = html`<p class="hidden" role="status">${options.length ? `${options.length} ${options.length === 1 ? 'suggestion' : 'suggestions'}` : ''}</p>
    ${chosen && html`<ul id=${`${id}-options`} class="completions options" role="listbox" aria-label="Suggestions">${options.map(option => html`<li key=${option.id}
      id=${`${id}-${option.id}`} role="option" aria-selected=${option === chosen} onPointerDown=${(/** @type {Event} */ event) => {
        event.preventDefault()
        pick(option)
      }}>${token?.kind === 'mention' && option.id !== 'room' && html`<${Avatar} of=${{ id: option.id, name: option.label }} />`}
      <bdi>${option.label}</bdi><span class="dim">${option.about}</span></li>`)}</ul>`}`
  const attributes = {
    'aria-autocomplete': 'list', 'aria-controls': chosen ? `${id}-options` : undefined,
    'aria-activedescendant': chosen ? `${id}-${chosen.id}` : undefined,
  }
  return { look, pressed, close, list, attributes }
}

/** @param {Room} room @param {Token} token */
const optionsOf = (room, { kind, query }) => kind === 'command'
  ? commandsFor(room.asked.commands ?? [], query)
  : peopleFor(room.asked.people.filter(({ id }) => id !== room.me.id), query, room.moderates)
