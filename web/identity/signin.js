// @ts-check
// In with a name and a password.
import { useState } from 'preact/hooks'
import { session } from '../session.js'
import { Field, FormError, FormOf, PasswordField, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { forgotHash, problemsOf, waitIn } from './rules.js'

/** @param {import('./door.js').WayProps} props */
export const SignIn = ({ ways, onEntered }) => {
  const { lastLogin } = session
  const [typed, setTyped] = useState(lastLogin)
  const form = useForm({
    check: ({ login, password }) => ({
      login: login.trim() ? '' : 'Enter your sign-in name.',
      password: password ? '' : 'Enter your password.',
    }),
    send: async ({ login, password }) => onEntered(await session.signIn({ login: login.trim(), password })),
    problemsOf, waitIn,
  })
  return html`<${FormOf} form=${form}>
    <${Field} form=${form} name="login" label="Sign-in name" autocomplete="username" autocapitalize="none" defaultValue=${lastLogin}
      onInput=${(/** @type {any} */ { target }) => setTyped(target.value)} autofocus=${!lastLogin} required />
    <${PasswordField} form=${form} name="password" label="Password" autocomplete="current-password" enterkeyhint="go" autofocus=${Boolean(lastLogin)} required />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Sign in<//>
    ${ways.forgot && html`<p class="forgot"><a href=${forgotHash(typed)}>Forgot your password?</a></p>`}
  <//>`
}
