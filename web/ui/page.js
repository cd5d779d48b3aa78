// @ts-check
// A page beside the list of rooms that is no room: a head, and sections in a column.
import { useEffect, useRef } from 'preact/hooks'
import { html } from './html.js'
import { Back } from './icons.js'

/** @param {{title: string, action?: any, children: any}} props */
export const Page = ({ title, action, children }) => {
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  useEffect(() => heading.current?.focus(), [title])
  return html`<section class="page beside" aria-labelledby="page-title">
    <header class="room-head">
      <a class="icon-button narrow-only" href="#/rooms" aria-label="All rooms"><${Back} /></a>
      <div class="room-names"><h2 id="page-title" ref=${heading} tabindex="-1">${title}</h2></div>
      ${action}
    </header>
    <div class="page-body"><div class="page-column">${children}</div></div>
  </section>`
}

/** @param {{title: string, words?: any, children: any}} props */
export const Section = ({ title, words, children }) => html`<section class="section">
  <div class="section-head"><h3>${title}</h3>${words && html`<p class="dim">${words}</p>`}</div>
  <div class="section-body">${children}</div>
</section>`
