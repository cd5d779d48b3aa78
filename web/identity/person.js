// @ts-check
// One account, in an operator's hands.
import { useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { CopyField } from '../ui/copy.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { When } from '../ui/time.js'

/** @param {{line: import('../line/line.js').Line, user: import('./people.js').User, me: string, onChanged: () => Promise<void>, onClose: () => void}} props */
export const PersonDialog = ({ line, user, me, onChanged, onClose }) => {
  const { id, login, name, role, disabled, created, used } = user
  const [link, setLink] = useState('')
  const [said, setSaid] = useState('')
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)

  /** @param {string} uri @param {object} request @param {(reply: any) => string} tell */
  const act = async (uri, request, tell) => {
    if (busy) return
    setBusy(true)
    setError('')
    setSaid('')
    try {
      setSaid(tell(await line.call(uri, { id, ...request })))
      await onChanged()
    } catch (problem) {
      setError(/** @type {Error} */ (problem).message)
    }
    setBusy(false)
  }
  const setRole = (/** @type {any} */ { target }) => act('openline.identity.set_role', { role: target.value }, () => 'The role is changed.')
  const disable = () => act('openline.identity.disable', { disabled: !disabled }, () => disabled ? 'This account can sign in again.' : 'This account is disabled, and signed out everywhere.')
  const revoke = () => act('openline.identity.revoke', {}, () => 'Signed out everywhere.')
  const reset = () => act('openline.identity.reset', {}, ({ code }) => {
    setLink(new URL(`#/reset/${code}`, document.baseURI).href)
    return 'The link is good once.'
  })
  return html`<${Dialog} title=${name} onClose=${onClose}>
    <div class="person-head">
      <${Avatar} of=${user} />
      <p>${login && html`<span class="fact">${login}</span>`}<span class="dim">Since <${When} at=${created} />${used ? html`, active <${When} at=${used} />` : ', never signed in'}</span></p>
    </div>
    <label for="person-role">Role</label>
    <select id="person-role" class="field" value=${role} onChange=${setRole} disabled=${busy}>
      <option value="member">Member</option>
      <option value="operator">Operator</option>
    </select>
    <p class="dim hint">Operators see everybody's accounts, and change them.</p>
    <div class="stack">
      <button class="button" onClick=${reset}>Make a link to a new password</button>
      <button class="button" onClick=${revoke}>Sign out everywhere</button>
      ${id !== me && html`<button class=${`button ${disabled ? '' : 'warning'}`} onClick=${disable}>${disabled ? 'Enable this account' : 'Disable this account'}</button>`}
    </div>
    ${link && html`<${CopyField} label="Link to a new password" text=${link} />`}
    <p class="form-error" role="alert">${error}</p>
    <p class="dim said" role="status">${said}</p>
  <//>`
}
