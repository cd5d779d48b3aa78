// @ts-check
// Who this browser is: a name, and the token that the node gave for it.
import { local } from './ui/storage.js'

/** @typedef {{id: string, token: string, name: string, role: string, expires: number}} Person */

/** The node answered, and its answer was no. */
export class NotSignedIn extends Error {
  name = 'NotSignedIn'
  /** @param {string} uri @param {string} message */
  constructor(uri, message) {
    super(message)
    this.uri = uri
  }
}

/** @returns {Person | null} */
export const saved = () => local.get('session')

export const signOut = () => local.set('session', null)

/**
 * Ask the node for a token.
 * @param {string} name @returns {Promise<Person>}
 */
export const signIn = async name => {
  const answer = await fetch(new URL('auth/guest', document.baseURI), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  const reply = await answer.json().catch(() => ({}))
  if (!answer.ok) throw refusal(answer.status, reply)
  local.set('session', reply)
  return reply
}

/** @param {number} status @param {{error?: string, message?: string}} reply */
const refusal = (status, reply) => {
  const message = reply.message ?? 'The server could not sign you in just now.'
  return status < 500 && status !== 429 ? new NotSignedIn(reply.error ?? 'openline.error.refused', message) : new Error(message)
}

/**
 * What the line asks for when it connects. A token that was refused, such as one that ran out, is replaced under the
 * same name.
 * @param {{refused?: unknown}} [last] @returns {Promise<Person>}
 */
export const renew = async ({ refused } = {}) => {
  const person = saved()
  if (!person) throw new NotSignedIn('openline.error.not_signed_in', 'Choose a name first.')
  return refused ? signIn(person.name) : person
}
