// @ts-check
// What keeps somebody from speaking in a room just now, said above the place to write.
import { useEffect, useReducer } from 'preact/hooks'
import { html } from '../ui/html.js'
import { clock, full, useCountdown } from '../ui/time.js'
import { holdOn, lastSpoke } from './standing.js'

/** @import { Hold } from './standing.js' */

const DAY = 86_400
const LONGEST = 2 ** 31 - 1

/** The time of today, or the date. @param {number} time */
const tell = time => time - Date.now() / 1000 < DAY ? clock(time) : full(time)

/** Why one cannot speak now; drawn again when that is over. @param {import('./room.js').Room} room @returns {Hold | null} */
export const useHold = room => {
  const [, draw] = useReducer((/** @type {number} */ count, /** @type {void} */ _) => count + 1, 0)
  const hold = holdOn(room.info, room.me, lastSpoke(room.state, room.me.id), Date.now() / 1000, tell)
  const until = hold?.until ?? 0
  useEffect(() => {
    if (!until) return undefined
    const timer = setTimeout(() => draw(), Math.min(Math.max(0, until * 1000 - Date.now()) + 50, LONGEST))
    return () => clearTimeout(timer)
  }, [until])
  return hold
}

/** @param {{hold: Hold | null}} props */
export const HoldNote = ({ hold }) => html`<div id="composer-hold" role="status">${hold && (hold.stopped
  ? html`<p class="composer-hold">${hold.words}</p>`
  : html`<p class="composer-hold soft">${hold.words}<${Left} until=${hold.until} /></p>`)}</div>`

/** @param {{until: number}} props */
const Left = ({ until }) => {
  const left = useCountdown(until * 1000)
  return left > 0 ? html`<span aria-hidden="true"> ${left} s left</span>` : null
}
