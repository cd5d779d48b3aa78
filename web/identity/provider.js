// @ts-check
// What somebody is told whose sign-in by a provider ended here: the node says in a word why, and never in the provider's.

/** By `Why` in router/http/oidc/stopped.py. @type {Record<string, string>} */
const SENTENCES = {
  unknown: 'One cannot sign in that way here, or not under this address.',
  denied: 'You were not signed in there. Try again, or come in another way.',
  expired: 'That took too long, or was begun in another window. Please try again.',
  unreachable: 'Where you sign in does not answer right now. Try again in a moment.',
  invalid: 'We could not make sure that it is you. Try again, or tell whoever runs this place.',
  closed: 'You have no account here. Whoever runs this place can let you in.',
  disabled: 'This account is closed.',
  busy: 'Many people are signing in right now. Try again in a moment.',
}

/** @param {string} error  nothing, where none ended @returns {string} */
export const endOf = error => error && (Object.hasOwn(SENTENCES, error) ? SENTENCES[error] : 'You were not signed in. Please try again.')
