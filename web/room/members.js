// @ts-check
// Who has joined a room and as what, what can be done about each, and the way out of it.
import { useEffect, useState } from 'preact/hooks'
import { AvatarWithDot } from '../presence/dot.js'
import { people } from '../presence/people.js'
import { useChanges } from '../ui/changes.js'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Leave } from '../ui/icons.js'
import { PersonIn, roleWords } from './person.js'
import { when } from '../ui/time.js'

/** @import { Presence } from '../presence/presence.js' */
/** @import { RoomPresence } from '../presence/room.js' */
/** @import { Member, Room } from './room.js' */

/**
 * @param {{room: Room, presence: Presence, there: RoomPresence | null, onClose: () => void, onLeave: (() => void) | null,
 *   onTalk: (id: string) => void}} props
 */
export const Members = ({ room, presence, there, onClose, onLeave, onTalk }) => {
  const [members, setMembers] = useState(/** @type {Member[] | null} */ (null))
  const [error, setError] = useState('')
  const [shown, setShown] = useState('')
  const load = () => room.members().then(setMembers, problem => setError(problem.message))
  useEffect(() => { void load() }, [room.state.moves])
  const seen = useSeen(presence, room, there)
  const one = members?.find(({ id }) => id === shown)
  const known = Boolean(there?.state.epoch && !there.state.many)
  return html`<${Dialog} title=${members ? `Members (${members.length})` : 'Members'} kind="sheet" onClose=${onClose}>
    ${error && html`<p class="field-error">${error}</p>`}
    ${one ? html`<${PersonIn} key=${one.id} room=${room} member=${one} onBack=${() => setShown('')} onChanged=${load} onTalk=${onTalk} />`
      : html`<p class="dim here-count">${there?.state.count ? `${there.state.count} here now` : ''}</p>
        <ul class="members">${members?.map(member => html`<${Item} key=${member.id} room=${room} member=${member} known=${known}
          seen=${seen.get(member.id)} onPick=${setShown} />`)}</ul>
        ${onLeave && html`<button class="button leave" onClick=${onLeave}><${Leave} />Leave this room</button>`}`}
  <//>`
}

/** When those were here the last time who are not. @param {Presence} presence @param {Room} room @param {RoomPresence | null} there */
const useSeen = (presence, room, there) => {
  const [seen, setSeen] = useState(/** @type {Map<string, number>} */ (new Map()))
  useEffect(() => {
    presence.seen(room.name).then(setSeen, () => {})
  }, [room.name, there?.state.count])
  return seen
}

/** @param {{room: Room, member: Member, known: boolean, seen: number | undefined, onPick: (id: string) => void}} props */
const Item = ({ room, member, known, seen, onPick }) => {
  useChanges(people, member.id)
  const entry = people.of(member.id)
  const about = entry ? entry.text : known && seen ? `Last seen ${when(seen, Date.now() / 1000)}` : ''
  return html`<li>
    <button class="member" onClick=${() => onPick(member.id)}>
      <${AvatarWithDot} of=${member} absent=${known} />
      <span class="person"><bdi>${member.name}</bdi>${about && html`<bdi class="dim">${about}</bdi>`}</span>
      ${member.role !== 'member' && html`<span class="badge">${roleWords[member.role]}</span>`}
      ${member.id === room.me.id && html`<span class="dim">you</span>`}
    </button>
  </li>`
}
