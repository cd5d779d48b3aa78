// @ts-check
// How the line is doing, in words; and what to do about it when it is not.
import { useEffect, useState } from 'preact/hooks'
import { useChanges } from './changes.js'
import { html } from './html.js'

/** @import { Line } from '../line/line.js' */

const PATIENCE = 2000
const WORDS = /** @type {Record<string, string>} */ ({
  connecting: 'Connecting…', online: 'Online', offline: 'Offline', refused: 'Signed out', closed: 'Closed',
})

const LONG_WAY = 'WebSocket does not get through here. Everything works by long-poll, only a little slower.'

/** @param {Line} line */
export const connectionWords = ({ state, transport }) => transport === 'longpoll' ? 'Online by long-poll' : WORDS[state] ?? state

/** The page says it aloud elsewhere, once. @param {{line: Line}} props */
export const Connection = ({ line }) => html`<span class="connection" data-state=${line.state} aria-hidden="true"
  title=${line.transport === 'longpoll' ? LONG_WAY : null}>${connectionWords(line)}</span>`

/** A quiet strip, once being offline is more than a hiccup. @param {{line: Line}} props */
export const OfflineBanner = ({ line }) => {
  useChanges(line, 'state')
  const [late, setLate] = useState(false)
  const [, tick] = useState(0)
  const away = line.state === 'offline' || line.state === 'connecting'
  useEffect(() => {
    setLate(false)
    if (!away) return undefined
    const timer = setTimeout(() => setLate(true), PATIENCE)
    return () => clearTimeout(timer)
  }, [away])
  useEffect(() => {
    if (!away || !late) return undefined
    const timer = setInterval(() => tick(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [away, late])
  if (!away || !late) return null
  return html`<div class="banner">
    <p><strong>You are offline.</strong> ${why(line)} What you write is sent once you are back.</p>
    <p class="banner-retry"><span class="dim">${waiting(line)}</span>
      <button class="link" onClick=${() => line.retryNow()}>Try now</button></p>
  </div>`
}

/** What stands in the way, if it is known. @param {Line} line */
const why = ({ error }) => error && (error.uri === 'client.blocked' || error.fields.code) ? error.message : ''

/** @param {Line} line */
const waiting = ({ state, retryAt }) => {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000)
  return state === 'connecting' || !(seconds > 0) ? 'Connecting…' : `Next try in ${seconds} s`
}
