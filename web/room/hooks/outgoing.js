// @ts-check
// Addresses to which what happens in this room is posted, and how that goes.
import { useState } from 'preact/hooks'
import { NotYet, useAsked } from '../../identity/asked.js'
import { Field, FormError, FormOf, Submit, useForm } from '../../ui/form.js'
import { html } from '../../ui/html.js'
import { When } from '../../ui/time.js'
import { Choice } from '../choices.js'
import { Listed, Sure, Told } from './parts.js'
import { EVENTS, hostOf, outcome, stateWords, typesOf } from './words.js'

/** @import { Desk } from './hooks.js' */
/** @import { Delivery, Outgoing as Hook } from './words.js' */

/** @param {{desk: Desk}} props */
export const Outgoing = ({ desk }) => {
  const { line, room, asked } = desk
  const [secret, setSecret] = useState('')
  const form = useForm({
    check: ({ name, url }) => ({ name: name.trim() ? '' : 'Give it a name.', url: hostOf(url) ? '' : 'An address begins with https://' }),
    send: async ({ name, url, events, trigger }) => {
      const made = await line.call('openline.hook.subscribe', { room: room.name, name, url: url.trim(), types: typesOf(events), trigger: trigger.trim() })
      setSecret(made.secret)
      form.ref.current?.reset()
      await asked.load()
    },
  })
  const rotate = async (/** @type {string} */ id) => setSecret((await desk.act('rotate', id))?.secret ?? '')
  return html`<section class="desk-part">
    <h3>Programs hear what happens here</h3>
    <p class="dim">Each event is posted as JSON, signed, in order, and again until it is taken.</p>
    <${Listed} title="Programs that hear what happens here" asked=${asked} of="outgoing" none="No program hears of this room."
      row=${(/** @type {Hook} */ hook) => html`<${Row} key=${hook.id} hook=${hook} desk=${desk} onRotate=${rotate} />`} />
    <${FormOf} form=${form} kind="hook-form" label="Let a program hear">
      <div class="hook-fields">
        <${Field} form=${form} name="name" label="Name" maxlength="40" autocomplete="off" placeholder="Archive" />
        <${Field} form=${form} name="url" label="Address" type="url" maxlength="2000" autocomplete="off" placeholder="https://" />
        <${Choice} form=${form} name="events" label="Of" options=${Object.entries(EVENTS).map(([key, { label }]) => [key, label])} />
        <${Field} form=${form} name="trigger" label="Only after the word" maxlength="40" autocomplete="off" />
      </div>
      <${FormError} form=${form} />
      <${Submit} form=${form} kind="">Post to this address<//>
    <//>
    ${secret && html`<${Told} label="Signing secret" text=${secret} note="The program checks by it that an event is from here. A secret that it had before is good for another day." />`}
  </section>`
}

/** @param {{hook: Hook, desk: Desk, onRotate: (id: string) => void}} props */
const Row = ({ hook, desk, onRotate }) => {
  const { id, name, url, state } = hook
  const [shown, setShown] = useState(false)
  const [tried, setTried] = useState('')
  const attempt = async () => {
    setTried('One moment…')
    const made = await desk.act('try', id)
    setTried(made ? outcome(made) : '')
  }
  return html`<li class="row-item hook wide-hook">
    <span class="hook-words"><bdi class="hook-name">${name}</bdi>${state !== 'working' && html` <span class=${`badge ${state === 'paused' ? 'danger' : ''}`}>${state === 'paused' ? 'Paused' : 'Failing'}</span>`}
      <span class="dim"><bdi>${hostOf(url)}</bdi> · ${stateWords(hook)}</span></span>
    <div class="acts">
      <button type="button" class="button" aria-label=${`Try ${name}`} onClick=${attempt}>Try</button>
      ${state !== 'working' && html`<button type="button" class="button" aria-label=${`Go on with ${name}`} onClick=${() => desk.act('resume', id)}>Go on</button>`}
      <button type="button" class="button" aria-expanded=${shown} aria-label=${`What was sent to ${name}`} onClick=${() => setShown(!shown)}>Sent</button>
      <button type="button" class="button" aria-label=${`New secret for ${name}`} onClick=${() => onRotate(id)}>New secret</button>
      <${Sure} label="Revoke" of=${name} onSure=${() => desk.act('revoke', id)} />
    </div>
    <p class="dim hook-tried" role="status">${tried}</p>
    ${shown && html`<${Sent} key=${tried} desk=${desk} hook=${hook} />`}
  </li>`
}

/** @param {{desk: Desk, hook: Hook}} props */
const Sent = ({ desk: { line }, hook: { id, name } }) => {
  const { value, error, load } = useAsked(line, 'openline.hook.deliveries', { hook: id })
  if (!value) return html`<${NotYet} error=${error} onAgain=${load} />`
  return value.deliveries.length === 0 ? html`<p class="dim">Nothing was sent yet.</p>`
    : html`<ul class="sent" aria-label=${`Sent to ${name}`} tabindex="0">${value.deliveries.map((/** @type {Delivery} */ one) => html`<li key=${one.number} data-well=${one.why ? null : ''}>
        <span>${one.type.replace('_', ' ')}</span> <span class="dim"><${When} at=${one.at} /></span> <span>${outcome(one)}</span>
      </li>`)}</ul>`
}
