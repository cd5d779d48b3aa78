// @ts-check
// Somebody's initials on a colour of their own.
import { html } from './html.js'

const HUES = 12

/** @param {string} name */
export const initials = name => {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]]
  return letters.map(word => [...word][0] ?? '').join('').toLocaleUpperCase()
}

/** The same person has the same hue everywhere. @param {string} id */
export const hue = id => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % HUES

/** @param {{of: {id: string, name: string}}} props */
export const Avatar = ({ of }) =>
  html`<span class=${`avatar hue-${hue(of.id)}`} aria-hidden="true">${initials(of.name)}</span>`
