// @ts-check
// Presence in views.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useChanges } from '../ui/changes.js'
import { html } from '../ui/html.js'
import { Dot } from './dot.js'
import { typingWords } from './typing.js'

/** @import { Presence } from './presence.js' */
/** @import { RoomPresence } from './room.js' */
/** @import { Room } from '../room/room.js' */

/** Know who is here of a room, once one is in it. @param {Presence} presence @param {Room} room */
export const usePresence = (presence, room) => {
  const [there, setThere] = useState(/** @type {RoomPresence | null} */ (null))
  const inside = room.count > 0 && room.phase !== 'refused'
  useEffect(() => {
    if (!inside) return undefined
    setThere(presence.follow(room.name))
    return () => {
      presence.leave(room.name)
      setThere(null)
    }
  }, [inside, room.name])
  useChanges(there)
  useSaid(there, room)
  return there
}

/** Who has said something is not typing any more. @param {RoomPresence | null} there @param {Room} room */
const useSaid = (there, room) => {
  const { entries, head } = room.state
  const before = useRef(head)
  useEffect(() => {
    for (let at = entries.length - 1; at >= 0 && entries[at].id > before.current; at--) {
      const entry = entries[at]
      if (entry.kind === 'message') there?.typists.said(entry.by.id)
    }
    before.current = head
  }, [head])
}

/** How the other one of a direct room is. @param {{presence: Presence, room: string}} props */
export const OtherDot = ({ presence, room }) => {
  const [there, setThere] = useState(/** @type {RoomPresence | null} */ (null))
  useEffect(() => {
    setThere(presence.follow(room))
    return () => presence.leave(room)
  }, [presence, room])
  useChanges(there)
  const other = [...there?.state.people.keys() ?? []].find(id => id !== presence.me) ?? ''
  return html`<span class="other-dot">${there?.state.epoch && html`<${Dot} of=${other} />`}</span>`
}

/** Always there, so that nothing moves. @param {{there: RoomPresence | null}} props */
export const TypingLine = ({ there }) => {
  useChanges(there, 'typing')
  const words = typingWords(there?.typists.names ?? [])
  return html`<p class="typing">${words && html`<span class="typing-dots" aria-hidden="true"><i /><i /><i /></span><bdi>${words}</bdi>`}</p>`
}
