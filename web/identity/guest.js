// @ts-check
// In with a name and nothing else.
import { useState } from 'preact/hooks'
import { session } from '../session.js'
import { Field, FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { problemsOf, waitIn } from './rules.js'

const LONGEST = 40

/** @param {import('./door.js').WayProps} props */
export const Guest = ({ onEntered }) => {
  const [name] = useState(() => session.person?.name ?? '')
  const form = useForm({
    check: ({ name }) => ({ name: name.trim() ? '' : 'Enter a name, so that others know who is talking.' }),
    send: async ({ name }) => onEntered(await session.enter(name.trim())),
    problemsOf, waitIn,
  })
  return html`<${FormOf} form=${form}>
    <${Field} form=${form} name="name" label="Your name" hint="Others see it beside what you say." autocomplete="nickname" maxlength=${LONGEST}
      enterkeyhint="go" autofocus defaultValue=${name} />
    <${FormError} form=${form} />
    <${Submit} form=${form}>Continue<//>
  <//>`
}
