// @ts-check
// How oneself is shown: the button beside one's own name, and what it opens.
import { useState } from 'preact/hooks'
import { useChanges } from '../ui/changes.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Status } from '../ui/icons.js'
import { toast } from '../ui/toast.js'
import { people, stateOf, wordsOf } from './people.js'

/** @import { Presence } from './presence.js' */

const LONGEST = 100
/** @type {[state: Presence['status']['state'], name: string, about: string][]} */
const STATES = [
  ['active', 'Active', 'Away by itself, when you touch nothing for five minutes'],
  ['away', 'Away', 'Whatever you do'],
  ['do_not_disturb', 'Do not disturb', 'Others see that you want to be left alone'],
]
/** @type {[minutes: number, name: string][]} */
const ENDS = [[0, 'Until I change it'], [30, 'For 30 minutes'], [60, 'For an hour'], [240, 'For 4 hours'], [-1, 'Until the end of today']]

/** @param {number} minutes @param {Date} now @returns {number | null} seconds since 1970 */
export const endOf = (minutes, now) => {
  if (!minutes) return null
  if (minutes > 0) return now.getTime() / 1000 + minutes * 60
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() / 1000
}

/** @param {{presence: Presence, id: string}} props */
export const StatusButton = ({ presence, id }) => {
  const [open, setOpen] = useState(false)
  useChanges(people, id)
  useChanges(presence)
  const entry = people.of(id)
  const state = entry ? stateOf(entry) : presence.status.state
  const words = [wordsOf(state), entry?.text ?? presence.status.text].filter(Boolean).join(': ')
  return html`<button class="icon-button" aria-label=${`Your status: ${words}`} title=${words} onClick=${() => setOpen(true)}>
      <${Status} />
    </button>
    ${open && html`<${StatusDialog} presence=${presence} onClose=${() => setOpen(false)} />`}`
}

/** @param {{presence: Presence, onClose: () => void}} props */
const StatusDialog = ({ presence, onClose }) => {
  const { status } = presence
  const [state, setState] = useState(status.state)
  const [text, setText] = useState(status.text)
  const [minutes, setMinutes] = useState(0)
  const save = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    try {
      const until = status.until && !minutes && isAsBefore() ? status.until : endOf(minutes, new Date())
      await presence.choose({ state, text, until })
      onClose()
    } catch (error) {
      toast({ text: /** @type {Error} */ (error).message })
    }
  }
  const isAsBefore = () => state === status.state && text === status.text
  return html`<${Dialog} title="Your status" onClose=${onClose}>
    <form class="status-form" onSubmit=${save}>
      <fieldset class="status-states"><legend class="hidden">How you are shown</legend>
        ${STATES.map(([value, name, about]) => html`<label key=${value} class="status-state">
          <input type="radio" name="state" value=${value} aria-label=${name} aria-describedby=${`status-${value}`} checked=${state === value} onChange=${() => setState(value)} />
          <span class="presence-dot large" data-state=${value} aria-hidden="true"></span>
          <span class="status-name">${name}<small id=${`status-${value}`} class="dim">${about}</small></span>
        </label>`)}
      </fieldset>
      <label for="status-text">What are you up to?</label>
      <input id="status-text" class="field" type="text" maxlength=${LONGEST} autocomplete="off" placeholder="Nothing is shown" value=${text}
        onInput=${(/** @type {any} */ { target }) => setText(target.value)} />
      <label class="status-end" for="status-end">How long</label>
      <select id="status-end" class="field" value=${String(minutes)} onChange=${(/** @type {any} */ { target }) => setMinutes(Number(target.value))}>
        ${ENDS.map(([value, name]) => html`<option key=${value} value=${String(value)}>${name}</option>`)}
      </select>
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>Cancel</button>
        <button class="button primary">Save</button>
      </div>
    </form>
  <//>`
}
