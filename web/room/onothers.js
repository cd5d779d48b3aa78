// @ts-check
// What can be done with somebody else's message: to report it, and for moderators to delete it.
import { useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { Flag, Trash } from '../ui/icons.js'
import { toast } from '../ui/toast.js'
import { Reason } from './choices.js'
import { moderates } from './standing.js'

/** @import { Asking, Room } from './room.js' */

/** @param {{room: Room, message: import('./state.js').Message}} props */
export const OnOthers = ({ room, message: { id, by } }) => {
  const ask = (/** @type {Asking['what']} */ what) => room.ask({ what, message: id, name: by.name })
  return html`<button class="icon-button" aria-label="Report" title="Report" onClick=${() => ask('report')}><${Flag} /></button>
    ${moderates(room.info, room.me) && html`<button class="icon-button" aria-label="Delete" title="Delete" onClick=${() => ask('take_down')}><${Trash} /></button>`}`
}

const WORDS = {
  report: { title: 'Report this message?', act: 'Report', done: 'Reported to the moderators of this room.', hint: 'Moderators see the message and who reported it.' },
  take_down: { title: 'Delete this message?', act: 'Delete', done: 'Message deleted', hint: 'Everybody sees that you deleted it, and why. It cannot be undone.' },
}

/** Asks why, and does it. @param {{room: Room}} props */
export const AboutMessage = ({ room }) => {
  const [asking] = useState(room.asking)
  const close = () => room.ask(null)
  const form = useForm({
    send: async ({ why }) => {
      if (!asking) return
      await room.call(asking.what, { message: asking.message, why })
      toast({ text: WORDS[asking.what].done })
      close()
    },
  })
  if (!asking) return null
  const { title, act, hint } = WORDS[asking.what]
  return html`<${Dialog} title=${title} onClose=${close}>
    <${FormOf} form=${form}>
      <p class="dim about-words">From <bdi>${asking.name}</bdi>. ${hint}</p>
      <${Reason} form=${form} autofocus />
      <${FormError} form=${form} />
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${close}>Cancel</button>
        <${Submit} form=${form} kind=${asking.what === 'report' ? 'primary' : 'danger'}>${act}<//>
      </div>
    <//>
  <//>`
}
