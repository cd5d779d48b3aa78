// @ts-check
// What a room is called and what it is for, its pace, and its end.
import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { Field, FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { Area, Choice, PACES } from './choices.js'
import { owns } from './standing.js'

/** @param {{room: import('./room.js').Room, onClose: () => void}} props */
export const RoomSettings = ({ room, onClose }) => {
  const [{ title, subject, description, slow, archived }] = useState(/** @type {import('./room.js').RoomInfo} */ (room.info))
  const form = useForm({
    check: values => ({ title: values.title.trim() ? '' : 'Give the room a title.' }),
    send: async values => {
      await room.call('change', { title: values.title, subject: values.subject, description: values.description, slow: Number(values.slow) })
      onClose()
    },
  })
  const [error, setError] = useState('')
  const archive = () => room.call('change', { archived: !archived }).then(onClose, problem => setError(problem.message))
  return html`<${Dialog} title="Room settings" onClose=${onClose}>
    <${FormOf} form=${form}>
      <${Field} form=${form} name="title" label="Title" maxlength="80" autocomplete="off" value=${title} spellcheck="true" />
      <${Field} form=${form} name="subject" label="Topic" maxlength="250" autocomplete="off" value=${subject} spellcheck="true" hint="Stands under the title." />
      <${Area} form=${form} name="description" label="Description" maxlength="2000" value=${description} />
      <${Choice} form=${form} name="slow" label="Slow mode: a member writes once in" options=${paces(slow)} value=${String(slow)} />
      <${FormError} form=${form} />
      <div class="dialog-actions">
        ${owns(room.info, room.me) && html`<button type="button" class=${`button apart ${archived ? '' : 'warning'}`} onClick=${archive}>${archived ? 'Open it again' : 'Archive the room'}</button>`}
        <button type="button" class="button" onClick=${onClose}>Cancel</button>
        <${Submit} form=${form}>Save<//>
      </div>
      <p class="field-error" role="alert">${error}</p>
    <//>
  <//>`
}

/** The usual ones, and the present one. @param {number} slow @returns {[string, string][]} */
const paces = slow => PACES.some(([seconds]) => Number(seconds) === slow) ? PACES : [...PACES, [String(slow), `${slow} seconds`]]
