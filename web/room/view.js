// @ts-check
// One room on the page: who is in it, what is said, and the place to write.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { TypingLine, usePresence } from '../presence/use.js'
import { goTo, leaveMessage } from '../routes.js'
import { useChanges } from '../ui/changes.js'
import { Connection, OfflineBanner } from '../ui/connection.js'
import { html } from '../ui/html.js'
import { Back, Info, People, Pin, Search } from '../ui/icons.js'
import { full } from '../ui/time.js'
import { toast } from '../ui/toast.js'
import { AboutRoom } from './about.js'
import { focus, useActs } from './acts.js'
import { Composer } from './composer.js'
import { ModerationDesk } from './desk.js'
import { Viewer, picturesOf } from './files/viewer.js'
import { useHold } from './hold.js'
import { WebhooksDialog } from './hooks/hooks.js'
import { InviteDialog } from './inviting.js'
import { Log } from './log.js'
import { Members } from './members.js'
import { RoomMark } from './mark.js'
import { AboutMessage } from './onothers.js'
import { EmojiPicker } from './picker.js'
import { LOBBY } from './rooms.js'
import { say } from './said.js'
import { RoomSettings } from './settings.js'
import { RoomMenu } from './menu.js'
import { find, lastOwn } from './state.js'
import { ThreadPane } from './thread.js'
import { timeline } from './timeline.js'
import { PinsDialog, VersionsDialog } from './versions.js'

/** @import { Line } from '../line/line.js' */
/** @import { Presence } from '../presence/presence.js' */
/** @import { RoomPresence } from '../presence/room.js' */
/** @import { Room } from './room.js' */
/** @import { Rooms } from './rooms.js' */

/** @param {{line: Line, rooms: Rooms, presence: Presence, name: string, route: import('../routes.js').Route, shown: boolean, onSearch: () => void}} props */
export const RoomView = ({ line, rooms, presence, name, route, shown, onSearch }) => {
  const [room] = useState(() => rooms.enter(name))
  useEffect(() => { if (route.at) room.pages.openAt(route.at) }, [route])
  const [sheet, setSheet] = useState(/** @type {Sheet} */ (''))
  const log = useRef(/** @type {Log | null} */ (null))
  const [editing, setEditing] = useState(0)
  useChanges(room)
  const atEnd = useAttention(room, shown)
  const there = usePresence(presence, room)
  const rows = useMemo(() => timeline(room.view, room.me, room.marker), [room.view, room.marker, room.me.id])

  const { open, set, acts } = useActs(room, { edit: setEditing, remove: id => deleteLater(room, id) })
  useTrouble(room)

  const write = (/** @type {string} */ text, /** @type {Waiting} */ files) => {
    const said = say(room, text, { replyTo: open.reply?.id, files })
    set({ reply: null })
    log.current?.toEnd()
    return said
  }
  const writeAside = (/** @type {string} */ text, /** @type {Waiting} */ files) => {
    set({ aside: null, shown: 0 })
    return say(room, text, { replyTo: open.aside?.id, thread: open.thread, files })
  }
  const stopEditing = () => {
    const aside = find(room.view, editing)?.thread
    setEditing(0)
    focus(aside ? 'thread-composer' : 'composer')
  }
  const closeThread = () => {
    set({ thread: 0, aside: null })
    focusComposer()
  }
  const editLast = () => {
    const last = lastOwn(room.state, room.me.id)
    if (last && !room.canEdit(last)) toast({ text: 'Your last message is too old to be edited.' })
    else setEditing(last?.id ?? 0)
  }
  const refused = room.phase === 'refused'
  const hold = useHold(room)

  return html`<section class="room-view beside" data-thread=${open.thread ? '' : null} aria-labelledby="room-title">
    <${Head} line=${line} rooms=${rooms} room=${room} onSearch=${onSearch} onPins=${() => set({ pins: true })} onMembers=${() => setSheet('members')} onAbout=${() => setSheet('about')} />
    <div class="room-body">
      <${OfflineBanner} line=${line} />
      ${refused ? html`<${Refused} room=${room} />`
        : html`<${Log} handle=${log} room=${room} rows=${rows} placed=${room.placed} title=${rooms.title(name)} editing=${editing} acts=${acts}
            onEdited=${stopEditing} onAtEnd=${atEnd} onLeft=${() => leaveMessage(name)} />`}
    </div>
    ${!refused && html`<${Composer} room=${room} title=${rooms.title(name)} hold=${hold} onWrite=${write} onEditLast=${editLast}
      onTyping=${() => there?.teller.typed()} answering=${open.reply} onCancelReply=${() => set({ reply: null })} /><${TypingLine} there=${there} />`}
    ${open.thread > 0 && !refused && html`<${ThreadPane} key=${open.thread} room=${room} root=${open.thread} shown=${open.shown} editing=${editing} hold=${hold} acts=${acts}
      answering=${open.aside} onWrite=${writeAside} onCancelReply=${() => set({ aside: null })} onEdited=${stopEditing} onClose=${closeThread} />`}
    <div class="hidden" role="log" aria-live="polite" aria-label="New messages">
      ${room.heard.map(({ id, text }) => html`<p key=${id}>${text}</p>`)}
    </div>
    <${Sheets} line=${line} rooms=${rooms} presence=${presence} there=${there} room=${room} sheet=${sheet} onPick=${setSheet} />
    <${Overlays} room=${room} open=${open} set=${set} acts=${acts} />
    ${room.asking && html`<${AboutMessage} key=${room.asking.message} room=${room} />`}
  </section>`
}

/** @typedef {Promise<import('./files/facts.js').File[]> | undefined} Waiting */
/** @typedef {'' | 'members' | 'about' | 'invite' | 'settings' | 'desk' | 'hooks'} Sheet */

/**
 * @param {{line: Line, rooms: Rooms, presence: Presence, there: RoomPresence | null, room: Room, sheet: Sheet,
 *   onPick: import('preact/hooks').Dispatch<import('preact/hooks').StateUpdater<Sheet>>}} props
 */
const Sheets = ({ line, rooms, presence, there, room, sheet, onPick }) => {
  // A dialog says that it closed a moment after another took its place.
  const close = () => onPick(now => now === sheet ? '' : now)
  const goOut = () => {
    close()
    leave(rooms, room)
  }
  const talk = async (/** @type {string} */ id) => {
    close()
    await rooms.talkTo([id]).then(goTo, problem => toast({ text: problem.message }))
  }
  if (sheet === 'members') return html`<${Members} room=${room} presence=${presence} there=${there} onClose=${close} onLeave=${room.name === LOBBY ? null : goOut} onTalk=${talk} />`
  if (sheet === 'about') return html`<${AboutRoom} room=${room} onClose=${close} onPick=${onPick} />`
  if (sheet === 'invite') return html`<${InviteDialog} line=${line} room=${room} onClose=${close} />`
  if (sheet === 'settings') return html`<${RoomSettings} room=${room} onClose=${close} />`
  if (sheet === 'hooks') return html`<${WebhooksDialog} line=${line} room=${room} onClose=${close} />`
  return sheet === 'desk' ? html`<${ModerationDesk} line=${line} room=${room} onClose=${close} />` : null
}

/**
 * What stands in front of the room because of a message.
 * @param {{room: Room, open: import('./acts.js').Open, set: (now: Partial<import('./acts.js').Open>) => void, acts: import('./actions.js').Acts}} props
 */
const Overlays = ({ room, open: { reacting, versions, pins, viewing }, set, acts }) => {
  const pick = (/** @type {string} */ emoji) => {
    if (reacting) acts.toggle(reacting, emoji)
    set({ reacting: null })
  }
  return html`${viewing && html`<${Viewer} pictures=${picturesOf(room.state)} file=${viewing} onPick=${acts.view} onClose=${() => set({ viewing: null })} />`}
    ${reacting && html`<${EmojiPicker} onClose=${() => set({ reacting: null })} onPick=${pick} />`}
    ${versions && html`<${VersionsDialog} room=${room} message=${versions} onClose=${() => set({ versions: null })} />`}
    ${pins && html`<${PinsDialog} room=${room} acts=${acts} onClose=${() => set({ pins: false })} />`}`
}

/** Say what could not be done. @param {Room} room */
const useTrouble = room => {
  useEffect(() => {
    const say = (/** @type {Event} */ event) => toast({ text: /** @type {CustomEvent} */ (event).detail })
    room.addEventListener('trouble', say)
    return () => room.removeEventListener('trouble', say)
  }, [room])
}

/** Tell the room whether its end is in front of somebody's eyes. @param {Room} room @param {boolean} shown */
const useAttention = (room, shown) => {
  const end = useRef(false)
  const look = () => room.attend(end.current && shown && !document.hidden)
  useEffect(() => {
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      room.attend(false)
    }
  }, [shown])
  return (/** @type {boolean} */ is) => {
    end.current = is
    look()
  }
}

/** @param {{line: Line, rooms: Rooms, room: Room, onSearch: () => void, onPins: () => void, onMembers: () => void, onAbout: () => void}} props */
const Head = ({ line, rooms, room, onSearch, onPins, onMembers, onAbout }) => {
  const { count } = room
  const words = count === 1 ? '1 member' : `${count || 'All'} members`
  return html`<header class="room-head">
    <a class="icon-button narrow-only" href="#/rooms" aria-label="All rooms"><${Back} /></a>
    <div class="room-names">
      <h2 id="room-title"><${RoomMark} kind=${room.info?.kind} /><bdi>${rooms.title(room.name)}</bdi></h2>
      ${room.info?.subject && html`<p class="room-subject"><bdi>${room.info.subject}</bdi></p>`}
      <span class="narrow-only"><${Connection} line=${line} /></span>
    </div>
    <button class="icon-button" aria-label="Search messages" title="Search messages (/)" onClick=${onSearch}><${Search} /></button>
    <button class="icon-button" aria-label="About this room" title="About this room" onClick=${onAbout}><${Info} /></button>
    <${RoomMenu} room=${room.name} title=${rooms.title(room.name)} personal=${rooms.personal} />
    <button class="icon-button" aria-label="Pinned messages" title="Pinned messages" onClick=${onPins}><${Pin} /></button>
    <button class="button quiet" aria-label=${`${words}: who is in this room`} title=${words} onClick=${onMembers}>
      <${People} /><span class="count-words">${count || ''}</span>
    </button>
  </header>`
}

/** @param {Rooms} rooms @param {Room} room */
const leave = async (rooms, room) => {
  try {
    await rooms.leave(room.name)
    goTo(LOBBY)
    toast({ text: 'You left the room.', action: { label: 'Come back', run: () => goTo(room.name) } })
  } catch (error) {
    toast({ text: /** @type {Error} */ (error).message })
  }
}

/** Deleting can be taken back for a moment: nothing is sent before. @param {Room} room @param {number} id */
const deleteLater = (room, id) => {
  room.hide(id)
  toast({
    text: 'Message deleted',
    action: { label: 'Undo', run: () => room.show(id) },
    done: () => room.delete(id),
  })
  focusComposer()
}

export const focusComposer = () => document.getElementById('composer')?.focus()

/** @param {{room: Room}} props */
const Refused = ({ room, room: { refusal, error, enter } }) => html`<div class="refused">
  <h3>${heading(refusal)}</h3>
  <p class="dim">${error}${room.refusedUntil ? ` It ends ${full(room.refusedUntil)}.` : ''}${room.refusedWhy && html` Reason: <bdi>${room.refusedWhy}</bdi>`}</p>
  ${refusal.endsWith('not_a_member') && html`<button class="button" onClick=${enter}>Join the room</button>`}
  <a class="button primary" href=${`#/room/${LOBBY}`}>Go to the lobby</a>
</div>`

/** @param {string} refusal */
const heading = refusal => refusal.endsWith('no_such_room') ? 'This room does not exist'
  : refusal.endsWith('banned') ? 'You are banned from this room' : 'You are not in this room'
