// @ts-check
/** What the line signs in with: credentials, kept until they run out or the node refuses them. */

/** @typedef {import('./errors.js').LineError} LineError */
/**
 * @typedef {object} Credentials
 * @property {string} id
 * @property {string} token
 * @property {string} [name]
 * @property {string} [role]
 * @property {number} [expires]  until when the token is good, in seconds since 1970
 */
/**
 * Gives the credentials to connect with. They are kept until the node refuses them: then it is asked again, and told
 * why in `refused`. Before they expire it is asked with `renew`; who has nothing newer gives the same again. If it
 * throws an error with a `uri` that is not a passing one, the line stops at `refused`; after any other error it is
 * asked again.
 * @typedef {(request: { refused?: LineError, renew?: boolean, signal: AbortSignal }) => Promise<Credentials>} SignIn
 */

const SHARE = 2 / 3 // of their life, and credentials are renewed;
const SPREAD = 0.1 // so much of it sooner or later by chance, so that not all pages ask at once

export class Ticket {
  /** @type {Credentials | null} */ credentials = null
  /** why the node refuses these @type {LineError | null} */ refusal = null
  /** the guest that these go on for, when a guest's expired token was renewed @type {string | null} */ renewedFrom = null
  #dueAt = Infinity
  #endsAt = Infinity

  /** @param {import('./clock.js').Clock} clock @param {SignIn} signIn */
  constructor(clock, signIn) {
    this.clock = clock
    this.signIn = signIn
  }

  /** Milliseconds until these are to be renewed; `Infinity` for never. */
  get dueIn() {
    return Math.max(0, this.#dueAt - this.clock.now())
  }

  /** These are to be renewed, however long they are good. */
  hurry() {
    this.#dueAt = this.clock.now()
  }

  /** Sees to it that there are credentials which may be good. @param {AbortSignal} signal */
  async prepare(signal) {
    const over = this.clock.now() >= this.#endsAt
    if (this.credentials && !this.refusal && !over) return
    await this.#ask(this.refusal ? { refused: this.refusal, signal } : { ...(over ? { renew: true } : {}), signal })
  }

  /** Asks for newer ones. @param {AbortSignal} signal */
  renew(signal) {
    return this.#ask({ renew: true, signal })
  }

  /** @param {Parameters<SignIn>[0]} request */
  async #ask(request) {
    const known = this.credentials
    const credentials = await this.signIn(request)
    if (request.signal.aborted) return
    // A guest is nobody but this browser, so a guest with a new token is still the same person.
    this.renewedFrom = known?.role === 'guest' && credentials.role === 'guest' ? known.id : null
    this.credentials = credentials
    this.refusal = null
    this.#time(credentials.token === known?.token ? Infinity : (credentials.expires ?? Infinity))
  }

  /** @param {number} expires */
  #time(expires) {
    const now = this.clock.now()
    const life = expires * 1000 - now
    // What was just given and seems to be over tells of a clock that is wrong: the node will say when it is over.
    const share = SHARE + (this.clock.random() - 0.5) * SPREAD
    this.#dueAt = life > 0 ? now + life * share : Infinity
    this.#endsAt = life > 0 ? now + life : Infinity
  }
}
