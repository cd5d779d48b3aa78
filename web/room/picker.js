// @ts-check
// Choose an emoji: by looking, by typing a word, or by keys.
import { useRef, useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { EMOJI, findEmoji } from '../ui/emoji.js'
import { html } from '../ui/html.js'
import { local } from '../ui/storage.js'

const RECENT = 8
const COLUMNS = 8

/** What was chosen last comes first. @returns {string[]} */
const recent = () => local.get('emoji') ?? EMOJI.slice(0, RECENT).map(({ emoji }) => emoji)

/** @param {string} emoji */
const remember = emoji => local.set('emoji', [emoji, ...recent().filter(one => one !== emoji)].slice(0, RECENT))

/** @param {{onPick: (emoji: string) => void, onClose: () => void}} props */
export const EmojiPicker = ({ onPick, onClose }) => {
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const [last] = useState(recent)
  const grid = useRef(/** @type {HTMLUListElement | null} */ (null))
  const shown = words.trim() ? findEmoji(words) : [...EMOJI.filter(({ emoji }) => last.includes(emoji)).sort(
    (a, b) => last.indexOf(a.emoji) - last.indexOf(b.emoji)), ...EMOJI.filter(({ emoji }) => !last.includes(emoji))]
  const pick = (/** @type {string} */ emoji) => {
    remember(emoji)
    onPick(emoji)
  }
  const move = (/** @type {number} */ to) => {
    const next = Math.max(0, Math.min(shown.length - 1, to))
    setAt(next)
    grid.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return
    const caret = event.target instanceof HTMLInputElement && words !== ''
    const step = { ArrowDown: COLUMNS, ArrowUp: -COLUMNS, ...(!caret && { ArrowRight: 1, ArrowLeft: -1 }) }[event.key]
    if (step) move(at + step)
    else if (event.key === 'Tab' && !event.shiftKey && caret) move(at + 1)
    else if (event.key === 'Enter' && shown[at]) pick(shown[at].emoji)
    else return
    event.preventDefault()
  }
  return html`<${Dialog} title="Add a reaction" kind="picker" onClose=${onClose}>
    <input class="field" role="combobox" aria-label="Emoji" aria-expanded="true" aria-controls="emoji" aria-autocomplete="list" autofocus
      aria-activedescendant=${shown[at] ? `emoji-${at}` : null} autocomplete="off" spellcheck="false" placeholder="Search, such as party" value=${words}
      onKeyDown=${pressed} onInput=${(/** @type {any} */ event) => {
        setWords(event.target.value)
        setAt(0)
      }} />
    <ul id="emoji" ref=${grid} class="emoji-grid" role="listbox" aria-label="Emoji">${shown.map(({ emoji, words: says }, index) => html`<li key=${emoji}
      id=${`emoji-${index}`} role="option" aria-selected=${index === at} aria-label=${says} title=${says}
      onClick=${() => pick(emoji)} onPointerMove=${() => setAt(index)}>${emoji}</li>`)}</ul>
    <p class="dim picker-says" role=${shown.length ? null : 'status'}>${shown[at]?.words ?? 'No emoji is called that.'}</p>
  <//>`
}
