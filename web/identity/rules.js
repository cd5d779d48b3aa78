// @ts-check
// What can be said about a sign-in before the node is asked, and where on a form its refusals belong.

const SHORTEST = 10
const LONGEST = 256

/** @typedef {Record<string, string>} Problems  sentences by the name of a field; `''` is the form as a whole */

/** @param {string} login */
export const checkLogin = login => {
  if (!login.trim()) return 'Choose a name to sign in with.'
  return /^[a-z0-9._-]{2,32}$/.test(login.normalize('NFKC').toLowerCase().trim()) ? ''
    : 'A sign-in name has 2 to 32 of the letters a-z, digits, and . _ -'
}

/** @param {string} password */
export const checkPassword = password => {
  const length = [...password.normalize('NFKC')].length
  if (!length) return 'Choose a password.'
  if (length < SHORTEST) return `A password has at least ${SHORTEST} characters.`
  return length > LONGEST ? `A password has at most ${LONGEST} characters.` : ''
}

/** Make a sign-in name of somebody's name. @param {string} name */
export const loginOf = name => name
  .normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  .replace(/[^a-z0-9]+/g, '.').replace(/^\.+/, '').slice(0, 32).replace(/\.+$/, '')

/** Where somebody goes who forgot their password, with what they typed as their name. @param {string} login */
export const forgotHash = login => /^[\w.-]+$/.test(login.trim()) ? `#/forgot/${login.trim()}` : '#/forgot'

/** The code in a link that somebody pasted, or the code itself. @param {string} words */
export const codeIn = words => words.trim().replace(/^.*\//, '')

/** @type {Record<string, string>} */
const FIELDS = {
  'openline.identity.error.wrong_password': 'password',
  'openline.identity.error.login_taken': 'login',
  'openline.identity.error.weak_password': 'password',
  'openline.identity.error.invite_invalid': 'invite',
}

/** @param {any} error @param {(field: string) => boolean} has  whether a form has this field @returns {Problems} */
export const problemsOf = (error, has) => {
  const field = typeof error.fields?.field === 'string' ? error.fields.field : FIELDS[error.uri]
  return { [field && has(field) ? field : '']: error.message }
}

/** How many seconds the node asks us to wait. @param {any} error @returns {number} */
export const waitIn = error => Math.ceil(error.seconds || Number(error.fields?.retry_after) || 0)
