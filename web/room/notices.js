// @ts-check
// Of what somebody wants to hear, and when. Values in, values out.

/** @import { Level, Own } from './mine.js' */
/** @typedef {{starts: number, ends: number, zone: string}} Quiet  minutes after midnight */
/** @typedef {{level: Level, sound: boolean, quiet: Quiet | null, paused: number}} Notices */

/** @type {Notices} */
export const DEFAULT = Object.freeze({ level: 'all', sound: false, quiet: null, paused: 0 })

/** Whether nothing is to be heard now. @param {Notices} notices @param {number} now  seconds since 1970 */
export const isQuiet = ({ quiet, paused }, now) => now < paused || (quiet !== null && isWithin(quiet, minuteIn(quiet.zone, now)))

/** Hours may go over midnight; where they begin and end together there are none. @param {Quiet} quiet @param {number} minute */
const isWithin = ({ starts, ends }, minute) =>
  starts <= ends ? minute >= starts && minute < ends : minute >= starts || minute < ends

/** What a clock in a zone shows; one here, where the browser does not know the zone. @param {string} zone @param {number} now */
const minuteIn = (zone, now) => {
  const date = new Date(now * 1000)
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' })
      .formatToParts(date)
    const [hour, minute] = ['hour', 'minute'].map(type => Number(parts.find(part => part.type === type)?.value))
    return 60 * hour + minute
  } catch {
    return 60 * date.getHours() + date.getMinutes()
  }
}

/** Whether somebody wants to hear of a message. @param {Own} own @param {Notices} notices @param {boolean} named */
export const wants = ({ muted, level }, notices, named) => {
  const wanted = level === 'default' ? notices.level : level
  return !muted && (wanted === 'all' || (wanted === 'mentions' && named))
}

/** `22:05`, as a field of hours takes it. @param {number} minutes */
export const asTime = minutes => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** @param {string} time @returns {number} minutes after midnight; NaN for no time */
export const fromTime = time => {
  const [hours, minutes] = time.split(':').map(Number)
  return 60 * (hours ?? NaN) + (minutes ?? NaN)
}
