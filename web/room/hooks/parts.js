// @ts-check
// What both kinds of webhooks show.
import { useState } from 'preact/hooks'
import { CopyField } from '../../ui/copy.js'
import { html } from '../../ui/html.js'

/** A button that asks once more before it does something for good. @param {{label: string, of: string, onSure: () => void}} props */
export const Sure = ({ label, of, onSure }) => {
  const [asking, setAsking] = useState(false)
  if (!asking) return html`<button type="button" class="button" aria-label=${`${label} ${of}`} onClick=${() => setAsking(true)}>${label}</button>`
  return html`<button type="button" class="button warning" aria-label=${`Really ${label.toLowerCase()} ${of}`} autofocus onBlur=${() => setAsking(false)} onClick=${onSure}>Really?</button>`
}

/** A secret that was told just now. @param {{label: string, text: string, note: string}} props */
export const Told = ({ label, text, note }) => html`<div class="told">
  <${CopyField} id=${`told-${label.toLowerCase().replace(' ', '-')}`} label=${label} text=${text} />
  <p class="dim">${note} It is shown only now.</p>
</div>`

/** @param {{title: string, asked: import('./hooks.js').Desk['asked'], of: 'incoming' | 'outgoing', none: string, row: (one: any) => any}} props */
export const Listed = ({ title, asked: { value, error, load }, of, none, row }) => html`
  ${value?.[of].length > 0 && html`<ul class="rows" aria-label=${title}>${value[of].map(row)}</ul>`}
  ${value?.[of].length === 0 && html`<p class="dim">${none}</p>`}
  ${error && html`<p class="not-yet" role="alert">${error} <button type="button" class="link" onClick=${load}>Try again</button></p>`}`
