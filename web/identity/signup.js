// @ts-check
// A new account: by oneself where that is open, else with an invitation.
import { useRef, useState } from 'preact/hooks'
import { session } from '../session.js'
import { Field, FormError, FormOf, PasswordField, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { checkLogin, checkPassword, codeIn, loginOf, problemsOf, waitIn } from './rules.js'

const LONGEST = 40

/** @param {import('./door.js').WayProps} props */
export const SignUp = ({ route, ways, onEntered }) => {
  const asks = ways.sign_up === 'invite' && !route.code
  const [name] = useState(() => session.person?.name ?? '')
  const chosen = useRef(false)
  const form = useForm({
    check: ({ name, login, password, invite = route.code }) => ({
      invite: asks && !codeIn(invite) ? 'Enter the code of your invitation.' : '',
      name: name.trim() ? '' : 'Enter a name, so that others know who is talking.',
      login: checkLogin(login),
      password: checkPassword(password),
    }),
    send: async ({ name, login, password, invite = route.code }) => {
      const code = codeIn(invite)
      onEntered(await session.signUp({ name: name.trim(), login: login.trim(), password, ...(code ? { invite: code } : {}) }))
    },
    problemsOf, waitIn,
  })
  const suggest = (/** @type {any} */ { target }) => {
    const login = form.input('login')
    if (login && !chosen.current) login.value = loginOf(target.value)
  }
  return html`<${FormOf} form=${form}>
    ${asks && html`<${Field} form=${form} name="invite" label="Invitation" hint="The link or the code that you were given." autocomplete="one-time-code" autocapitalize="none" autofocus required />`}
    <${Field} form=${form} name="name" label="Your name" hint="Others see it beside what you say." autocomplete="name" maxlength=${LONGEST} defaultValue=${name} onInput=${suggest} autofocus=${!asks} required />
    <${Field} form=${form} name="login" label="Sign-in name" hint="Small letters, digits and . _ -" autocomplete="username" autocapitalize="none"
      defaultValue=${loginOf(name)} onInput=${(/** @type {any} */ { target }) => { chosen.current = target.value !== '' }} required />
    <${PasswordField} form=${form} name="password" label="Password" hint="At least 10 characters." autocomplete="new-password" minlength="10" enterkeyhint="go" required />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Create account<//>
  <//>`
}
