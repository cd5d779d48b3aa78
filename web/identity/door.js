// @ts-check
// What somebody sees who is not in yet: one way in, and links to the others.
import { useEffect, useRef, useState } from 'preact/hooks'
import { roomHash } from '../routes.js'
import { session } from '../session.js'
import { html } from '../ui/html.js'
import { Logo } from '../ui/icons.js'
import { ThemeButton } from '../ui/theme.js'
import { Forgot } from './forgot.js'
import { Guest } from './guest.js'
import { endOf } from './provider.js'
import { Reset } from './reset.js'
import { SignIn } from './signin.js'
import { SignUp } from './signup.js'
import { otherWays, wayOf } from './ways.js'

/** @typedef {import('../session.js').Ways} Ways */
/** @typedef {import('../session.js').Person} Person */
/** @typedef {{route: import('../routes.js').Route, ways: Ways, onEntered: (person: Person) => void}} WayProps */

const AGAIN = 3000

/** @type {Record<import('./ways.js').Shown, [title: string, words: string]>} */
const HEADS = {
  'guest': ['Openline', 'Nothing that was said here is lost.'],
  'sign-in': ['Sign in', 'Good to see you again.'],
  'sign-up': ['Create your account', 'Your name stays yours, on all your devices.'],
  'invite': ['You are invited', 'Create your account, and you are in.'],
  'reset': ['Set a new password', 'It signs you in here, and out everywhere else.'],
  'forgot': ['Forgot your password?', 'Set a new one with a link that we mail to you.'],
  'signed-in': ['One moment…', ''],
  'closed': ['Sign-up is closed', 'Whoever runs this place can give you an account.'],
  'elsewhere': ['Openline', 'People come in from another site here.'],
}
/** @type {Partial<Record<import('./ways.js').Shown, any>>} */
const FORMS = { 'guest': Guest, 'sign-in': SignIn, 'sign-up': SignUp, 'invite': SignUp, 'reset': Reset, 'forgot': Forgot }

/** @param {{route: import('../routes.js').Route, reason: string, onEntered: (person: Person) => void}} props */
export const Door = ({ route, reason, onEntered }) => {
  const { ways, error, load } = useWays()
  return html`<main class="welcome" aria-busy=${ways || error ? null : 'true'}>
    ${ways ? html`<${Card} route=${route} ways=${ways} reason=${reason} onEntered=${onEntered} />`
      : error && html`<div class="welcome-card">
          <${Logo} />
          <h1>Openline</h1>
          <p class="welcome-words" role="alert">${error}</p>
          <button class="button primary" onClick=${load}>Try again</button>
        </div>`}
    <div class="corner"><${ThemeButton} /></div>
  </main>`
}

/** How people come in here; asked again until it is known. */
const useWays = () => {
  const [ways, setWays] = useState(/** @type {Ways | null} */ (null))
  const [error, setError] = useState('')
  const load = () => session.ways().then(setWays, problem => setError(problem.message))
  useEffect(() => {
    void load()
  }, [])
  useEffect(() => {
    if (ways || !error) return undefined
    const timer = setInterval(load, AGAIN)
    return () => clearInterval(timer)
  }, [ways, error])
  return { ways, error, load }
}

/** @param {WayProps & {reason: string}} props */
const Card = props => {
  const { route, ways, onEntered } = props
  const reason = props.reason || endOf(route.error ?? '')
  const shown = wayOf(route.screen, ways, Boolean(session.lastLogin))
  const card = useRef(/** @type {HTMLDivElement | null} */ (null))
  const [title, words] = HEADS[shown]
  const Form = FORMS[shown]
  const takesPassword = shown !== 'sign-in' || ways.accounts
  useEffect(() => {
    document.title = title === 'Openline' ? title : `${title} · Openline`
    const target = card.current?.querySelector('[autofocus]') ?? card.current?.querySelector('h1')
    if (target instanceof HTMLElement) target.focus()
  }, [shown])
  return html`<div class="welcome-card" ref=${card}>
    <${Logo} />
    <h1 tabindex="-1">${title}</h1>
    ${reason ? html`<p class="welcome-words reason" role="alert">${reason}</p>` : html`<p class="welcome-words dim">${words}</p>`}
    ${shown === 'signed-in' && html`<${Resuming} onEntered=${onEntered} />`}
    ${Form && takesPassword && html`<${Form} key=${shown} ...${props} />`}
    ${['guest', 'sign-in', 'sign-up'].includes(shown) && html`<${Providers} ways=${ways} apart=${takesPassword} />`}
    <${Others} others=${otherWays(shown, ways, session.person ? roomHash(route.room) : '')} />
  </div>`
}

/** @param {{ways: Ways, apart: boolean}} props */
const Providers = ({ ways: { oidc }, apart }) => oidc.length > 0 && html`<div class="providers" data-apart=${apart ? '' : null}>
  ${oidc.map(({ name, title }) => html`<a key=${name} class="button" href=${`auth/oidc/${encodeURIComponent(name)}`}>Continue with ${title}</a>`)}
</div>`

/** @param {{others: ReturnType<typeof otherWays>}} props */
const Others = ({ others }) => others.length > 0 && html`<ul class="others">${others.map(({ href, words, link }) => html`<li key=${href}>
    <span class="dim">${words}</span> <a href=${href}>${link}</a>
  </li>`)}</ul>`

/** Back from a provider, whose sign-in left its cookie. @param {{onEntered: (person: Person) => void}} props */
const Resuming = ({ onEntered }) => {
  const [error, setError] = useState('')
  useEffect(() => {
    session.resume().then(onEntered, problem => setError(problem.message))
  }, [])
  return error && html`<p class="form-error" role="alert">${error}</p>`
}
