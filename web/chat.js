// @ts-check
// The page of somebody who has signed in: rooms on the left, one of them open, and what belongs to neither.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Account } from './identity/account.js'
import { FaceSource } from './identity/faces.js'
import { People } from './identity/people.js'
import { Line } from './line/line.js'
import { Presence } from './presence/presence.js'
import { PushDevice, forget as forgetPush } from './push/device.js'
import { Shown } from './push/shown.js'
import { ACTION_KEYS } from './room/actions.js'
import { BrowseRooms } from './room/browse.js'
import { NewRoom } from './room/create.js'
import { Join } from './room/join.js'
import { Sidebar, readAll } from './room/list.js'
import { Notifier, allowed, askToNotify, badge } from './room/notifier.js'
import { NotifySettings } from './room/notify-settings.js'
import { Rooms } from './room/rooms.js'
import { SearchPane, narrow } from './room/search/pane.js'
import { Search } from './room/search/search.js'
import { Switcher } from './room/switcher.js'
import { inAll } from './room/sections.js'
import { RoomView } from './room/view.js'
import { goTo } from './routes.js'
import { session } from './session.js'
import { Shelf } from './shelf/shelf.js'
import { shell } from './shell/shell.js'
import { useChanges } from './ui/changes.js'
import { connectionWords } from './ui/connection.js'
import { Dialog } from './ui/dialog.js'
import { html } from './ui/html.js'
import { local } from './ui/storage.js'
import { command, useShortcuts } from './ui/keys.js'
import { Toasts, endToasts, toast } from './ui/toast.js'

const BESIDE = 100 // ms between two times that what stands beside a room is drawn
/** @typedef {'' | 'switcher' | 'help' | 'create' | 'browse' | 'leaving'} Open */

/** @typedef {import('./session.js').Person} Person */

/** @param {{person: Person, route: import('./routes.js').Route, onSignOut: (reason: string) => void}} props */
export const Chat = ({ person, route, onSignOut }) => {
  const { line, rooms, search, presence, device } = useLine(person)
  const [searching, setSearching] = useState(false)
  const [open, setOpen] = useState(/** @type {Open} */ (''))
  useChanges(line, 'state')
  useChanges(rooms, 'change', BESIDE)
  useShortcuts({
    switcher: () => setOpen('switcher'), help: () => setOpen('help'), search: () => openSearch(), readAll: () => readAll(rooms),
  })
  const title = titleOf(route, rooms)
  const isClosed = route.screen === 'room' && rooms.open.get(route.room)?.phase === 'refused'
  useTitle(rooms, title)
  useEffect(() => {
    const told = (/** @type {any} */ { detail }) => tell(rooms, detail)
    rooms.addEventListener('told', told)
    return () => rooms.removeEventListener('told', told)
  }, [rooms])
  useEffect(() => {
    if (line.state !== 'refused') return
    session.ended(person)
    left(line.error?.message)
  }, [line.state])

  const left = (reason = '') => {
    endToasts()
    void forgetPush(PUSH)
    void rooms.shelf.clear()
    onSignOut(reason)
  }
  const leave = async (everywhere = false) => {
    if (device.state === 'on') await device.turnOff().catch(() => { /* its push service knows it no more, then */ })
    try {
      await session.signOut({ everywhere })
      left()
    } catch (error) {
      toast({ text: /** @type {Error} */ (error).message })
    }
  }
  const discard = () => {
    for (const { key } of line.outbox.list()) void line.outbox.drop(key)
    void leave(everywhere.current)
  }
  const everywhere = useRef(false)
  const askToLeave = (all = false) => {
    everywhere.current = all
    if (line.outbox.list().length) setOpen('leaving')
    else void leave(all)
  }
  const close = () => setOpen('')
  const openSearch = () => {
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById('search-field'))
    field?.focus()
    field?.select()
    setSearching(true)
  }
  const closeSearch = () => {
    setSearching(false)
    requestAnimationFrame(() => document.getElementById('composer')?.focus())
  }
  const pick = (/** @type {import('./room/search/state.js').Found} */ { room, offset }) => {
    if (narrow.matches) setSearching(false)
    goTo(room, offset)
  }
  /** @param {string} room */
  const visit = room => {
    close()
    goTo(room)
  }

  return html`<main class="chat" data-screen=${route.screen} data-search=${searching ? '' : null}>
    ${!isClosed && html`<${Skip} to=${['account', 'people', 'join'].includes(route.screen) ? 'page-title' : 'composer'} />`}
    <h1 class="hidden">${title} – Openline</h1>
    <${Sidebar} line=${line} rooms=${rooms} presence=${presence} route=${route} person=${rooms.me} onNew=${() => setOpen('create')} onBrowse=${() => setOpen('browse')} onSearch=${openSearch}
      onSwitch=${() => setOpen('switcher')} onHelp=${() => setOpen('help')} onSignOut=${() => askToLeave()} />
    <${Beside} line=${line} rooms=${rooms} presence=${presence} device=${device} route=${route} person=${person} onSearch=${openSearch} onSignOut=${askToLeave} />
    ${searching && html`<${SearchPane} search=${search} room=${route.room} title=${rooms.title(route.room)} onPick=${pick} onClose=${closeSearch} />`}
    <p class="hidden" role="status">${connectionWords(line)}</p>
    <${Toasts} />
    ${open === 'create' && html`<${NewRoom} rooms=${rooms} onClose=${close} onCreated=${visit} />`}
    ${open === 'browse' && html`<${BrowseRooms} line=${line} onClose=${close} onPick=${visit} />`}
    ${open === 'switcher' && html`<${Switcher} rooms=${rooms} onClose=${close} onPick=${visit} />`}
    ${open === 'help' && html`<${Help} onClose=${close} />`}
    ${open === 'leaving' && html`<${Leaving} count=${line.outbox.list().length} onClose=${close} onLeave=${discard} />`}
  </main>`
}

/** Say what one is told of a room that may not be open. @param {Rooms} rooms @param {import('./room/state.js').Event} event */
const tell = (rooms, { type, by, data }) => {
  const words = /** @type {Record<string, string>} */ ({
    room_invited: `${by.name} invites you to ${data.title}.`,
    room_opened: `${by.name} wants to talk to you.`,
    message_reported: `A message was reported in ${rooms.title(data.room)}.`,
    hook_paused: `The webhook “${data.name}” is paused: it failed for too long.`,
  })[type]
  if (words) toast({ text: words, action: data.room ? { label: 'Open', run: () => goTo(data.room) } : undefined })
}

/** What stands beside the rooms. @param {{line: Line, rooms: Rooms, presence: Presence, device: PushDevice, route: import('./routes.js').Route, person: Person, onSearch: () => void, onSignOut: (everywhere: boolean) => void}} props */
const Beside = ({ line, rooms, presence, device, route, person, onSearch, onSignOut }) => {
  const { screen, room, code } = route
  if (screen === 'account') return html`<${Account} line=${line} person=${{ ...person, ...rooms.me }} onSignOut=${onSignOut}><${NotifySettings} personal=${rooms.personal} device=${device} /><//>`
  if (screen === 'people' && line.identity?.role === 'operator') return html`<${People} line=${line} me=${person.id} />`
  if (screen === 'join') return html`<${Join} key=${code} line=${line} rooms=${rooms} code=${code} />`
  return html`<${RoomView} key=${room} line=${line} rooms=${rooms} presence=${presence} name=${room} route=${route} shown=${screen === 'room'} onSearch=${onSearch} />`
}

/** @param {import('./routes.js').Route} route @param {Rooms} rooms */
const titleOf = ({ screen, room }, rooms) =>
  ({ rooms: 'Rooms', account: 'Your account', people: 'People', join: 'Invitation' })[/** @type {string} */ (screen)] ?? rooms.title(room)

/** @type {import('./push/device.js').Parts} */
const PUSH = { worker: () => shell.ready(), permission: allowed, ask: askToNotify, kept: local }

/** One line, and what is on it, for as long as this person is here. @param {Person} person */
const useLine = person => {
  const made = useRef(/** @type {{line: Line, rooms: Rooms, search: Search, faces: FaceSource, presence: Presence, device: PushDevice} | null} */ (null))
  if (!made.current) {
    const line = new Line({ signIn: why => session.credentials(person, why) })
    const rooms = new Rooms(line, person, new Shelf(person.id))
    made.current = {
      line, rooms, search: new Search(line), faces: new FaceSource(line), presence: new Presence(line),
      device: new PushDevice(line, () => rooms.me, PUSH),
    }
  }
  const { line, rooms, search, faces, presence, device } = made.current
  useEffect(() => {
    const shown = new Shown(PUSH.worker, () => device.state === 'on')
    const notifier = new Notifier(rooms, () => presence.status.state === 'do_not_disturb', shown)
    const tidy = () => void shown.tidy(room => rooms.personal.rooms.has(room) ? rooms.personal.read(room) : 0)
    const opened = (/** @type {any} */ { detail: { room, offset } }) => room && goTo(room, offset)
    rooms.personal.addEventListener('change', tidy)
    shell.addEventListener('open', opened)
    line.open()
    addEventListener('pagehide', endToasts)
    return () => {
      removeEventListener('pagehide', endToasts)
      notifier.close()
      device.close()
      shell.removeEventListener('open', opened)
      badge(0)
      rooms.close()
      faces.close()
      presence.close()
      line.close()
    }
  }, [])
  return { line, rooms, search, presence, device }
}

/** @param {Rooms} rooms @param {string} title */
const useTitle = (rooms, title) => {
  const count = inAll(rooms.personal.rooms).unread
  useEffect(() => badge(count), [count])
  useEffect(() => {
    document.title = `${count ? `(${count}) ` : ''}${title} · Openline`
  }, [count, title])
}

/** @param {{to: 'composer' | 'page-title'}} props */
const Skip = ({ to }) => html`<a class="skip" href=${`#${to}`} onClick=${(/** @type {MouseEvent} */ event) => {
  event.preventDefault()
  document.getElementById(to)?.focus()
}}>Skip to the ${to === 'composer' ? 'message field' : 'page'}</a>`

const SHORTCUTS = [
  [`${command} K`, 'Go to a room'],
  ['/', 'Search messages'],
  [`${command} Shift F`, 'Search messages, also while you write'],
  ['Enter', 'Send the message'],
  ['Shift Enter', 'Start a new line'],
  ['↑', 'In an empty message: edit your last one'],
  ['@', 'Mention somebody'],
  ['/', 'In an empty message: give a command'],
  ['↑ ↓', 'In the messages: move from one to the next'],
  ...ACTION_KEYS,
  ['Shift Esc', 'Mark everything as read'],
  ['Esc', 'Cancel editing, or close what is open'],
  ['?', 'Show these shortcuts'],
]

/** @param {{onClose: () => void}} props */
const Help = ({ onClose }) => html`<${Dialog} title="Keyboard shortcuts" onClose=${onClose}>
  <dl class="shortcuts">${SHORTCUTS.map(([keys, what]) => html`<div key=${what}>
    <dt>${keys.split(' ').map(key => html`<kbd key=${key}>${key}</kbd>`)}</dt><dd>${what}</dd>
  </div>`)}</dl>
<//>`

/** @param {{count: number, onClose: () => void, onLeave: () => void}} props */
const Leaving = ({ count, onClose, onLeave }) => html`<${Dialog} title="Sign out?" onClose=${onClose}>
  <p>${count === 1 ? 'One message has' : `${count} messages have`} not been sent yet. Signing out discards ${count === 1 ? 'it' : 'them'}.</p>
  <div class="dialog-actions">
    <button class="button" onClick=${onClose}>Stay</button>
    <button class="button danger" onClick=${onLeave}>Discard and sign out</button>
  </div>
<//>`
