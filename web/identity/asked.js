// @ts-check
// What a page shows of the node's answer to a question.
import { useEffect, useState } from 'preact/hooks'
import { html } from '../ui/html.js'

/** @import { Line } from '../line/line.js' */

/**
 * What a procedure answers, asked when the page opens and whenever the line is back.
 * @param {Line} line @param {string} uri @param {object} [request]
 */
export const useAsked = (line, uri, request) => {
  const [value, setValue] = useState(/** @type {any} */ (null))
  const [error, setError] = useState('')
  const wanted = JSON.stringify(request ?? {})
  const load = async () => {
    if (line.state !== 'online') return
    try {
      setValue(await line.call(uri, JSON.parse(wanted)))
      setError('')
    } catch (problem) {
      setError(/** @type {Error} */ (problem).message)
    }
  }
  useEffect(() => {
    void load()
    line.addEventListener('state', load)
    return () => line.removeEventListener('state', load)
  }, [uri, wanted])
  return { value, error, load }
}

/** @param {{error: string, onAgain: () => void}} props */
export const NotYet = ({ error, onAgain }) => error
  ? html`<p class="not-yet" role="alert">${error} <button class="link" onClick=${onAgain}>Try again</button></p>`
  : html`<div class="skeleton-rooms" aria-hidden="true"><i /><i /><i /></div>`
