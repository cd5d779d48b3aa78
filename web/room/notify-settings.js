// @ts-check
// Of what somebody is notified, and when not: the same on all of their devices, but for what a browser allows.
import { useState } from 'preact/hooks'
import { DeviceSettings } from '../push/settings.js'
import { useChanges } from '../ui/changes.js'
import { html } from '../ui/html.js'
import { Bell, BellOff, Moon, Sound } from '../ui/icons.js'
import { Section } from '../ui/page.js'
import { Levels, Switch, attempt } from './menu.js'
import { allowed, askToNotify, beep } from './notifier.js'
import { asTime, fromTime } from './notices.js'

/** @import { Notices, Quiet } from './notices.js' */
/** @import { Personal } from './personal.js' */

const HOUR = 3600
const USUAL = { starts: 22 * 60, ends: 7 * 60 }
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** @param {{personal: Personal, device: import('../push/device.js').PushDevice}} props */
export const NotifySettings = ({ personal, device }) => {
  useChanges(personal)
  const { notices } = personal, { level, sound, quiet, paused } = notices
  const notify = (/** @type {Partial<Notices>} */ different) => void attempt(personal.notify(different))
  const now = Date.now() / 1000
  return html`<${Section} title="Notifications" words="Of what you hear while you are elsewhere. Each room can have a rule of its own.">
    <${DeviceSettings} device=${device}><${Allowing} /><//>
    <${Levels} name="notices" legend="Notify me of" value=${level} onChange=${(/** @type {Notices['level']} */ wanted) => notify({ level: wanted })} />
    <${Switch} icon=${Sound} label="Sound" words="A short tone with each of them" on=${sound} onChange=${(/** @type {boolean} */ on) => {
      if (on) beep()
      notify({ sound: on })
    }} />
    <${Switch} icon=${BellOff} label="Pause" words=${paused > now ? `Until ${new Date(paused * 1000).toLocaleString([], { weekday: 'short', hour: 'numeric', minute: '2-digit' })}` : 'Nothing for the next eight hours'}
      on=${paused > now} onChange=${(/** @type {boolean} */ on) => notify({ paused: on ? Math.floor(now + 8 * HOUR) : 0 })} />
    <${Switch} icon=${Moon} label="Quiet hours" words="Nothing at these hours of each day" on=${quiet !== null}
      onChange=${(/** @type {boolean} */ on) => notify({ quiet: on ? { ...USUAL, zone: here() } : null })} />
    ${quiet && html`<${Hours} quiet=${quiet} onChange=${(/** @type {Quiet} */ hours) => notify({ quiet: hours })} />`}
  <//>`
}

/** @param {{quiet: Quiet, onChange: (quiet: Quiet) => void}} props */
const Hours = ({ quiet, onChange }) => {
  const change = (/** @type {'starts' | 'ends'} */ which) => (/** @type {any} */ event) => {
    const minutes = fromTime(event.target.value)
    if (Number.isInteger(minutes)) onChange({ ...quiet, [which]: minutes, zone: here() })
  }
  return html`<div class="hours">
    <label>From<input class="field" type="time" value=${asTime(quiet.starts)} onChange=${change('starts')} /></label>
    <label>To<input class="field" type="time" value=${asTime(quiet.ends)} onChange=${change('ends')} /></label>
    <p class="dim">${quiet.zone.replaceAll('_', ' ')}</p>
  </div>`
}

/** Browsers let a page ask once, and only when somebody has pressed a button. */
const Allowing = () => {
  const [is, setIs] = useState(allowed())
  if (is !== 'default') return null
  return html`<div class="row"><button class="button primary" onClick=${() => void askToNotify().then(setIs)}><${Bell} />Show notifications here</button></div>`
}
