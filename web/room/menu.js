// @ts-check
// What one wants of a room: a favourite, muted, and of what to be notified. It holds on all of one's devices.
import { useState } from 'preact/hooks'
import { useChanges } from '../ui/changes.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Bell, BellOff, Check, Star } from '../ui/icons.js'
import { toast } from '../ui/toast.js'
import { counts } from './mine.js'

/** @import { Level } from './mine.js' */
/** @import { Personal } from './personal.js' */
/** @typedef {{room: string, title: string, personal: Personal}} Of */

/** @type {Record<Level, string>} */
export const LEVELS = { all: 'Every message', mentions: 'Only messages that mention you', nothing: 'Nothing' }

/** Do what may fail, and say so if it does. @param {Promise<unknown>} doing */
export const attempt = doing => doing.catch(error => void toast({ text: error.message }))

/** The way in, at the head of a room. @param {Of} props */
export const RoomMenu = props => {
  const [open, setOpen] = useState(false)
  const muted = props.personal.rooms.get(props.room)?.own.muted
  return html`<button class="icon-button" aria-label="Notifications and favourites" title="Notifications and favourites" onClick=${() => setOpen(true)}>
      <${muted ? BellOff : Bell} />
    </button>
    ${open && html`<${Menu} ...${props} onClose=${() => setOpen(false)} />`}`
}

/** @param {Of & {onClose: () => void}} props */
const Menu = ({ room, title, personal, onClose }) => {
  useChanges(personal)
  const kept = personal.rooms.get(room)
  const prefer = (/** @type {Parameters<Personal['prefer']>[1]} */ different) => void attempt(personal.prefer(room, different))
  const read = () => {
    personal.readOut(room)
    onClose()
  }
  return html`<${Dialog} title="You and this room" kind="sheet" onClose=${onClose}>
    <p class="dim"><bdi>${title}</bdi> · on all your devices</p>
    ${!kept ? html`<p class="menu-note">Join the room first.</p>` : html`
      <${Switch} icon=${Star} label="Favourite" words="First in your list of rooms" on=${kept.own.favourite} onChange=${(/** @type {boolean} */ favourite) => prefer({ favourite })} />
      <${Switch} icon=${BellOff} label="Muted" words="Last in your list, and silent" on=${kept.own.muted} onChange=${(/** @type {boolean} */ muted) => prefer({ muted })} />
      <${Levels} name="level" legend="Notify me of" value=${kept.own.level} disabled=${kept.own.muted}
        more=${{ default: `As usual (${LEVELS[personal.notices.level].toLowerCase()})` }} onChange=${(/** @type {Level} */ level) => prefer({ level })} />
      <button class="button menu-read" disabled=${!counts(kept).unread} onClick=${read}><${Check} />Mark as read</button>`}
  <//>`
}

/** @param {{icon: any, label: string, words: string, on: boolean, onChange: (on: boolean) => void}} props */
export const Switch = ({ icon: Icon, label, words, on, onChange }) => html`<label class="switch">
  <${Icon} /><span class="switch-words">${label}<span class="dim">${words}</span></span>
  <input type="checkbox" role="switch" checked=${on} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} />
</label>`

/** @param {{name: string, legend: string, value: string, disabled?: boolean, more?: Record<string, string>, onChange: (level: Level) => void}} props */
export const Levels = ({ name, legend, value, disabled = false, more = {}, onChange }) => html`<fieldset class="levels" disabled=${disabled}>
  <legend>${legend}</legend>
  ${Object.entries({ ...more, ...LEVELS }).map(([level, words]) => html`<label key=${level} class="level">
    <input type="radio" name=${name} checked=${level === value} onChange=${() => onChange(/** @type {Level} */ (level))} />${words}
  </label>`)}
</fieldset>`
