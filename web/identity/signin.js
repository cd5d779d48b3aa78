// @ts-check
// In with a name and a password.
import { session } from '../session.js'
import { Field, FormError, FormOf, PasswordField, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { problemsOf, waitIn } from './rules.js'

/** @param {import('./door.js').WayProps} props */
export const SignIn = ({ onEntered }) => {
  const { lastLogin } = session
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
      autofocus=${!lastLogin} required />
    <${PasswordField} form=${form} name="password" label="Password" autocomplete="current-password" enterkeyhint="go" autofocus=${Boolean(lastLogin)} required />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Sign in<//>
  <//>`
}
