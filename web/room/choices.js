// @ts-check
// Fields that several dialogs of a room share.
import { Field } from '../ui/form.js'
import { html } from '../ui/html.js'

/** @param {{form: import('../ui/form.js').Form, name: string, label: string, options: [string, string][], value?: string}} props */
export const Choice = ({ form, name, label, options, value = options[0][0] }) => html`<div class="entry">
  <label for=${`${form.id}-${name}`}>${label}</label>
  <select id=${`${form.id}-${name}`} name=${name} class="field">
    ${options.map(([key, words]) => html`<option key=${key} value=${key} selected=${key === value}>${words}</option>`)}
  </select>
</div>`

/** @param {{form: import('../ui/form.js').Form, autofocus?: boolean}} props */
export const Reason = ({ form, autofocus = false }) => html`<${Field} form=${form} name="why" label="Reason" maxlength="250" autocomplete="off" spellcheck="true" autofocus=${autofocus} />`

/** @param {{form: import('../ui/form.js').Form, name: string, label: string, value: string, maxlength: number}} props */
export const Area = ({ form, name, label, value, maxlength }) => html`<div class="entry">
  <label for=${`${form.id}-${name}`}>${label}</label>
  <textarea id=${`${form.id}-${name}`} name=${name} class="field area" rows="4" maxlength=${maxlength} dir="auto">${value}</textarea>
</div>`

/** @type {[string, string][]} for how long, in seconds */
export const TERMS = [['600', '10 minutes'], ['3600', 'An hour'], ['86400', 'A day'], ['604800', 'A week'], ['', 'For good']]

/** @type {[string, string][]} */
export const PACES = [['0', 'Off'], ['5', '5 seconds'], ['10', '10 seconds'], ['30', '30 seconds'], ['60', '1 minute'], ['300', '5 minutes'], ['900', '15 minutes'], ['3600', '1 hour'], ['21600', '6 hours']]
