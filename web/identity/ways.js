// @ts-check
// Which of the ways in somebody is shown.

/** @typedef {import('../session.js').Ways} Ways */
/** @typedef {'guest' | 'sign-in' | 'sign-up' | 'invite' | 'reset' | 'forgot' | 'signed-in' | 'closed' | 'elsewhere'} Shown */

/**
 * The one that the address asks for, as far as it is open here; else the shortest, or the one that was taken before.
 * @param {import('../routes.js').Route['screen']} screen @param {Ways} ways @param {boolean} known  an account signed in here before
 * @returns {Shown}
 */
export const wayOf = (screen, { guests, accounts, sign_up: signUp, oidc, forgot }, known) => {
  if (screen === 'signed-in') return screen
  if (accounts && (screen === 'reset' || screen === 'sign-in')) return screen
  if (accounts && screen === 'forgot') return forgot ? screen : 'sign-in'
  if (accounts && screen === 'invite') return signUp === 'closed' ? 'closed' : screen
  if (accounts && screen === 'sign-up') return signUp === 'closed' ? 'closed' : screen
  if (guests && (screen === 'guest' || !accounts || !known)) return 'guest'
  return accounts || oidc.length ? 'sign-in' : 'elsewhere'
}

/**
 * The others; a guest who is in already can also go back.
 * @param {Shown} shown @param {Ways} ways @param {string} [back]  where to @returns {{href: string, words: string, link: string}[]}
 */
export const otherWays = (shown, { guests, accounts, sign_up: signUp }, back = '') => [
  { to: 'sign-in', open: accounts, words: 'You have an account?', link: 'Sign in' },
  { to: 'sign-up', open: accounts && signUp !== 'closed' && shown !== 'invite', words: shown === 'guest' ? 'Keep your name?' : 'New here?', link: 'Create an account' },
  { to: 'guest', open: guests && !back, words: 'Just looking?', link: 'Go on as a guest' },
].filter(({ to, open }) => open && to !== shown).map(({ to, words, link }) => ({ href: `#/${to}`, words, link }))
  .concat(back ? [{ href: back, words: 'Changed your mind?', link: 'Back to the rooms' }] : [])
