// @ts-check
// In the settings of notifications: what this browser lets the page do, and whether this device is told while no page is open.
import { useState } from 'preact/hooks'
import { useChanges } from '../ui/changes.js'
import { html } from '../ui/html.js'
import { Bell, Device } from '../ui/icons.js'
import { toast } from '../ui/toast.js'
import { Switch, attempt } from '../room/menu.js'

/** @import { PushDevice } from './device.js' */

const BLOCKED = 'This browser was told not to show notifications of this page. Its own settings of this site, beside the address, take that back.'
const NONE = 'This browser shows no notifications while the page is closed.'
const HOME = 'On an iPhone or iPad, add Openline to the home screen first: Share, then Add to Home Screen. Notifications are turned on there.'
const COUNTS = 'The title of the page still counts what is new.'

/** @param {{device: PushDevice, children: any}} props  children are for browsers that only tell while a page is open */
export const DeviceSettings = ({ device, children }) => {
  useChanges(device)
  const [busy, setBusy] = useState(false)
  const [wanted, setWanted] = useState(/** @type {boolean | null} */ (null))
  const { state } = device
  const act = (/** @type {Promise<unknown>} */ doing) => {
    setBusy(true)
    void attempt(doing).finally(() => {
      setBusy(false)
      setWanted(null)
    })
  }
  const turn = (/** @type {boolean} */ on) => {
    setWanted(on)
    act(on ? device.turnOn() : device.turnOff())
  }
  const tried = () => act(device.tryOut().then(() => void toast({ text: 'On its way. It arrives in a moment, also when this page is closed.' })))
  if (state === 'unknown') return null
  if (state === 'denied') return html`<p class="dim">${BLOCKED} ${COUNTS}</p>`
  if (state === 'none') return html`${children}<p class="dim">${isOnHomeScreenOnly() ? HOME : NONE} ${COUNTS}</p>`
  return html`<${Switch} icon=${Device} label="On this device" words=${busy ? 'One moment…' : 'Also while no page of Openline is open'} on=${wanted ?? state === 'on'} onChange=${turn} />
    ${state === 'on' && html`<div class="row push-test"><button class="button" aria-disabled=${busy ? 'true' : null} onClick=${() => busy || tried()}><${Bell} />Send a test</button></div>`}`
}

/** Whether this is a system whose pages are notified only once they are on the home screen. */
const isOnHomeScreenOnly = () => /iPhone|iPad/.test(navigator.userAgent) && !('PushManager' in window)
