// @ts-check
// For moderators: what was reported, who may not speak or come in, and what was done.
import { useState } from 'preact/hooks'
import { NotYet, useAsked } from '../identity/asked.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { When, full } from '../ui/time.js'

/** @import { Line } from '../line/line.js' */
/** @import { Room } from './room.js' */
/** @typedef {{id: string, message: number, author: {name: string}, words: string, by: {name: string}, why: string, at: number}} Reported */
/** @typedef {{id: string, name: string, what: 'mute' | 'ban', until: number | null, why: string}} Sanctioned */
/** @typedef {{number: number, at: number, by: {name: string}, what: string, person: {name: string} | null, why: string, until: number | null}} Deed */

/** @param {{line: Line, room: Room, onClose: () => void}} props */
export const ModerationDesk = ({ line, room, onClose }) => {
  const [error, setError] = useState('')
  const asked = { room: room.name }
  const reports = useAsked(line, 'openline.room.reports', asked)
  const sanctions = useAsked(line, 'openline.room.sanctions', asked)
  const deeds = useAsked(line, 'openline.room.deeds', asked)
  /** @param {string} what @param {object} more */
  const act = async (what, more) => {
    setError('')
    await room.call(what, more).catch(problem => setError(problem.message))
    await Promise.all([reports.load(), sanctions.load(), deeds.load()])
  }
  return html`<${Dialog} title="Moderation" kind="desk" onClose=${onClose}>
    <p class="field-error" role="alert">${error}</p>
    <${Part} title="Reports" asked=${reports} of="reports" none="Nothing is reported."
      row=${(/** @type {Reported} */ report) => html`<${ReportRow} key=${report.id} report=${report} act=${act} />`} />
    <${Part} title="Muted and banned" asked=${sanctions} of="sanctions" none="Nobody."
      row=${(/** @type {Sanctioned} */ one) => html`<${SanctionRow} key=${one.what + one.id} one=${one} act=${act} />`} />
    <${Part} title="What was done" asked=${deeds} of="deeds" none="Nothing yet."
      row=${(/** @type {Deed} */ deed) => html`<${DeedRow} key=${deed.number} deed=${deed} />`} />
  <//>`
}

/** @param {{title: string, asked: ReturnType<typeof useAsked>, of: string, none: string, row: (one: any) => any}} props */
const Part = ({ title, asked: { value, error, load }, of, none, row }) => html`<section class="desk-part">
  <h3>${title}</h3>
  ${value ? html`<ul class="rows" aria-label=${title}>${value[of].map(row)}</ul>` : html`<${NotYet} error=${error} onAgain=${load} />`}
  ${value?.[of].length === 0 && html`<p class="dim">${none}</p>`}
</section>`

/** @param {{report: Reported, act: (what: string, more: object) => void}} props */
const ReportRow = ({ report: { id, message, author, words, by, why, at }, act }) => html`<li class="row-item report">
  <blockquote class="report-words" dir="auto">${words}</blockquote>
  <p class="dim"><bdi>${author.name}</bdi> wrote this. Reported by <bdi>${by.name}</bdi> <${When} at=${at} />${why && html`: <bdi>${why}</bdi>`}</p>
  <div class="row">
    <button class="button warning" onClick=${async () => {
      await act('take_down', { message, why })
      await act('resolve', { report: id })
    }}>Delete the message</button>
    <button class="button" onClick=${() => act('resolve', { report: id })}>Resolve</button>
  </div>
</li>`

/** @param {{one: Sanctioned, act: (what: string, more: object) => void}} props */
const SanctionRow = ({ one: { id, name, what, until, why }, act }) => html`<li class="row-item">
  <span><bdi>${name}</bdi> <span class="dim">${what === 'ban' ? 'banned' : 'muted'} ${until ? `until ${full(until)}` : 'for good'}${why && html`: <bdi>${why}</bdi>`}</span></span>
  <button class="button" aria-label=${`Lift for ${name}`} onClick=${() => act(`un${what}`, { person: id })}>Lift</button>
</li>`

const DONE = /** @type {Record<string, string>} */ ({
  kicked: 'removed', banned: 'banned', unbanned: 'lifted the ban of', muted: 'muted', unmuted: 'lifted the mute of', deleted: 'deleted a message of',
  resolved: 'dealt with a report about', made_owner: 'made an owner:', made_moderator: 'made a moderator:', made_member: 'made a member again:',
  changed: 'changed the', archived: 'archived the room', unarchived: 'opened the room again', invite_made: 'made a link', invite_revoked: 'revoked a link',
})

/** @param {{deed: Deed}} props */
const DeedRow = ({ deed: { at, by, what, person, why, until } }) => html`<li class="row-item deed">
  <span><bdi>${by.name}</bdi> ${DONE[what] ?? what}${person && html` <bdi>${person.name}</bdi>`}${until && person ? ` until ${full(until)}` : ''}${why && (what === 'changed' ? ` ${why.replace('subject', 'topic')}` : html`: <bdi>${why}</bdi>`)}</span>
  <span class="dim"><${When} at=${at} /></span>
</li>`
