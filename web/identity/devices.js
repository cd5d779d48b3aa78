// @ts-check
// The devices on which somebody is signed in; each can be signed out from here.
import { useState } from 'preact/hooks'
import { html } from '../ui/html.js'
import { Device } from '../ui/icons.js'
import { When } from '../ui/time.js'
import { toast } from '../ui/toast.js'
import { deviceName } from './agent.js'
import { NotYet, useAsked } from './asked.js'

/** @typedef {{family: string, agent: string, address: string, created: number, used: number, current: boolean}} SignedIn */

/** @param {{line: import('../line/line.js').Line}} props */
export const Devices = ({ line }) => {
  const { value, error, load } = useAsked(line, 'openline.identity.devices')
  const [ending, setEnding] = useState('')
  if (!value) return html`<${NotYet} error=${error} onAgain=${load} />`
  const devices = /** @type {SignedIn[]} */ (value.devices).toSorted((one, other) => Number(other.current) - Number(one.current))

  /** @param {string} what @param {string} uri @param {object} request @param {string} words */
  const end = async (what, uri, request, words) => {
    setEnding(what)
    try {
      await line.call(uri, request)
      toast({ text: words })
    } catch (problem) {
      toast({ text: /** @type {Error} */ (problem).message })
    }
    setEnding('')
    await load()
  }
  return html`<ul class="things">${devices.map(device => html`<${One} key=${device.family} device=${device} busy=${ending === device.family}
      onEnd=${() => end(device.family, 'openline.identity.end_device', { family: device.family }, `${deviceName(device.agent)} is signed out.`)} />`)}</ul>
    ${devices.length > 1 && html`<div class="row">
      <button class="button" aria-disabled=${ending === 'others' ? 'true' : null}
        onClick=${() => end('others', 'openline.identity.end_others', {}, 'All your other devices are signed out.')}>Sign out all others</button>
    </div>`}`
}

/** @param {{device: SignedIn, busy: boolean, onEnd: () => void}} props */
const One = ({ device: { agent, address, used, created, current }, busy, onEnd }) => html`<li class="thing">
  <span class="thing-mark"><${Device} /></span>
  <div class="thing-words">
    <p class="thing-name">${deviceName(agent)}${current && html` <span class="badge">This device</span>`}</p>
    <p class="dim">${address} · since <${When} at=${created} />${!current && html`, active <${When} at=${used} />`}</p>
  </div>
  ${!current && html`<button class="button" aria-disabled=${busy ? 'true' : null} aria-label=${`Sign out ${deviceName(agent)}`} onClick=${onEnd}>Sign out</button>`}
</li>`
