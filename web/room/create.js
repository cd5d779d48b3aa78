// @ts-check
// A new room: a title for people, and a name for addresses that is made from it. A private one gets a name by itself.
import { useRef, useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { checkName, nameOf } from './names.js'

const TITLE = 80
const NAME = 40

/** @type {[string, string, string][]} */
const KINDS = [
  ['public', 'Public', 'Everybody finds it, and may come in.'],
  ['private', 'Private', 'Only who is invited knows of it.'],
]

/** @param {{rooms: import('./rooms.js').Rooms, onClose: () => void, onCreated: (name: string) => void}} props */
export const NewRoom = ({ rooms, onClose, onCreated }) => {
  const [kind, setKind] = useState('public')
  const [title, setTitle] = useState('')
  const [chosen, setChosen] = useState(/** @type {string | null} */ (null))
  const [error, setError] = useState({ title: '', name: '' })
  const [busy, setBusy] = useState(false)
  const titleField = useRef(/** @type {HTMLInputElement | null} */ (null))
  const nameField = useRef(/** @type {HTMLInputElement | null} */ (null))
  const name = chosen ?? nameOf(title)
  const isPublic = kind === 'public'

  /** @param {{title?: string, name?: string}} problem */
  const refuse = problem => {
    setBusy(false)
    setError({ title: '', name: '', ...problem })
    const field = problem.title ? titleField : nameField
    field.current?.focus()
  }
  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    if (!title.trim()) return refuse({ title: 'Give the room a title.' })
    const problem = isPublic && checkName(name)
    if (problem) return refuse({ name: problem })
    setBusy(true)
    try {
      onCreated(await rooms.create({ title: title.trim(), kind, ...(isPublic ? { room: name } : {}) }))
    } catch (refusal) {
      const { message } = /** @type {Error} */ (refusal)
      refuse(isPublic ? { name: message } : { title: message })
    }
  }

  return html`<${Dialog} title="New room" onClose=${onClose}>
    <form class="form" onSubmit=${submit} noValidate>
      <label for="room-new-title">Title</label>
      <input ref=${titleField} id="room-new-title" class="field" maxlength=${TITLE} autocomplete="off" autofocus value=${title}
        aria-describedby="room-new-title-error" aria-invalid=${error.title ? 'true' : null}
        onInput=${(/** @type {any} */ event) => setTitle(event.target.value)} />
      <p class="field-error" id="room-new-title-error" role="alert">${error.title}</p>
      <fieldset class="kinds">
        <legend>Who may come in</legend>
        ${KINDS.map(([value, words, hint]) => html`<label key=${value} class="kind">
          <input type="radio" name="kind" value=${value} checked=${kind === value} onChange=${() => setKind(value)} />
          <span><strong>${words}</strong><span class="dim">${hint}</span></span>
        </label>`)}
      </fieldset>
      ${isPublic && html`<label for="room-new-name">Name in addresses</label>
        <input ref=${nameField} id="room-new-name" class="field" maxlength=${NAME} autocomplete="off" autocapitalize="off" spellcheck="false"
          value=${name} aria-describedby="room-new-name-hint room-new-name-error" aria-invalid=${error.name ? 'true' : null}
          onInput=${(/** @type {any} */ event) => setChosen(event.target.value)} />
        <p class="dim hint" id="room-new-name-hint">Small letters, digits and _. It cannot be changed later.</p>
        <p class="field-error" id="room-new-name-error" role="alert">${error.name}</p>`}
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>Cancel</button>
        <button class="button primary" disabled=${busy}>Create room</button>
      </div>
    </form>
  <//>`
}
