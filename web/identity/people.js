// @ts-check
// Everybody with an account, for operators: who they are, what they may do, and ways to help them in.
import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { html } from '../ui/html.js'
import { Plus, Search } from '../ui/icons.js'
import { Page } from '../ui/page.js'
import { When } from '../ui/time.js'
import { NotYet } from './asked.js'
import { Invite } from './invite.js'
import { PersonDialog } from './person.js'

/** @import { Line } from '../line/line.js' */
/**
 * @typedef {{id: string, login: string, name: string, role: string, disabled: boolean, has_password: boolean,
 *   created: number, used: number | null}} User
 */

const AT_ONCE = 50
const TYPING = 200

/** @param {{line: Line, me: string}} props */
export const People = ({ line, me }) => {
  const [search, setSearch] = useState('')
  const { users, next, error, load, more } = useUsers(line, search)
  const [inviting, setInviting] = useState(false)
  const [shown, setShown] = useState('')
  const person = users?.find(({ id }) => id === shown)
  const action = html`<button class="button primary" onClick=${() => setInviting(true)}><${Plus} />Invite</button>`
  return html`<${Page} title="People" action=${action}>
    <div class="search-field">
      <${Search} />
      <input class="field" type="search" aria-label="Search people" placeholder="Search by name" autocomplete="off" spellcheck="false"
        value=${search} onInput=${(/** @type {any} */ { target }) => setSearch(target.value)} />
    </div>
    ${users ? html`<${List} users=${users} me=${me} onPick=${setShown} />` : html`<${NotYet} error=${error} onAgain=${load} />`}
    <p class="hidden" role="status">${users && search ? `${users.length}${next ? ' or more' : ''} found` : ''}</p>
    ${users?.length === 0 && html`<p class="empty dim">${search ? 'Nobody is called that.' : 'Nobody has an account yet. Invite somebody.'}</p>`}
    ${next && html`<div class="row centre"><button class="button" onClick=${more}>Show more</button></div>`}
    ${inviting && html`<${Invite} line=${line} onClose=${() => setInviting(false)} />`}
    ${person && html`<${PersonDialog} line=${line} user=${person} me=${me} onChanged=${load} onClose=${() => setShown('')} />`}
  <//>`
}

/** @param {{users: User[], me: string, onPick: (id: string) => void}} props */
const List = ({ users, me, onPick }) => html`<ul class="things">${users.map(user => html`<li key=${user.id}>
  <button class="thing" onClick=${() => onPick(user.id)} data-disabled=${user.disabled ? '' : null}>
    <${Avatar} of=${user} />
    <span class="thing-words">
      <span class="thing-name"><bdi>${user.name}</bdi>${user.id === me && html` <span class="dim">you</span>`}</span>
      <span class="dim">${user.login && html`${user.login} · `}${user.used ? html`active <${When} at=${user.used} />` : 'never signed in'}</span>
    </span>
    ${user.disabled ? html`<span class="badge danger">Disabled</span>` : user.role === 'operator' && html`<span class="badge">Operator</span>`}
  </button>
</li>`)}</ul>`

/** @param {Line} line @param {string} search */
const useUsers = (line, search) => {
  const [{ users, next }, setFound] = useState(/** @type {{users: User[] | null, next: string | null}} */ ({ users: null, next: null }))
  const [error, setError] = useState('')
  const ask = (/** @type {number} */ limit, after = '') =>
    line.call('openline.identity.users', { limit, ...(search.trim() ? { search: search.trim() } : {}), ...(after ? { after } : {}) })
  const load = async () => {
    if (line.state !== 'online') return
    try {
      setFound(await ask(Math.min(100, Math.max(AT_ONCE, users?.length ?? 0))))
      setError('')
    } catch (problem) {
      setError(/** @type {Error} */ (problem).message)
    }
  }
  const more = async () => {
    const page = await ask(AT_ONCE, next ?? '').catch(problem => setError(problem.message))
    if (page) setFound({ users: [...users ?? [], ...page.users], next: page.next })
  }
  useEffect(() => {
    const timer = setTimeout(load, users ? TYPING : 0)
    line.addEventListener('state', load)
    return () => {
      clearTimeout(timer)
      line.removeEventListener('state', load)
    }
  }, [search])
  return { users, next, error, load, more }
}
