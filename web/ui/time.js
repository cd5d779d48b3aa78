// @ts-check
// Times for people, in the words of their language.
import { useEffect, useState } from 'preact/hooks'
import { html } from './html.js'

const HOUR = 3600
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const yearFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

/** @param {number} time  seconds since 1970 */
export const clock = time => clockFormat.format(time * 1000)
/** Without a.m. and p.m., where there is no room for them. @param {number} time */
export const shortClock = time => clockFormat.formatToParts(time * 1000)
  .filter(({ type }) => type !== 'dayPeriod').map(({ value }) => value).join('').trim()

/** @param {number} time */
export const full = time => fullFormat.format(time * 1000)

/** @param {number} time @param {number} now */
export const ago = (time, now) => {
  const past = now - time
  if (past >= HOUR) return clock(time)
  return past < 60 ? 'just now' : `${Math.floor(past / 60)} min ago`
}

/** @param {number} time @param {number} now */
export const dayName = (time, now) => {
  const day = new Date(time * 1000), today = new Date(now * 1000)
  const days = Math.round((noon(day) - noon(today)) / 86_400_000)
  if (days === 0 || days === -1) return capital(relative.format(days, 'day'))
  return (day.getFullYear() === today.getFullYear() ? dayFormat : yearFormat).format(day)
}

/** @param {Date} date */
const noon = date => new Date(date.getFullYear(), date.getMonth(), date.getDate(), 12).getTime()
/** @param {string} words */
const capital = words => words.charAt(0).toLocaleUpperCase() + words.slice(1)

/** Draws again every minute. @returns {number} seconds since 1970 */
export const useMinute = () => {
  const [now, setNow] = useState(() => Date.now() / 1000)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 60_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** How long ago, the time if that was today, or the day. @param {number} time @param {number} now */
export const when = (time, now) => {
  const isToday = new Date(time * 1000).toDateString() === new Date(now * 1000).toDateString()
  return isToday || now - time < HOUR ? ago(time, now) : dayName(time, now)
}

/** @param {{at: number}} props */
export const When = ({ at }) => {
  const now = useMinute()
  return html`<time dateTime=${new Date(at * 1000).toISOString()} title=${full(at)}>${when(at, now)}</time>`
}

/** How long ago, or when, with the whole date at hand. @param {{at: number}} props */
export const Ago = ({ at }) => {
  const now = useMinute()
  return html`<time dateTime=${new Date(at * 1000).toISOString()} title=${full(at)}>${ago(at, now)}</time>`
}

/** Whole seconds until a moment, counted down; 0 once it has come. @param {number} until  in ms since 1970 @returns {number} */
export const useCountdown = until => {
  const [, tick] = useState(0)
  const left = until - Date.now()
  useEffect(() => {
    if (left <= 0) return undefined
    const timer = setTimeout(() => tick(Date.now()), left % 1000 || 1000)
    return () => clearTimeout(timer)
  })
  return Math.max(0, Math.ceil(left / 1000))
}
