// @ts-check
// A link that lets somebody make an account.
import { useState } from 'preact/hooks'
import { CopyField } from '../ui/copy.js'
import { Dialog } from '../ui/dialog.js'
import { FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { full } from '../ui/time.js'
import { problemsOf, waitIn } from './rules.js'

/** @param {{line: import('../line/line.js').Line, onClose: () => void}} props */
export const Invite = ({ line, onClose }) => {
  const [made, setMade] = useState(/** @type {{code: string, expires: number} | null} */ (null))
  const form = useForm({
    send: async ({ role, uses, days }) => setMade(await line.call('openline.identity.invite', { role, uses: Number(uses), days: Number(days) })),
    problemsOf, waitIn,
  })
  return html`<${Dialog} title="Invite" onClose=${onClose}>
    ${made ? html`
      <${CopyField} label="Invitation" text=${new URL(`#/invite/${made.code}`, document.baseURI).href} />
      <p class="dim">Good until ${full(made.expires)}. It is shown only now.</p>
      <div class="dialog-actions"><button class="button" onClick=${onClose}>Done</button></div>`
    : html`<${FormOf} form=${form}>
      <${Choice} name="role" label="As" options=${[['member', 'Member'], ['operator', 'Operator']]} />
      <${Choice} name="uses" label="For" options=${[['1', 'One person'], ['10', '10 people'], ['100', '100 people']]} />
      <${Choice} name="days" label="Good for" options=${[['1', 'A day'], ['7', 'A week'], ['30', 'A month']]} chosen="7" />
      <${FormError} form=${form} />
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>Cancel</button>
        <${Submit} form=${form}>Make a link<//>
      </div>
    <//>`}
  <//>`
}

/** @param {{name: string, label: string, options: string[][], chosen?: string}} props */
const Choice = ({ name, label, options, chosen = options[0][0] }) => html`<div class="entry">
  <label for=${`invite-${name}`}>${label}</label>
  <select id=${`invite-${name}`} name=${name} class="field">
    ${options.map(([value, words]) => html`<option key=${value} value=${value} selected=${value === chosen}>${words}</option>`)}
  </select>
</div>`
