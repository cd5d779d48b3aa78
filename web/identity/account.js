// @ts-check
// One's own account: how others see it, its password, and where it is signed in.
import { hasAccount, session } from '../session.js'
import { html } from '../ui/html.js'
import { Page, Section } from '../ui/page.js'
import { NotYet, useAsked } from './asked.js'
import { Devices } from './devices.js'
import { ChangePassword } from './password.js'
import { EditProfile } from './profile.js'

/** @import { Line } from '../line/line.js' */
/** @typedef {{id: string, login: string, name: string, role: string, avatar: string, has_password: boolean}} Profile */

/** @param {{line: Line, person: import('../session.js').Person, onSignOut: (everywhere: boolean) => void, children?: any}} props */
export const Account = ({ line, person, onSignOut, children }) => html`<${Page} title="Your account">
  ${hasAccount(person) ? html`<${Owned} line=${line} onSignOut=${onSignOut} />` : html`<${ForGuests} name=${person.name} />`}
  ${children}
  <${Section} title="Sign out" words="What you said stays in its rooms.">
    <div class="row">
      <button class="button" onClick=${() => onSignOut(false)}>Sign out here</button>
      ${hasAccount(person) && html`<button class="button" onClick=${() => onSignOut(true)}>Sign out everywhere</button>`}
    </div>
  <//>
<//>`

/** @param {{line: Line, onSignOut: (everywhere: boolean) => void}} props */
const Owned = ({ line }) => {
  const { value: profile, error, load } = useAsked(line, 'openline.identity.me')
  const changed = async (/** @type {Profile} */ { name }) => {
    session.update({ name })
    await line.renew().catch(() => {}) // what is said from now on is said under the new name; else soon
    await load()
  }
  if (!profile) return html`<${NotYet} error=${error} onAgain=${load} />`
  return html`
    <${Section} title="Profile" words="How others see you.">
      <${EditProfile} line=${line} profile=${profile} onChanged=${changed} />
    <//>
    <${Section} title="Password" words="Changing it signs you out on your other devices.">
      <${ChangePassword} line=${line} profile=${profile} />
    <//>
    <${Section} title="Devices" words="Where you are signed in. End what you do not know.">
      <${Devices} line=${line} />
    <//>`
}

/** @param {{name: string}} props */
const ForGuests = ({ name }) => html`<${Section} title="You are a guest" words="Guests go by a name in one browser.">
  <p>Others know you as <strong><bdi>${name}</bdi></strong>. With an account your name stays yours, and you sign in with it on all your devices.</p>
  <div class="row">
    <a class="button primary" href="#/sign-up">Create an account</a>
    <a class="button" href="#/sign-in">Sign in</a>
  </div>
<//>`
