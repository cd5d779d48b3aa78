// @ts-check
// Whether this device is told of what was said while no page is open, and turning that on and off.
import { local } from '../ui/storage.js'

/** @import { Line } from '../line/line.js' */
/** @typedef {{id: string, role: string}} Me */
/** @typedef {'unknown' | 'none' | 'denied' | 'off' | 'on'} State  `none` where the browser has no such thing */
/**
 * @typedef {object} Parts  what touches the outside world
 * @property {() => Promise<ServiceWorkerRegistration | null>} worker
 * @property {() => NotificationPermission | 'none'} permission
 * @property {() => Promise<unknown>} ask  for that permission; a browser takes it only as an answer to a press
 * @property {typeof local} kept
 */

const KEPT = 'push'
const CHANGED = 'openline.push.error.key_changed'

/** Tells of itself by `change` events. */
export class PushDevice extends EventTarget {
  /** @type {State} */ state = 'unknown'

  /** @type {Line} */ #line
  /** @type {() => Me} */ #who
  /** @type {Parts} */ #parts
  /** For whom the node was told that this device is still there. */ #renewed = ''

  /** @param {Line} line @param {() => Me} who  whose page this is @param {Parts} parts */
  constructor(line, who, parts) {
    super()
    this.#line = line
    this.#who = who
    this.#parts = parts
    line.addEventListener('state', this.renew)
    void this.look()
  }

  close() { this.#line.removeEventListener('state', this.renew) }

  /** Find out how it is. */
  async look() {
    this.#is(await this.#look())
  }

  /** @returns {Promise<State>} */
  async #look() {
    const permission = this.#parts.permission()
    if (permission === 'none') return 'none'
    if (permission === 'denied') return 'denied'
    const manager = await this.#manager()
    if (!manager) return 'none'
    return this.#isOurs && await manager.getSubscription() ? 'on' : 'off'
  }

  /** Turn it on, as an answer to a press. */
  async turnOn() {
    await this.#parts.ask()
    if (this.#parts.permission() === 'granted') {
      await this.#subscribe()
      this.#parts.kept.set(KEPT, nameOf(this.#who()))
    }
    await this.look()
  }

  async turnOff() {
    const subscription = await this.#subscription()
    this.#parts.kept.set(KEPT, null)
    if (subscription) {
      await this.#line.call('openline.push.off', { endpoint: subscription.endpoint }).catch(() => { /* it finds out */ })
      await subscription.unsubscribe()
    }
    await this.look()
  }

  /** Have something pushed to this device, to see it arrive. */
  async tryOut() {
    const subscription = await this.#subscription()
    await this.#line.call('openline.push.try', { endpoint: subscription?.endpoint ?? '-' })
  }

  /** Say once on each page that this device is still there: the node forgets those of which it hears nothing. */
  renew = async () => {
    const { id } = this.#who()
    if (this.#renewed === id || this.#line.state !== 'online') return
    this.#renewed = id
    const subscription = await this.#subscription()
    try {
      if (this.#isOurs && this.#parts.permission() === 'granted') await this.#subscribe()
      else if (subscription && !this.#isOurs) await subscription.unsubscribe() // whoever was here before
    } catch {
      this.#renewed = '' // at the next connection, then
    }
    await this.look()
  }

  /** Whether it was turned on by whose page this is. */
  get #isOurs() { return this.#parts.kept.get(KEPT) === nameOf(this.#who()) }

  /** A subscription is bound to the node's key: where that is another by now, a new one is made. */
  async #subscribe() {
    const manager = await this.#manager()
    if (!manager) throw new Error('This browser cannot be told while no page is open.')
    const { key } = await this.#line.call('openline.push.key')
    const before = await manager.getSubscription()
    if (before && encoded(before.options.applicationServerKey) !== key) await before.unsubscribe()
    const subscription = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    await this.#line.call('openline.push.on', {
      endpoint: subscription.endpoint,
      p256dh: encoded(subscription.getKey('p256dh')),
      auth: encoded(subscription.getKey('auth')),
      key,
    }).catch(async error => {
      if (error.uri !== CHANGED) await subscription.unsubscribe()
      throw error
    })
  }

  async #subscription() {
    return await (await this.#manager())?.getSubscription() ?? null
  }

  async #manager() {
    return (await this.#parts.worker())?.pushManager
  }

  /** @param {State} state */
  #is(state) {
    this.state = state
    this.dispatchEvent(new CustomEvent('change'))
  }
}

/** A guest is whoever uses this browser, under whichever id. @param {Me} me */
const nameOf = ({ id, role }) => role === 'guest' ? 'guest' : id

/** base64url, as the node writes it. @param {ArrayBuffer | null} bytes */
export const encoded = bytes =>
  bytes ? btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : ''

/** Nobody is told here any more, whoever it was: they have signed out. @param {Parts} parts */
export const forget = async ({ worker, kept }) => {
  kept.set(KEPT, null)
  const registration = await worker()
  const subscription = await registration?.pushManager?.getSubscription()
  for (const one of await registration?.getNotifications() ?? []) one.close()
  await subscription?.unsubscribe()
}
