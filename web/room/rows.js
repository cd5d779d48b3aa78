// @ts-check
// The rows between messages: days, who came and went, and where things begin.
import { dayName, useMinute } from '../ui/time.js'
import { html } from '../ui/html.js'
import { sentences } from './notes.js'

export { MessageRow } from './message.js'

/** @param {{row: import('./timeline.js').DayRow}} props */
export const DayRow = ({ row }) => html`<li class="divider"><span>${dayName(row.time, useMinute())}</span></li>`

export const UnreadRow = () => html`<li class="divider unread"><span>New</span></li>`

export const LostRow = () => html`<li class="log-note">Some older messages are no longer kept.</li>`

/** @param {{title: string}} props */
export const StartRow = ({ title }) => html`<li class="log-start">
  <span class="log-start-mark" aria-hidden="true">#</span>
  <p class="log-start-title"><bdi>${title}</bdi></p>
  <p class="dim">This is where the room begins. Say hello: everybody who joins can read it, now or later.</p>
</li>`

/** @param {{row: import('./timeline.js').NotesRow}} props */
export const NotesRow = ({ row }) => html`<li class="log-note">${sentences(row.notes).map(({ what, names, more, by }, at) => html`
  <span key=${what + by}>${at > 0 && ' · '}${names.map((name, i) => html`${i > 0 && (more || i < names.length - 1 ? ', ' : ' and ')}<bdi>${name}</bdi>`)}${more > 0 && ` and ${more} more`} ${what}${by && html` <bdi>${by}</bdi>`}</span>`)}</li>`
