// @ts-check
// Asks for the avatars that pages want to show, many at a time, and hears when somebody changes theirs.
import { faces } from '../ui/avatar.js'

/** @import { Line } from '../line/line.js' */

const TOGETHER = 20
const PAUSE = 20

export class FaceSource {
  /** @type {Set<string>} */ #wanted = new Set()
  /** @type {Set<string>} */ #asked = new Set()
  #timer = 0
  /** @type {() => void} */ #stop

  /** @param {Line} line */
  constructor(line) {
    this.line = line
    this.#stop = line.subscribe('openline.identity.on_profile', ({ id, avatar }) => faces.set(id, avatar), { onRefused() {} })
    line.addEventListener('state', this.#again)
    faces.onWanted = this.#want
    for (const id of faces.ids) this.#want(id) // they may have changed while nobody was listening
  }

  close() {
    this.#stop()
    this.line.removeEventListener('state', this.#again)
    faces.onWanted = () => {}
    clearTimeout(this.#timer)
  }

  #want = (/** @type {string} */ id) => {
    if (this.#asked.has(id)) return
    this.#wanted.add(id)
    if (!this.#timer) this.#timer = window.setTimeout(this.#ask, PAUSE)
  }

  /** Whatever changed meanwhile was not heard. */
  #again = () => {
    if (this.line.state !== 'online') return this.#asked.clear()
    for (const id of faces.ids) this.#want(id)
    if (this.#wanted.size && !this.#timer) this.#timer = window.setTimeout(this.#ask, PAUSE)
  }

  #ask = async () => {
    this.#timer = 0
    if (this.line.state !== 'online') return
    const ids = [...this.#wanted].slice(0, TOGETHER)
    for (const id of ids) {
      this.#wanted.delete(id)
      this.#asked.add(id)
    }
    if (this.#wanted.size) this.#timer = window.setTimeout(this.#ask, PAUSE)
    try {
      const { faces: found } = await this.line.call('openline.identity.faces', { ids })
      const chosen = new Map(found.map((/** @type {any} */ face) => [face.id, face.avatar]))
      for (const id of ids) faces.set(id, chosen.get(id) ?? '')
    } catch {
      for (const id of ids) { // the next time that the line is online, or somebody else is wanted
        this.#asked.delete(id)
        this.#wanted.add(id)
      }
    }
  }
}
