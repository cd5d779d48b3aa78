// @ts-check
// A sentence at the edge of the page that goes by itself. It waits while it is looked at.
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'

/**
 * @typedef {object} Toast
 * @property {string} text
 * @property {{label: string, run: () => void}} [action]
 * @property {() => void} [done]  called once, when it went without its action having been taken
 */
/** @typedef {Toast & {id: number}} Shown */

const SECONDS = 5
/** @type {Set<(shown: Shown[]) => void>} */
const watchers = new Set()
/** @type {Shown[]} */
let shown = []
let last = 0

/** @param {Toast} toast @returns {() => void} takes it away at once */
export const toast = toast => {
  const made = { ...toast, id: ++last }
  set([...shown, made])
  return () => end(made)
}

/** End all of them now, as if their time were over. */
export const endToasts = () => shown.forEach(end)

/** @param {Shown[]} wanted */
const set = wanted => {
  shown = wanted
  watchers.forEach(watch => watch(shown))
}

/** @param {Shown} one */
const end = one => {
  if (!shown.includes(one)) return
  set(shown.filter(other => other !== one))
  one.done?.()
}

/** @param {Shown} one */
const act = one => {
  set(shown.filter(other => other !== one))
  one.action?.run()
}

export const Toasts = () => {
  const [list, setList] = useState(shown)
  useEffect(() => {
    watchers.add(setList)
    return () => void watchers.delete(setList)
  }, [])
  return html`<div class="toasts" role="status">${list.map(one => html`<${One} key=${one.id} one=${one} />`)}</div>`
}

/** @param {{one: Shown}} props */
const One = ({ one }) => {
  const timer = useRef(0)
  const go = () => {
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => end(one), SECONDS * 1000)
  }
  const wait = () => clearTimeout(timer.current)
  useEffect(() => {
    go()
    return wait
  }, [])
  return html`<div class="toast" onPointerEnter=${wait} onPointerLeave=${go} onFocusIn=${wait} onFocusOut=${go}>
    <span>${one.text}</span>
    ${one.action && html`<button class="link" onClick=${() => act(one)}>${one.action.label}</button>`}
  </div>`
}
