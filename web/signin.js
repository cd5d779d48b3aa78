// @ts-check
// The first page anybody sees: it asks for a name.
import { useEffect, useRef, useState } from 'preact/hooks'
import { signIn } from './session.js'
import { html } from './ui/html.js'
import { Logo } from './ui/icons.js'
import { ThemeButton } from './ui/theme.js'

const LONGEST = 40

/** @param {{reason: string, onSignedIn: (person: import('./session.js').Person) => void}} props */
export const SignIn = ({ reason, onSignedIn }) => {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null))
  const [error, setError] = useState(reason)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Openline'
    input.current?.focus()
  }, [])

  /** @param {string} why */
  const refuse = why => {
    setError(why)
    setBusy(false)
    input.current?.focus()
  }
  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    const name = input.current?.value.trim()
    if (!name) return refuse('Enter a name, so that others know who is talking.')
    setBusy(true)
    try {
      onSignedIn(await signIn(name))
    } catch (problem) {
      // A failed fetch has no sentence for people.
      refuse(problem instanceof TypeError ? 'The server does not answer. Check your connection and try again.'
        : /** @type {Error} */ (problem).message)
    }
  }

  return html`<main class="welcome">
    <form class="welcome-card" onSubmit=${submit} noValidate>
      <${Logo} />
      <h1>Openline</h1>
      <p class="dim" id="name-hint">Choose the name that others will see.</p>
      <label for="name">Your name</label>
      <input ref=${input} id="name" name="name" autocomplete="nickname" maxlength=${LONGEST} spellcheck="false" enterkeyhint="go"
        aria-describedby=${error ? 'name-error' : 'name-hint'} aria-invalid=${error ? 'true' : null} onInput=${() => setError('')} />
      <p class="field-error" id="name-error" role="alert">${error}</p>
      <button class="button primary" disabled=${busy}>${busy ? 'One moment…' : 'Continue'}</button>
    </form>
    <div class="corner"><${ThemeButton} /></div>
  </main>`
}
