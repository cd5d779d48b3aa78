// @ts-check
// Who this browser is: a guest, whose token it keeps; or somebody with an account, whose tokens are in this page's
// memory alone. Their device stays signed in by a cookie that no script can read; the browser keeps only whose it is.
import { local } from './ui/storage.js'

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {string} role
 * @property {string} [token]  none when an account's is not fetched yet
 * @property {number} [expires]
 * @property {string} [login]  empty for who signs in by a provider alone; a guest has none
 */
/** @typedef {Person & {token: string}} Credentials */
/**
 * @typedef {object} Ways  how people come in here
 * @property {boolean} guests
 * @property {boolean} accounts
 * @property {'open' | 'invite' | 'closed'} sign_up
 * @property {{name: string, title: string}[]} oidc
 * @property {boolean} forgot  whether links to a new password are mailed
 */
/**
 * @typedef {object} Parts  what touches the outside world
 * @property {typeof fetch} fetch
 * @property {() => string} base  the address of the page
 * @property {typeof local} kept
 * @property {<T>(act: () => Promise<T>) => Promise<T>} alone  runs while no other tab does
 */

const ANSWERING = 15_000
const SKEW = 60_000
const AWAY = 'The server does not answer. Check your connection and try again.'

/** The node answered, and its answer was no. */
export class Refused extends Error {
  name = 'Refused'
  /** @param {string} uri @param {string} message @param {Record<string, unknown>} [fields] */
  constructor(uri, message, fields = {}) {
    super(message)
    this.uri = uri
    this.fields = fields
  }
}

/** There was no answer, or not now: it may work in a moment. */
export class Later extends Error {
  name = 'Later'
  /** @param {string} message @param {number} [seconds]  until it is worth another try */
  constructor(message, seconds = 0) {
    super(message)
    this.seconds = seconds
  }
}

const SIGNED_OUT = 'openline.identity.error.signed_out'
const signedOut = (message = 'Please sign in again.') => new Refused(SIGNED_OUT, message)

/** @param {Person} person */
export const hasAccount = person => person.role !== 'guest'

/** A guest is whoever uses this browser, under whichever id. @param {Person} one @param {Person} other */
const isAnother = (one, other) => hasAccount(one) ? one.id !== other.id : hasAccount(other)

/** Tells by a `change` event when somebody else is here, or goes by another name. */
export class Session extends EventTarget {
  /** with an account, and a token @type {Credentials | null} */ #held = null
  /** @type {Promise<Credentials> | null} */ #refreshing = null

  /** @param {Parts} parts */
  constructor(parts) {
    super()
    this.parts = parts
  }

  /** Who is here, as far as this browser knows. @returns {Person | null} */
  get person() {
    const account = this.#account
    return account ? { ...account, ...(this.#held?.id === account.id ? this.#held : {}) } : this.#guest
  }

  /** Who signed in here the last time, for the form. @returns {string} */
  get lastLogin() {
    return this.parts.kept.get('login') ?? ''
  }

  /** @returns {Promise<Ways>} */
  ways() {
    return this.#ask('ways')
  }

  /** @param {string} name */
  async enter(name) {
    const guest = await this.#ask('guest', { name })
    this.parts.kept.set('session', guest)
    this.#changed()
    return guest
  }

  /** @param {{login: string, password: string}} who */
  async signIn({ login, password }) {
    return this.#admit(await this.#ask('signin', { login, password }))
  }

  /** @param {{login: string, password: string, name?: string, invite?: string}} who */
  async signUp(who) {
    return this.#admit(await this.#ask('signup', who))
  }

  /** @param {{code: string, password: string}} change */
  async reset({ code, password }) {
    return this.#admit(await this.#ask('reset', { code, password }))
  }

  /** Have a link to a new password mailed, if there is such an account. @param {{login: string}} who */
  async forgot({ login }) {
    await this.#ask('forgot', { login })
  }

  /** Take up what a provider's sign-in left in the cookie. */
  async resume() {
    return this.#admit(await this.parts.alone(() => this.#ask('refresh', {})))
  }

  /** @param {{everywhere?: boolean}} [how] */
  async signOut({ everywhere = false } = {}) {
    if (!this.#account) return this.#forget()
    await this.parts.alone(async () => {
      await this.#ask('signout', everywhere ? { everywhere } : {})
      this.#forget()
    })
  }

  /** This person is not signed in here any more, whoever may be. @param {Person} of */
  ended(of) {
    const { person } = this
    if (person && !isAnother(person, of)) this.#forget()
  }

  /** The profile of who is here is another now. @param {{name: string}} profile */
  update({ name }) {
    if (!this.#account) return
    this.parts.kept.set('account', { ...this.#account, name })
    if (this.#held) this.#held = { ...this.#held, name }
    this.#changed()
  }

  /**
   * What the line asks for: it belongs to one person, who may not be who is signed in here by now. A guest's token that
   * was refused, such as one that ran out, is replaced under the same name.
   * @param {Person} of @param {{refused?: unknown, renew?: boolean}} [why] @returns {Promise<Credentials>}
   */
  async credentials(of, { refused, renew } = {}) {
    const { person } = this
    if (!person) throw signedOut()
    if (isAnother(person, of)) {
      throw signedOut(`${person.name} has signed in here in another window.`)
    }
    if (!hasAccount(person)) return refused ? this.enter(person.name) : /** @type {Credentials} */ (person)
    return refused || renew || !person.token ? this.#refresh(of) : /** @type {Credentials} */ (person)
  }

  /** @returns {Person | null} */
  get #account() {
    return this.parts.kept.get('account')
  }

  /** @returns {Credentials | null} */
  get #guest() {
    return this.parts.kept.get('session')
  }

  /** The secret in the cookie is good once: tabs ask one after the other. @param {Person} of */
  #refresh(of) {
    this.#refreshing ??= this.parts.alone(async () => {
      if (this.#account?.id !== of.id) throw signedOut() // in another tab, while we waited
      const entry = await this.#ask('refresh', {}).catch(problem => {
        throw problem.uri === SIGNED_OUT ? signedOut('You were signed out here. Sign in again to go on.') : problem
      })
      if (entry.id !== of.id) throw signedOut(`${entry.name} has signed in here in another window.`)
      return this.#admit(entry)
    }).finally(() => { this.#refreshing = null })
    return this.#refreshing
  }

  /** @param {Credentials} entry */
  #admit(entry) {
    const { id, name, role, login } = this.#held = entry
    const { kept } = this.parts
    kept.set('account', { id, name, role, login })
    kept.set('session', null)
    if (login) kept.set('login', login)
    this.#changed()
    return entry
  }

  /** @param {string} what @param {object} [body] @returns {Promise<any>} */
  async #ask(what, body) {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const limits = { signal: AbortSignal.timeout(ANSWERING), cache: /** @type {const} */ ('no-store') }
    /** @type {Response} */ let answer
    try {
      answer = await this.parts.fetch(new URL(`auth/${what}`, this.parts.base()), { ...(body ? post : {}), ...limits })
    } catch (cause) {
      throw Object.assign(new Later(AWAY), { cause })
    }
    const reply = await answer.json().catch(() => ({}))
    if (!answer.ok) throw refusal(answer, reply)
    return inOurTime(reply, answer.headers.get('date'))
  }

  #forget() {
    this.#held = null
    this.parts.kept.set('account', null)
    this.parts.kept.set('session', null)
    this.#changed()
  }

  #changed() {
    this.dispatchEvent(new CustomEvent('change'))
  }
}

/** @param {Response} answer @param {{error?: string, message?: string}} reply */
const refusal = ({ status, headers }, { error, message, ...fields }) => {
  const words = message ?? 'The server could not do this just now. Try again in a moment.'
  if (error && status < 500 && status !== 429) return new Refused(error, words, fields)
  return new Later(words, Number(headers.get('retry-after')) || 0)
}

/** Times are the server's; where this computer's clock is far from it they are moved. @param {any} reply @param {string | null} date */
const inOurTime = (reply, date) => {
  const ahead = date ? Date.now() - Date.parse(date) : 0
  return reply.expires && Math.abs(ahead) > SKEW ? { ...reply, expires: reply.expires + ahead / 1000 } : reply
}

export const session = new Session({
  fetch: (...request) => fetch(...request),
  base: () => document.baseURI,
  kept: local,
  alone: act => navigator.locks ? navigator.locks.request('openline.refresh', act) : act(),
})
