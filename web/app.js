// @ts-check
// The page: who is here, then their rooms.
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Chat } from './chat.js'
import { Door } from './identity/door.js'
import { goOnTo, isWayIn, useRoute } from './routes.js'
import { hasAccount, session } from './session.js'
import { shell } from './shell/shell.js'
import { html } from './ui/html.js'

const App = () => {
  const route = useRoute()
  const [person, setPerson] = useState(session.person)
  const [reason, setReason] = useState('')
  // Guests may come in with an account; who has one is in, but for a link to a new password.
  const outside = !person || route.screen === 'reset' || (isWayIn(route) && !hasAccount(person) && route.screen !== 'guest')
  useEffect(() => {
    if (!outside && isWayIn(route)) goOnTo(route.room)
  }, [outside, route])

  const enter = (/** @type {import('./session.js').Person} */ someone) => {
    setReason('')
    setPerson(someone)
    if (isWayIn(route)) goOnTo(route.room)
  }
  const leave = (/** @type {string} */ why) => {
    setReason(why)
    setPerson(null)
  }
  return outside
    ? html`<${Door} route=${route} reason=${reason} onEntered=${enter} />`
    : html`<${Chat} key=${person.id} person=${person} route=${route} onSignOut=${leave} />`
}

shell.start()

const root = document.getElementById('app')
if (root) {
  root.replaceChildren()
  render(html`<${App} />`, root)
}
