// @ts-check
// The place to write: words go out with Enter, and are kept while they are not.
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from '../ui/html.js'
import { Send } from '../ui/icons.js'
import { tab } from '../ui/storage.js'
import { useCompletion } from './completer.js'
import { useAttachments } from './files/attach.js'
import { isDone, leftOf, useGrowing } from './field.js'
import { HoldNote } from './hold.js'
import { Answering } from './parts.js'

// Where a finger writes, focus brings up a keyboard that nobody asked for.
const fingers = matchMedia('(pointer: coarse)')

/**
 * @typedef {object} Props
 * @property {import('./room.js').Room} room
 * @property {string} title
 * @property {import('./standing.js').Hold | null} hold
 * @property {(text: string, files?: Promise<import('./files/facts.js').File[]>) => Promise<boolean>} onWrite  false if it was not taken
 * @property {() => void} [onEditLast]
 * @property {() => void} [onTyping]
 * @property {import('./state.js').Message | null} answering  what the words answer
 * @property {() => void} onCancelReply
 * @property {string} [id]
 * @property {string} [label]
 * @property {string} [draft]  the name under which the words are kept
 */

/** @param {Props} props */
export const Composer = ({ room, title, hold, onWrite, onEditLast, onTyping, answering, onCancelReply, id = 'composer', label = 'Message', draft = room.name }) => {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const [words, setWords] = useState(() => /** @type {string} */ (tab.get(`draft.${draft}`) ?? ''))
  useGrowing(field, words)
  useEffect(() => {
    if (!fingers.matches) field.current?.focus()
  }, [])
  useEffect(() => { void room.asked.learn() }, [room, room.phase])
  const form = useRef(/** @type {HTMLFormElement | null} */ (null))
  const attach = useAttachments(room, draft, form, hold?.stopped ?? false)
  const left = leftOf(words), some = attach.uploads.list.length > 0
  const ready = (words.trim() !== '' || some) && !(left !== null && left < 0) && !hold?.stopped && !hold?.until

  /** @param {string} text */
  const keep = text => {
    setWords(text)
    tab.set(`draft.${draft}`, text || null)
  }
  const completion = useCompletion(room, id, field, words, keep)
  const send = async () => {
    if (!ready) return
    keep('')
    completion.close()
    field.current?.focus()
    const text = words.trim()
    if (!await onWrite(text, some ? attach.uploads.take(text) : undefined) && !field.current?.value) keep(words)
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (completion.pressed(event)) event.preventDefault()
    else if (isDone(event)) void send()
    else if (event.key === 'ArrowUp' && !words && !event.isComposing && onEditLast) onEditLast()
    else if (event.key === 'Escape' && answering) onCancelReply()
    else return
    event.preventDefault()
  }

  return html`<form class="composer" ref=${form} onSubmit=${(/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    void send()
  }}>
    ${id === 'composer' && html`<${HoldNote} hold=${hold} />`}
    ${completion.list}
    ${answering && html`<${Answering} message=${answering} onCancel=${onCancelReply} />`}
    ${attach.chips}
    <div class="composer-box" data-over=${attach.over ? '' : null}>
      ${attach.button}
      <textarea ref=${field} id=${id} ...${completion.attributes} rows="1" dir="auto" enterkeyhint="send" aria-label=${label} placeholder=${`${label === 'Message' ? 'Message' : 'Reply in'} ${title}`}
        aria-describedby=${`composer-hold ${id}-left`} readonly=${hold?.stopped ?? false} aria-invalid=${left !== null && left < 0 ? 'true' : null} value=${words}
        onInput=${(/** @type {any} */ event) => {
          keep(event.target.value)
          completion.look()
          if (event.target.value.trim()) onTyping?.()
        }} onClick=${completion.look} onPaste=${attach.pasted} onBlur=${completion.close} onKeyDown=${pressed} />
      <span id=${`${id}-left`} class="composer-left" data-over=${left !== null && left < 0 ? '' : null}>${leftWords(left)}</span>
      <button class="send" aria-label="Send" title="Send" disabled=${!ready}><${Send} /></button>
    </div>
  </form>`
}

/** @param {number | null} left */
const leftWords = left => left === null ? '' : left < 0 ? `${-left} too many` : `${left} left`
