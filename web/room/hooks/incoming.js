// @ts-check
// Addresses to which programs post what they have to say in this room.
import { useState } from 'preact/hooks'
import { Face } from '../../ui/avatar.js'
import { Field, FormError, FormOf, Submit, useForm } from '../../ui/form.js'
import { html } from '../../ui/html.js'
import { When } from '../../ui/time.js'
import { Listed, Sure, Told } from './parts.js'

/** @import { Desk } from './hooks.js' */
/** @typedef {{id: string, name: string, icon: string, everybody: boolean, by: {name: string}, created: number, used: number | null}} Hook */

/** @param {{desk: Desk}} props */
export const Incoming = ({ desk }) => {
  const { line, room, asked } = desk
  const [made, setMade] = useState('')
  const form = useForm({
    check: ({ name }) => ({ name: name.trim() ? '' : 'Give it a name.' }),
    send: async ({ name, icon = '', everybody }) => {
      const { secret } = await line.call('openline.hook.make', { room: room.name, name, icon: icon.trim(), everybody: Boolean(everybody) })
      setMade(new URL(`hooks/${secret}`, document.baseURI).href)
      form.ref.current?.reset()
      await asked.load()
    },
    problemsOf: ({ message, field }, has) => ({ [field && has(field) ? field : '']: message }),
  })
  return html`<section class="desk-part">
    <h3>Programs speak here</h3>
    <p class="dim">A build server, a monitor or a script posts to an address of its own, in the form that it takes for Slack.</p>
    <${Listed} title="Programs that speak here" asked=${asked} of="incoming" none="No program speaks here."
      row=${(/** @type {Hook} */ hook) => html`<${Row} key=${hook.id} hook=${hook} desk=${desk} />`} />
    <${FormOf} form=${form} kind="hook-form" label="Let a program speak">
      <div class="hook-fields">
        <${Field} form=${form} name="name" label="Name" maxlength="40" autocomplete="off" placeholder="Builds" />
        <${Field} form=${form} name="icon" label="Emoji or letter" maxlength="16" autocomplete="off" />
      </div>
      <label class="tick"><input type="checkbox" name="everybody" /> It may call everybody by @room</label>
      <${FormError} form=${form} />
      <${Submit} form=${form} kind="">Make an address<//>
    <//>
    ${made && html`<${Told} label="Its address" text=${made} note="Whoever has it can speak in this room." />`}
  </section>`
}

/** @param {{hook: Hook, desk: Desk}} props */
const Row = ({ hook: { id, name, icon, everybody, by, created, used }, desk: { act } }) => html`<li class="row-item hook">
  <${Face} of=${{ id: `hook_${id}`, name: icon || name }} avatar="" />
  <span class="hook-words"><bdi class="hook-name">${name}</bdi>${everybody && html` <span class="badge">@room</span>`}
    <span class="dim">${used ? html`Last used <${When} at=${used} />` : 'Never used'} · made by <bdi>${by.name}</bdi> <${When} at=${created} /></span></span>
  <${Sure} label="Revoke" of=${name} onSure=${() => act('revoke', id)} />
</li>`
