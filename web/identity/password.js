// @ts-check
// Another password, for who knows the one until now.
import { FormError, FormOf, PasswordField, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { toast } from '../ui/toast.js'
import { checkPassword, problemsOf, waitIn } from './rules.js'

/** @param {{line: import('../line/line.js').Line, profile: import('./account.js').Profile}} props */
export const ChangePassword = ({ line, profile }) => {
  const form = useForm({
    check: ({ old, new: password }) => ({ old: old ? '' : 'Enter your current password.', new: checkPassword(password) }),
    send: async ({ old, new: password }) => {
      await line.call('openline.identity.change_password', { old, new: password }, { timeout: 30 })
      form.ref.current?.reset()
      toast({ text: 'Your password is changed.' })
    },
    problemsOf: (error, has) => error.uri?.endsWith('.wrong_password') ? { old: 'This is not your password.' } : problemsOf(error, has),
    waitIn,
  })
  if (!profile.has_password) return html`<p>You sign in here without a password. Whoever runs this place can give you a link to set one.</p>`
  return html`<${FormOf} form=${form} label="Password">
    <input type="text" name="login" autocomplete="username" value=${profile.login} hidden readonly />
    <${PasswordField} form=${form} name="old" label="Current password" autocomplete="current-password" required />
    <${PasswordField} form=${form} name="new" label="New password" hint="At least 10 characters." autocomplete="new-password" minlength="10" required />
    <${FormError} form=${form} />
    <div class="row"><${Submit} form=${form} kind="">Change password<//></div>
  <//>`
}
