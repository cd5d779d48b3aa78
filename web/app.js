// @ts-check
// The page: who is here, then their rooms.
import { render } from 'preact'
import { useState } from 'preact/hooks'
import { Chat } from './chat.js'
import { saved } from './session.js'
import { SignIn } from './signin.js'
import { html } from './ui/html.js'

const App = () => {
  const [person, setPerson] = useState(saved)
  const [reason, setReason] = useState('')
  const leave = (/** @type {string} */ why) => {
    setReason(why)
    setPerson(null)
  }
  return person
    ? html`<${Chat} key=${person.id} person=${person} onSignOut=${leave} />`
    : html`<${SignIn} reason=${reason} onSignedIn=${setPerson} />`
}

const root = document.getElementById('app')
if (root) {
  root.replaceChildren()
  render(html`<${App} />`, root)
}
