// @ts-check
// The browser's own dialog: it keeps the focus in, closes on Esc, and gives the focus back to where it came from.
import { useLayoutEffect, useRef } from 'preact/hooks'
import { html } from './html.js'
import { Close } from './icons.js'

let ids = 0

/** @param {{title: string, kind?: string, onClose: () => void, children?: any}} props */
export const Dialog = ({ title, kind = '', onClose, children }) => {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null))
  const id = useRef(`dialog-${++ids}`)
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  // A click outside lands on the dialog itself: its content fills it.
  const outside = (/** @type {MouseEvent} */ event) => event.target === ref.current && onClose()
  return html`<dialog ref=${ref} class=${`dialog ${kind}`} aria-labelledby=${id.current} onClose=${onClose} onClick=${outside}>
    <div class="dialog-content">
      <header class="dialog-head">
        <h2 id=${id.current}>${title}</h2>
        <button class="icon-button" aria-label="Close" onClick=${onClose}><${Close} /></button>
      </header>
      ${children}
    </div>
  </dialog>`
}
