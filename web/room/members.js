// @ts-check
// Who has joined a room and as what, what can be done about each, and the way out of it.
import { useEffect, useState } from 'preact/hooks'
import { Avatar } from '../ui/avatar.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Leave } from '../ui/icons.js'
import { PersonIn, roleWords } from './person.js'

/** @import { Member, Room } from './room.js' */

/** @param {{room: Room, onClose: () => void, onLeave: (() => void) | null, onTalk: (id: string) => void}} props */
export const Members = ({ room, onClose, onLeave, onTalk }) => {
  const [members, setMembers] = useState(/** @type {Member[] | null} */ (null))
  const [error, setError] = useState('')
  const [shown, setShown] = useState('')
  const load = () => room.members().then(setMembers, problem => setError(problem.message))
  useEffect(() => { void load() }, [room.state.moves])
  const one = members?.find(({ id }) => id === shown)
  return html`<${Dialog} title=${members ? `Members (${members.length})` : 'Members'} kind="sheet" onClose=${onClose}>
    ${error && html`<p class="field-error">${error}</p>`}
    ${one ? html`<${PersonIn} key=${one.id} room=${room} member=${one} onBack=${() => setShown('')} onChanged=${load} onTalk=${onTalk} />`
      : html`<ul class="members">${members?.map(member => html`<${Item} key=${member.id} room=${room} member=${member} onPick=${setShown} />`)}</ul>
        ${onLeave && html`<button class="button leave" onClick=${onLeave}><${Leave} />Leave this room</button>`}`}
  <//>`
}

/** @param {{room: Room, member: Member, onPick: (id: string) => void}} props */
const Item = ({ room, member, onPick }) => html`<li>
  <button class="member" onClick=${() => onPick(member.id)}>
    <${Avatar} of=${member} /><bdi>${member.name}</bdi>
    ${member.role !== 'member' && html`<span class="badge">${roleWords[member.role]}</span>`}
    ${member.id === room.me.id && html`<span class="dim">you</span>`}
  </button>
</li>`
