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

/** @param {string} state */
export const connectionWords = state => WORDS[state] ?? state

/** The page says it aloud elsewhere, once. @param {{line: Line}} props */
export const Connection = ({ line }) =>
  html`<span class="connection" data-state=${line.state} aria-hidden="true">${connectionWords(line.state)}</span>`

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
    <p><strong>You are offline.</strong> What you write is sent once you are back.</p>
    <p class="banner-retry"><span class="dim">${waiting(line)}</span>
      <button class="link" onClick=${() => line.retryNow()}>Try now</button></p>
  </div>`
}

/** @param {Line} line */
const waiting = ({ state, retryAt }) => {
  const seconds = Math.ceil((retryAt - Date.now()) / 1000)
  return state === 'connecting' || !(seconds > 0) ? 'Connecting…' : `Next try in ${seconds} s`
}
