// @ts-check
// The page as something that stays: its service worker, whether there is a newer one, and how to install it.

const EVERY = 60 * 60_000

/** @typedef {Event & {prompt: () => Promise<{outcome: 'accepted' | 'dismissed'}>}} Offer  as browsers make it that can install pages */

/** The one script that may work in the background. Under Trusted Types no other address is taken. */
const script = () => {
  const { trustedTypes } = /** @type {any} */ (window)
  const address = new URL('sw.js', document.baseURI).href
  if (!trustedTypes) return address
  return trustedTypes.createPolicy('app', { createScriptURL: () => address }).createScriptURL('')
}

/** Tells of itself by `change` events, and by `open` of a message that a notification was about. */
class Shell extends EventTarget {
  /** Whether the site has a newer version than this page. */ isOld = false
  /** @type {Offer | null} */ #offer = null
  /** @type {Promise<ServiceWorkerRegistration | null>} */ #registering = Promise.resolve(null)
  #checked = 0

  constructor() {
    super()
    addEventListener('beforeinstallprompt', event => {
      event.preventDefault()
      this.#offered(/** @type {Offer} */ (event))
    })
    addEventListener('appinstalled', () => this.#offered(null))
  }

  /** Whether the browser would install the page now. */
  get canInstall() { return this.#offer !== null }

  /** The service worker, once it works; null where there is none. @returns {Promise<ServiceWorkerRegistration | null>} */
  async ready() {
    const registration = await this.#registering
    return registration && navigator.serviceWorker.ready
  }

  /** Have the page's files kept here, when nothing more urgent is to be done. */
  start() {
    if (!('serviceWorker' in navigator)) return
    this.#registering = idle().then(() => this.#register()).catch(() => null)
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      if (data?.open) this.dispatchEvent(new CustomEvent('open', { detail: data.open }))
    })
    document.addEventListener('visibilitychange', () => void this.#check())
  }

  async install() {
    const offer = this.#offer
    this.#offered(null)
    await offer?.prompt()
  }

  async #register() {
    const registration = await navigator.serviceWorker.register(script(), { updateViaCache: 'none' })
    if (!registration) return null
    await settled(registration)
    this.#checked = Date.now()
    // This page came from the network after the last version did: only what comes from here on is newer.
    registration.addEventListener('updatefound', () => void this.#updated(registration))
    return registration
  }

  /** @param {ServiceWorkerRegistration} registration */
  async #updated(registration) {
    await settled(registration)
    this.isOld = true
    this.#changed()
  }

  /** A page that is open for days finds out when it is looked at. */
  async #check() {
    if (document.hidden || Date.now() - this.#checked < EVERY) return
    this.#checked = Date.now()
    await (await this.#registering)?.update().catch(() => {})
  }

  /** @param {Offer | null} offer */
  #offered(offer) {
    this.#offer = offer
    this.#changed()
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}

/** Until a version that is being taken up works, or has failed. @param {ServiceWorkerRegistration} registration */
const settled = async registration => {
  const coming = registration.installing ?? registration.waiting
  while (coming && !['activated', 'redundant'].includes(coming.state)) {
    await new Promise(resolve => coming.addEventListener('statechange', resolve, { once: true }))
  }
}

/** Once the page is there, and has nothing to do. */
const idle = async () => {
  if (document.readyState !== 'complete') await new Promise(resolve => addEventListener('load', resolve, { once: true }))
  await new Promise(resolve => 'requestIdleCallback' in window ? requestIdleCallback(resolve, { timeout: 3000 }) : setTimeout(resolve, 1000))
}

export const shell = new Shell()
