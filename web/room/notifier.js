// @ts-check
// Tells somebody who looks elsewhere what was said: by the browser's notifications, a tone, and a mark on the page's icon.
import { goTo } from '../routes.js'
import { inWords } from './files/facts.js'
import { isQuiet, wants } from './notices.js'

/** @import { Rooms } from './rooms.js' */
/** @import { Shown } from '../push/shown.js' */
/** @import { Said } from './personal.js' */

/** Milliseconds in which whoever sees the room has read it, in this tab, another one, or on another device. */
const SEEN = 1200
const LONGEST = 180

/** @returns {NotificationPermission | 'none'} */
export const allowed = () => 'Notification' in window ? Notification.permission : 'none'

export const askToNotify = async () => {
  await Notification.requestPermission()
  return allowed()
}

/** While a page of somebody is open, one of their tabs tells them. */
export class Notifier {
  #alone = false
  #end = () => {}
  /** @type {Set<number>} */ #timers = new Set()

  /**
   * @param {Rooms} rooms @param {() => boolean} isBusy  whether they told everybody not to disturb them
   * @param {Shown} shown  where notifications are shown that outlive the page
   */
  constructor(rooms, isBusy, shown) {
    this.rooms = rooms
    this.isBusy = isBusy
    this.shown = shown
    rooms.personal.addEventListener('said', this.#said)
    void this.#beAlone()
  }

  close() {
    this.rooms.personal.removeEventListener('said', this.#said)
    for (const timer of this.#timers) clearTimeout(timer)
    this.#end()
  }

  /** Of several tabs the one that was first tells; when it is closed, the next one does. */
  async #beAlone() {
    const ended = new Promise(resolve => { this.#end = () => resolve(null) })
    const act = () => {
      this.#alone = true
      return ended
    }
    if (navigator.locks) await navigator.locks.request(`openline.notifier ${this.rooms.me.id}`, act)
    else act()
  }

  #said = (/** @type {Event} */ event) => {
    const said = /** @type {CustomEvent<Said>} */ (event).detail
    if (!this.#alone || !this.#isWanted(said)) return
    const timer = window.setTimeout(() => {
      this.#timers.delete(timer)
      if (this.#isWanted(said)) void this.#tell(said)
    }, SEEN)
    this.#timers.add(timer)
  }

  /** @param {Said} said */
  #isWanted({ room, event, named }) {
    const { notices, rooms } = this.rooms.personal, kept = rooms.get(room)
    return Boolean(kept) && !this.isBusy() && !isQuiet(notices, Date.now() / 1000) && this.rooms.personal.read(room) < event.offset
      && kept?.later.some(({ id }) => id === event.offset) !== false
      && wants(/** @type {NonNullable<typeof kept>} */ (kept).own, notices, named)
  }

  /** @param {Said} said */
  async #tell({ room, event: { offset, by, data } }) {
    if (this.rooms.personal.notices.sound) beep()
    if (allowed() !== 'granted') return
    const text = inWords({ text: String(data.text ?? ''), files: data.files }), body = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
    const title = `${by.name} in ${this.rooms.title(room)}`, tag = `openline ${room}`
    if (await this.shown.show(title, { body, tag, data: { room, offset } })) return
    try {
      const shown = new Notification(title, { body, tag, icon: 'ui/logo.svg', silent: true })
      shown.onclick = () => {
        window.focus()
        goTo(room)
        shown.close()
      }
    } catch { /* some browsers for phones have the name of it, and leave it to service workers */ }
  }
}

let badged = -1

/** Say with the page's icon whether, and with that of the app how much, there is to read. @param {number} count */
export const badge = count => {
  if (count === badged) return
  badged = count
  const icon = document.querySelector('link[rel=icon]'), wanted = count ? 'ui/logo-new.svg' : 'ui/logo.svg'
  if (icon?.getAttribute('href') !== wanted) icon?.setAttribute('href', wanted)
  const showing = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.()
  showing?.catch(() => { /* the page is not installed */ })
}

/** @type {AudioContext | null} */
let audio = null

/** Two short notes, quiet ones. A browser plays nothing before somebody has touched the page. */
export const beep = () => {
  audio ??= new AudioContext()
  const { currentTime: now, destination } = audio
  for (const [at, pitch] of [[0, 660], [0.11, 880]]) {
    const tone = audio.createOscillator(), loudness = audio.createGain()
    tone.frequency.value = pitch
    loudness.gain.setValueAtTime(0.0001, now + at)
    loudness.gain.exponentialRampToValueAtTime(0.08, now + at + 0.015)
    loudness.gain.exponentialRampToValueAtTime(0.0001, now + at + 0.22)
    tone.connect(loudness).connect(destination)
    tone.start(now + at)
    tone.stop(now + at + 0.25)
  }
}
