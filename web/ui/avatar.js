// @ts-check
// What somebody is known by at a glance: the image or the colour that they chose, else a colour that their id gives.
import { useChanges } from './changes.js'
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

/** What people chose: tells of each by an event that is called after their id. */
export class Faces extends EventTarget {
  /** @type {Map<string, string>} */ #known = new Map()
  /** told whose are wanted @type {(id: string) => void} */ onWanted = () => {}

  /** A colour (`#rrggbb`), an image (`data:…`), or nothing. @param {string} id */
  of(id) {
    const known = this.#known.get(id)
    if (known === undefined) this.onWanted(id)
    return known ?? ''
  }

  /** @param {string} id @param {string} avatar */
  set(id, avatar) {
    const changed = avatar !== (this.#known.get(id) ?? '')
    this.#known.set(id, avatar)
    if (changed) this.dispatchEvent(new Event(id))
  }

  get ids() { return [...this.#known.keys()] }
}

export const faces = new Faces()

/** @param {{of: {id: string, name: string}}} props */
export const Avatar = ({ of }) => {
  useChanges(faces, of.id)
  return html`<${Face} of=${of} avatar=${faces.of(of.id)} />`
}

/** @param {{of: {id: string, name: string}, avatar: string}} props */
export const Face = ({ of, avatar }) => avatar.startsWith('data:')
  ? html`<img class="avatar" src=${avatar} alt="" />`
  : html`<span class=${`avatar ${avatar ? 'tinted' : `hue-${hue(of.id)}`}`} style=${avatar ? { '--tint': avatar } : null} aria-hidden="true">${initials(of.name)}</span>`
