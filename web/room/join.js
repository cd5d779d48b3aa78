// @ts-check
// Where a link into a room leads: what room it is, and the way in.
import { useEffect, useState } from 'preact/hooks'
import { NotYet, useAsked } from '../identity/asked.js'
import { goOnTo } from '../routes.js'
import { html } from '../ui/html.js'
import { Back } from '../ui/icons.js'
import { LOBBY } from './rooms.js'

/** @param {{line: import('../line/line.js').Line, rooms: import('./rooms.js').Rooms, code: string}} props */
export const Join = ({ line, rooms, code }) => {
  const { value: room, error, load } = useAsked(line, 'openline.room.invitation', { code })
  const [refused, setRefused] = useState('')
  useEffect(() => { if (room?.joined) goOnTo(room.room) }, [room?.joined])
  const accept = async () => {
    setRefused('')
    await rooms.accept(code).then(goOnTo, problem => setRefused(problem.message))
  }
  return html`<section class="page beside" aria-labelledby="page-title">
    <header class="room-head">
      <a class="icon-button narrow-only" href="#/rooms" aria-label="All rooms"><${Back} /></a>
      <div class="room-names"><h2 id="page-title" tabindex="-1">Invitation</h2></div>
    </header>
    <div class="page-body">${room
      ? html`<${Invited} room=${room} refused=${refused} onAccept=${accept} />`
      : html`<div class="refused"><${NotYet} error=${error} onAgain=${load} />
          ${error && html`<a class="button primary" href=${`#/room/${LOBBY}`}>Go to the lobby</a>`}</div>`}</div>
  </section>`
}

/** @param {{room: {title: string, subject: string, members: number, by: string}, refused: string, onAccept: () => void}} props */
const Invited = ({ room: { title, subject, members, by }, refused, onAccept }) => html`<div class="refused invited">
  <p class="dim"><bdi>${by}</bdi> invites you to</p>
  <h3><bdi>${title}</bdi></h3>
  ${subject && html`<p><bdi>${subject}</bdi></p>`}
  <p class="dim">${members === 1 ? '1 member' : `${members} members`}</p>
  <p class="field-error" role="alert">${refused}</p>
  <button class="button primary" onClick=${onAccept}>Join the room</button>
</div>`
