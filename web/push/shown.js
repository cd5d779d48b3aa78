// @ts-check
// Notifications that the service worker shows: they outlive the page, and are the same ones that are pushed.

/** @typedef {{data?: {room?: string, offset?: number}, tag: string, close: () => void}} One */
/** @typedef {Pick<ServiceWorkerRegistration, 'showNotification' | 'getNotifications'>} Registration */

export class Shown {
  /** @param {() => Promise<Registration | null>} worker @param {() => boolean} isOn  whether this device is told also without a page */
  constructor(worker, isOn) {
    this.worker = worker
    this.isOn = isOn
  }

  /** Show one, if this device is told by the service worker. @param {string} title @param {NotificationOptions} options */
  async show(title, options) {
    const registration = this.isOn() ? await this.worker() : null
    if (!registration) return false
    await registration.showNotification(title, { ...options, icon: 'icons/icon-192.png', badge: 'icons/badge-96.png', silent: true })
    return true
  }

  /** Take away what was read, on whichever device. @param {(room: string) => number} readIn  up to where, by room */
  async tidy(readIn) {
    const registration = this.isOn() ? await this.worker() : null
    for (const one of read(await registration?.getNotifications() ?? [], readIn)) one.close()
  }
}

/** Those that tell of what is read by now. @param {One[]} shown @param {(room: string) => number} readIn */
export const read = (shown, readIn) => shown.filter(({ data }) => data?.room && readIn(data.room) >= (data.offset ?? 0))
