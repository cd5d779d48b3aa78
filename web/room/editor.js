// @ts-check
// The words of a message while they are changed, in its place.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { html } from '../ui/html.js'
import { isDone, leftOf, useGrowing } from './field.js'

/** @param {{text: string, onSave: (text: string) => void, onCancel: () => void}} props */
export const Editor = ({ text, onSave, onCancel }) => {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const [words, setWords] = useState(text)
  useGrowing(field, words)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(text.length, text.length)
    field.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const left = leftOf(words)
  const problem = !words.trim() ? 'A message needs some text.' : left !== null && left < 0 ? `${-left} characters too many` : ''
  const save = () => problem || onSave(words.trim())
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation()
    if (event.key === 'Escape' && !event.isComposing) onCancel()
    else if (isDone(event)) save()
    else return
    event.preventDefault()
  }
  return html`<div class="editor">
    <textarea ref=${field} class="field" rows="1" dir="auto" aria-label="Edit message" aria-describedby="edit-hint" value=${words}
      aria-invalid=${problem ? 'true' : null} onInput=${(/** @type {any} */ event) => setWords(event.target.value)} onKeyDown=${pressed} />
    <div class="editor-foot">
      <span id="edit-hint" class=${problem ? 'field-error' : 'dim'}>${problem || html`<span class="wide-only"><kbd>Esc</kbd> cancels, <kbd>Enter</kbd> saves</span>`}</span>
      <button class="button" onClick=${onCancel}>Cancel</button>
      <button class="button primary" disabled=${Boolean(problem)} onClick=${save}>Save</button>
    </div>
  </div>`
}
