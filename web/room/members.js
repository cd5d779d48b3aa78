// @ts-check
// Who has joined a room, and the way out of it.
import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Leave } from '../ui/icons.js'

/** @import { Member, Room } from './room.js' */

/** @param {{room: Room, onClose: () => void, onLeave: (() => void) | null}} props */
export const Members = ({ room, onClose, onLeave }) => {
  const [members, setMembers] = useState(/** @type {Member[] | null} */ (null))
  const [error, setError] = useState('')
  useEffect(() => {
    room.members().then(setMembers, problem => setError(problem.message))
  }, [room.state.moves])
  return html`<${Dialog} title=${members ? `Members (${members.length})` : 'Members'} kind="sheet" onClose=${onClose}>
    ${error && html`<p class="field-error">${error}</p>`}
    <ul class="members">${members?.map(member => html`<li key=${member.id}>
      <${Avatar} of=${member} /><bdi>${member.name}</bdi>${member.id === room.me.id && html`<span class="dim">you</span>`}
    </li>`)}</ul>
    ${onLeave && html`<button class="button leave" onClick=${onLeave}><${Leave} />Leave this room</button>`}
  <//>`
}
