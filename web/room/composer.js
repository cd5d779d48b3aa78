// @ts-check
// The place to write: words go out with Enter, and are kept while they are not.
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from '../ui/html.js'
import { Send } from '../ui/icons.js'
import { tab } from '../ui/storage.js'
import { isDone, leftOf, useGrowing } from './field.js'
import { HoldNote } from './hold.js'

// Where a finger writes, focus brings up a keyboard that nobody asked for.
const fingers = matchMedia('(pointer: coarse)')

/** @param {{room: string, title: string, hold: import('./standing.js').Hold | null, onWrite: (text: string) => void, onEditLast: () => void, onTyping?: () => void}} props */
export const Composer = ({ room, title, hold, onWrite, onEditLast, onTyping }) => {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const [words, setWords] = useState(() => /** @type {string} */ (tab.get(`draft.${room}`) ?? ''))
  useGrowing(field, words)
  useEffect(() => {
    if (!fingers.matches) field.current?.focus()
  }, [])
  const left = leftOf(words)
  const ready = words.trim() !== '' && !(left !== null && left < 0) && !hold?.stopped && !hold?.until

  /** @param {string} text */
  const keep = text => {
    setWords(text)
    tab.set(`draft.${room}`, text || null)
  }
  const send = () => {
    if (!ready) return
    onWrite(words.trim())
    keep('')
    field.current?.focus()
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (isDone(event)) send()
    else if (event.key === 'ArrowUp' && !words && !event.isComposing) onEditLast()
    else return
    event.preventDefault()
  }

  return html`<form class="composer" onSubmit=${(/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    send()
  }}>
    <${HoldNote} hold=${hold} />
    <div class="composer-box">
      <textarea ref=${field} id="composer" rows="1" dir="auto" enterkeyhint="send" aria-label="Message" placeholder=${`Message ${title}`}
        aria-describedby="composer-hold composer-left" readonly=${hold?.stopped ?? false} aria-invalid=${left !== null && left < 0 ? 'true' : null} value=${words}
        onInput=${(/** @type {any} */ event) => {
          keep(event.target.value)
          if (event.target.value.trim()) onTyping?.()
        }} onKeyDown=${pressed} />
      <span id="composer-left" class="composer-left" data-over=${left !== null && left < 0 ? '' : null}>${leftWords(left)}</span>
      <button class="send" aria-label="Send" title="Send" disabled=${!ready}><${Send} /></button>
    </div>
  </form>`
}

/** @param {number | null} left */
const leftWords = left => left === null ? '' : left < 0 ? `${-left} too many` : `${left} left`
