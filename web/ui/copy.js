// @ts-check
// Something to hand on: it can be copied with one press, or by hand where the browser does not allow that.
import { useState } from 'preact/hooks'
import { html } from './html.js'
import { Copy } from './icons.js'

/** @param {{label: string, text: string, id?: string}} props  with an id of its own where there may be several */
export const CopyField = ({ label, text, id = 'copy-text' }) => {
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('This browser did not allow copying: press Ctrl C.')
    }
  }
  const select = (/** @type {any} */ { target }) => target.select()
  return html`<div class="copy">
    <label for=${id}>${label}</label>
    <div class="copy-box">
      <input id=${id} class="field" readonly value=${text} onFocus=${select} />
      <button type="button" class="button primary" onClick=${copy}><${Copy} />Copy</button>
    </div>
    <p class="dim copy-said" role="status">${said}</p>
  </div>`
}
