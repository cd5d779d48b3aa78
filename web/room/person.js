// @ts-check
// One person of a room: a talk with them, and for those who run the room, what they are in it and what is done about them.
import { useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { Back } from '../ui/icons.js'
import { toast } from '../ui/toast.js'
import { Choice, Reason, TERMS } from './choices.js'
import { outranks, owns } from './standing.js'

/** @import { Member, Room } from './room.js' */
/** @typedef {'mute' | 'kick' | 'ban'} Act */

const ACTS = /** @type {Record<Act, {label: string, done: string, hint: string}>} */ ({
  mute: { label: 'Mute', done: 'is muted', hint: 'They read on, and do not write.' },
  kick: { label: 'Remove', done: 'is removed', hint: 'They are out at once. Into a public room they may come again.' },
  ban: { label: 'Ban', done: 'is banned', hint: 'They are out at once, and do not come in again until then.' },
})

/** @param {{room: Room, member: Member, onBack: () => void, onChanged: () => void, onTalk: (id: string) => void}} props */
export const PersonIn = ({ room, member, onBack, onChanged, onTalk }) => {
  const [act, setAct] = useState(/** @type {Act | null} */ (null))
  const over = outranks(room.info, room.me, member)
  return html`<div class="person-in">
    <button class="button quiet back" onClick=${onBack}><${Back} />All members</button>
    <div class="person-head"><${Avatar} of=${member} /><p><bdi class="thing-name">${member.name}</bdi><span class="dim">${roleWords[member.role]}</span></p></div>
    ${member.id !== room.me.id && room.info?.kind !== 'direct' && html`<button class="button wide" onClick=${() => onTalk(member.id)}>Talk to them alone</button>`}
    ${owns(room.info, room.me) && html`<${RoleChoice} room=${room} member=${member} onChanged=${onChanged} />`}
    ${over && !act && html`<div class="acts">${/** @type {Act[]} */ (['mute', 'kick', 'ban']).map(one =>
      html`<button key=${one} class=${`button ${one === 'mute' ? '' : 'warning'}`} onClick=${() => setAct(one)}>${ACTS[one].label}…</button>`)}</div>`}
    ${act && html`<${Sanction} room=${room} member=${member} act=${act} onClose=${() => setAct(null)} onDone=${() => {
      toast({ text: `${member.name} ${ACTS[act].done}.` })
      onChanged()
      onBack()
    }} />`}
  </div>`
}

export const roleWords = { owner: 'Owner', moderator: 'Moderator', member: 'Member' }

/** @param {{room: Room, member: Member, onChanged: () => void}} props */
const RoleChoice = ({ room, member, onChanged }) => {
  const [error, setError] = useState('')
  const change = async (/** @type {any} */ { target }) => {
    setError('')
    await room.call('set_role', { person: member.id, role: target.value }).catch(problem => setError(problem.message))
    onChanged()
  }
  return html`<div class="entry">
    <label for="member-role">Role in this room</label>
    <select id="member-role" class="field" value=${member.role} onChange=${change}>
      ${Object.entries(roleWords).map(([role, words]) => html`<option key=${role} value=${role}>${words}</option>`)}
    </select>
    <p class="field-error" role="alert">${error}</p>
  </div>`
}

/** @param {{room: Room, member: Member, act: Act, onClose: () => void, onDone: () => void}} props */
const Sanction = ({ room, member, act, onClose, onDone }) => {
  const { label, hint } = ACTS[act]
  const form = useForm({
    send: async ({ why, seconds }) => {
      await room.call(act, { person: member.id, why, ...(seconds ? { seconds: Number(seconds) } : {}) })
      onDone()
    },
  })
  return html`<${FormOf} form=${form} label=${`${label} ${member.name}`}>
    <p class="dim about-words">${hint}</p>
    ${act !== 'kick' && html`<${Choice} form=${form} name="seconds" label="For" options=${TERMS} value="3600" />`}
    <${Reason} form=${form} autofocus />
    <${FormError} form=${form} />
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${onClose}>Cancel</button>
      <${Submit} form=${form} kind=${act === 'mute' ? 'primary' : 'danger'}>${label}<//>
    </div>
  <//>`
}
