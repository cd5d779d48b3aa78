// @ts-check
// A new password, by the link that an operator gave or that was mailed.
import { session } from '../session.js'
import { FormError, FormOf, PasswordField, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { checkPassword, problemsOf, waitIn } from './rules.js'

/** @param {import('./door.js').WayProps} props */
export const Reset = ({ route, onEntered }) => {
  const form = useForm({
    check: ({ password }) => ({ password: checkPassword(password) }),
    send: async ({ password }) => onEntered(await session.reset({ code: route.code, password })),
    problemsOf, waitIn,
  })
  return html`<${FormOf} form=${form}>
    <${PasswordField} form=${form} name="password" label="New password" hint="At least 10 characters." autocomplete="new-password" minlength="10" enterkeyhint="go" autofocus required />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Set password and sign in<//>
  <//>`
}
