// @ts-check
// The left side: the rooms, and whose page this is.
import { AvatarWithDot } from '../presence/dot.js'
import { StatusButton } from '../presence/status.js'
import { OtherDot } from '../presence/use.js'
import { roomHash } from '../routes.js'
import { ShellMenu } from '../shell/menu.js'
import { Connection } from '../ui/connection.js'
import { html } from '../ui/html.js'
import { BellOff, Check, Jump, Keys, Logo, People, Plus, Search, SignOut } from '../ui/icons.js'
import { command } from '../ui/keys.js'
import { ThemeButton } from '../ui/theme.js'
import { RoomMark } from './mark.js'
import { attempt } from './menu.js'
import { glance, shown } from './mine.js'
import { inAll, sections } from './sections.js'

/** @import { Rooms } from './rooms.js' */

const DOTS = 16 // of direct rooms: a session has only so many subscriptions

/**
 * @param {{line: import('../line/line.js').Line, rooms: Rooms, route: import('../routes.js').Route, person: import('./rooms.js').Me,
 *   presence: import('../presence/presence.js').Presence,
 *   onNew: () => void, onBrowse: () => void, onSearch: () => void, onSwitch: () => void, onHelp: () => void, onSignOut: () => void}} props
 */
export const Sidebar = ({ line, rooms, presence, route, person, onNew, onBrowse, onSearch, onSwitch, onHelp, onSignOut }) => html`<div class="sidebar">
  <div class="brand">
    <${Logo} /><span>Openline</span>
    <button class="icon-button wide-only" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick=${onHelp}><${Keys} /></button>
  </div>
  <button class="search" onClick=${onSwitch}><${Jump} /><span>Go to a room</span><kbd>${command} K</kbd></button>
  <button class="search" onClick=${onSearch}><${Search} /><span>Search messages</span><kbd>/</kbd></button>
  <nav class="rooms" aria-labelledby="rooms-head">
    <div class="rooms-head">
      <h2 id="rooms-head">Rooms</h2>
      ${inAll(rooms.personal.rooms).unread > 0 && html`<button class="icon-button" aria-label="Mark all as read" title="Mark all as read (Shift Esc)" onClick=${() => readAll(rooms)}><${Check} /></button>`}
      <button class="icon-button" aria-label="New room" title="New room" onClick=${onNew}><${Plus} /></button>
    </div>
    <button class="button quiet rooms-browse" onClick=${onBrowse}><${Search} />Browse rooms</button>
    <${List} rooms=${rooms} presence=${presence} current=${['room', 'rooms'].includes(route.screen) ? route.room : ''} />
  </nav>
  ${person.role === 'operator' && html`<nav class="more" aria-label="For operators">
    <a class="room" href="#/people" aria-current=${route.screen === 'people' ? 'page' : null}><${People} />People</a>
  </nav>`}
  <${ShellMenu} />
  <div class="me">
    <a class="me-link" href="#/account" aria-current=${route.screen === 'account' ? 'page' : null}>
      <${AvatarWithDot} of=${person} />
      <span class="me-name"><span class="hidden">Your account: </span><bdi>${person.name}</bdi><${Connection} line=${line} /></span>
    </a>
    <${StatusButton} presence=${presence} id=${person.id} />
    <${ThemeButton} />
    <button class="icon-button" aria-label="Sign out" title="Sign out" onClick=${onSignOut}><${SignOut} /></button>
  </div>
</div>`

/** @param {{rooms: Rooms, presence: import('../presence/presence.js').Presence, current: string}} props */
const List = ({ rooms, presence, current }) => {
  if (!rooms.list) return rooms.error
    ? html`<p class="rooms-note">${rooms.error} <button class="link" onClick=${rooms.load}>Try again</button></p>`
    : html`<div class="skeleton-rooms" aria-hidden="true"><i /><i /><i /></div>`
  const { personal, open } = rooms
  return sections(rooms.list, personal.rooms, room => open.has(room)).map(({ title, rooms: some }) => html`
    ${title && html`<h3 key=${`${title} head`}>${title}</h3>`}
    <ul key=${title} aria-label=${title || 'Rooms'}>${some.map((info, at) => html`<${Item} key=${info.room} info=${info} rooms=${rooms} current=${current}
      presence=${info.kind === 'direct' && info.members === 2 && at < DOTS ? presence : null} />`)}</ul>`)
}

/** @param {{info: import('./room.js').RoomInfo, rooms: Rooms, current: string, presence?: import('../presence/presence.js').Presence | null}} props */
const Item = ({ info: { room, kind, archived }, rooms, current, presence }) => {
  const kept = rooms.personal.rooms.get(room), isCurrent = room === current, muted = kept?.own.muted
  const { unread, mentions } = isCurrent ? { unread: 0, mentions: 0 } : glance(kept)
  return html`<li><a class="room" href=${roomHash(room)} aria-current=${isCurrent ? 'page' : null} data-unread=${unread || mentions ? '' : null}
    data-muted=${muted ? '' : null} data-archived=${archived ? '' : null}>
    ${presence ? html`<${OtherDot} presence=${presence} room=${room} />` : html`<${RoomMark} kind=${kind} />`}<bdi class="room-title">${rooms.title(room)}</bdi>
    ${muted && html`<${BellOff} /><span class="hidden"> muted</span>`}
    ${mentions > 0 && html`<span class="count named">@${shown(mentions)}<span class="hidden"> mention you</span></span>`}
    ${unread > mentions && html`<span class=${`count ${mentions ? 'quiet' : ''}`}>${shown(unread)}<span class="hidden"> unread</span></span>`}
  </a></li>`
}

/** @param {Rooms} rooms */
export const readAll = rooms => void attempt(rooms.personal.readAll())
