// @ts-check
// A link to a new password, for who forgot theirs. Whether there is such an account is not said.
import { useEffect, useRef, useState } from 'preact/hooks'
import { session } from '../session.js'
import { Field, FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { problemsOf, waitIn } from './rules.js'

/** @param {import('./door.js').WayProps} props */
export const Forgot = ({ route }) => {
  const [sent, setSent] = useState(false)
  const words = useRef(/** @type {HTMLParagraphElement | null} */ (null))
  useEffect(() => words.current?.focus(), [sent])
  const form = useForm({
    check: ({ login }) => ({ login: login.trim() ? '' : 'Enter your sign-in name.' }),
    send: async ({ login }) => {
      await session.forgot({ login: login.trim() })
      setSent(true)
    },
    problemsOf, waitIn,
  })
  if (sent) return html`<p ref=${words} class="fact" role="status" tabindex="-1">If there is such an account, a link is on its way.</p>`
  return html`<${FormOf} form=${form}>
    <${Field} form=${form} name="login" label="Sign-in name" autocomplete="username" autocapitalize="none" enterkeyhint="go" defaultValue=${route.code} autofocus required />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Send a link<//>
  <//>`
}
