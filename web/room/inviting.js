// @ts-check
// Ways into a room for others: a link to hand on, and somebody by name.
import { useState } from 'preact/hooks'
import { useAsked } from '../identity/asked.js'
import { CopyField } from '../ui/copy.js'
import { Dialog } from '../ui/dialog.js'
import { Field, FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { When, full } from '../ui/time.js'
import { Choice } from './choices.js'
import { moderates } from './standing.js'

/** @typedef {{id: string, by: {name: string}, uses: number | null, used: number, created: number, expires: number}} Link */

/** @param {{line: import('../line/line.js').Line, room: import('./room.js').Room, onClose: () => void}} props */
export const InviteDialog = ({ line, room, onClose }) => html`<${Dialog} title="Invite people" onClose=${onClose}>
  <${ByName} room=${room} />
  ${moderates(room.info, room.me) && html`<${Links} line=${line} room=${room} />`}
<//>`

/** @param {{room: import('./room.js').Room}} props */
const ByName = ({ room }) => {
  const [said, setSaid] = useState('')
  const form = useForm({
    check: ({ person }) => ({ person: person.trim() ? '' : 'Whom?' }),
    send: async ({ person }) => {
      const { name } = await room.call('invite_person', { person: person.trim() })
      setSaid(`${name} is invited.`)
      form.ref.current?.reset()
    },
    problemsOf: ({ message }) => ({ person: message }),
  })
  return html`<${FormOf} form=${form} label="Invite by name">
    <div class="inline-form">
      <${Field} form=${form} name="person" label="Name" hint="Somebody who is in another room with you." maxlength="200" autocomplete="off" autofocus onInput=${() => setSaid('')} />
      <${Submit} form=${form}>Invite<//>
    </div>
    <p class="dim said" role="status">${said}</p>
  <//>`
}

/** @param {{line: import('../line/line.js').Line, room: import('./room.js').Room}} props */
const Links = ({ line, room }) => {
  const { value, load } = useAsked(line, 'openline.room.invites', { room: room.name })
  const [made, setMade] = useState(/** @type {{code: string, expires: number} | null} */ (null))
  const form = useForm({
    send: async ({ days, uses }) => {
      setMade(await room.call('invite', { days: Number(days), ...(uses ? { uses: Number(uses) } : {}) }))
      await load()
    },
  })
  const revoke = async (/** @type {string} */ id) => {
    await room.call('revoke_invite', { id }).catch(() => {})
    await load()
  }
  return html`<${FormOf} form=${form} kind="links" label="Invite by a link">
    <div class="pair">
      <${Choice} form=${form} name="days" label="A link, good for" options=${[['1', 'A day'], ['10', '10 days'], ['30', '30 days'], ['365', 'A year']]} value="10" />
      <${Choice} form=${form} name="uses" label="By" options=${[['', 'Anybody'], ['1', 'One person'], ['10', '10 people'], ['100', '100 people']]} />
    </div>
    <${FormError} form=${form} />
    <${Submit} form=${form} kind="">Make a link<//>
    ${made && html`<${CopyField} label="Invitation" text=${new URL(`#/join/${made.code}`, document.baseURI).href} />
      <p class="dim">Good until ${full(made.expires)}. It is shown only now.</p>`}
    ${value?.invites.length > 0 && html`<h3 class="links-head">Links that are good</h3>
      <ul class="rows">${value.invites.map((/** @type {Link} */ link) => html`<${MadeLink} key=${link.id} link=${link} onRevoke=${revoke} />`)}</ul>`}
  <//>`
}

/** @param {{link: Link, onRevoke: (id: string) => void}} props */
const MadeLink = ({ link: { id, by, uses, used, created }, onRevoke }) => html`<li class="row-item">
  <span><bdi>${by.name}</bdi> <span class="dim"><${When} at=${created} /> · used ${used}${uses === null ? '' : ` of ${uses}`}</span></span>
  <button type="button" class="button" onClick=${() => onRevoke(id)}>Revoke</button>
</li>`
