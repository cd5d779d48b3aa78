// @ts-check
// The page of somebody who has signed in: rooms on the left, one of them open, and what belongs to neither.
import { useEffect, useRef, useState } from 'preact/hooks'
import { Line } from './line/line.js'
import { NewRoom } from './room/create.js'
import { Sidebar } from './room/list.js'
import { Rooms } from './room/rooms.js'
import { Switcher } from './room/switcher.js'
import { RoomView } from './room/view.js'
import { goTo, useRoute } from './routes.js'
import { renew, signOut } from './session.js'
import { useChanges } from './ui/changes.js'
import { connectionWords } from './ui/connection.js'
import { Dialog } from './ui/dialog.js'
import { html } from './ui/html.js'
import { command, useShortcuts } from './ui/keys.js'
import { Toasts, endToasts } from './ui/toast.js'

/** @typedef {'' | 'switcher' | 'help' | 'create' | 'leaving'} Open */

/** @param {{person: import('./session.js').Person, onSignOut: (reason: string) => void}} props */
export const Chat = ({ person, onSignOut }) => {
  const { line, rooms } = useSession(person)
  const route = useRoute()
  const [open, setOpen] = useState(/** @type {Open} */ (''))
  useChanges(line, 'state')
  useChanges(rooms)
  useShortcuts({ switcher: () => setOpen('switcher'), help: () => setOpen('help') })
  useTitle(rooms, route.room)
  useEffect(() => {
    if (line.state === 'refused') leave(line.error?.message)
  }, [line.state])

  const leave = (reason = '') => {
    endToasts()
    signOut()
    onSignOut(reason)
  }
  const discard = () => {
    for (const { key } of line.outbox.list()) void line.outbox.drop(key)
    leave()
  }
  const askToLeave = () => line.outbox.list().length ? setOpen('leaving') : leave()
  const close = () => setOpen('')
  /** @param {string} room */
  const visit = room => {
    close()
    goTo(room)
  }

  return html`<main class="chat" data-screen=${route.screen}>
    <a class="skip" href="#composer" onClick=${skip}>Skip to the message field</a>
    <h1 class="hidden">${route.screen === 'rooms' ? 'Rooms' : rooms.title(route.room)} – Openline</h1>
    <${Sidebar} line=${line} rooms=${rooms} current=${route.room} person=${rooms.me} onNew=${() => setOpen('create')}
      onSwitch=${() => setOpen('switcher')} onHelp=${() => setOpen('help')} onSignOut=${askToLeave} />
    <${RoomView} key=${route.room} line=${line} rooms=${rooms} name=${route.room} shown=${route.screen === 'room'} />
    <p class="hidden" role="status">${connectionWords(line)}</p>
    <${Toasts} />
    ${open === 'create' && html`<${NewRoom} rooms=${rooms} onClose=${close} onCreated=${visit} />`}
    ${open === 'switcher' && html`<${Switcher} rooms=${rooms} onClose=${close} onPick=${visit} />`}
    ${open === 'help' && html`<${Help} onClose=${close} />`}
    ${open === 'leaving' && html`<${Leaving} count=${line.outbox.list().length} onClose=${close} onLeave=${discard} />`}
  </main>`
}

/** One line, and the rooms on it, for as long as this person is here. @param {import('./session.js').Person} person */
const useSession = person => {
  const made = useRef(/** @type {{line: Line, rooms: Rooms} | null} */ (null))
  if (!made.current) {
    const line = new Line({ signIn: renew })
    made.current = { line, rooms: new Rooms(line, person) }
  }
  const session = made.current
  useEffect(() => {
    session.line.open()
    addEventListener('pagehide', endToasts)
    return () => {
      removeEventListener('pagehide', endToasts)
      session.rooms.close()
      session.line.close()
    }
  }, [])
  return session
}

/** @param {Rooms} rooms @param {string} room */
const useTitle = (rooms, room) => {
  const count = [...rooms.open.values()].reduce((sum, { unread }) => sum + unread, 0)
  useEffect(() => {
    document.title = `${count ? `(${count}) ` : ''}${rooms.title(room)} · Openline`
  })
}

/** @param {MouseEvent} event */
const skip = event => {
  event.preventDefault()
  document.getElementById('composer')?.focus()
}

const SHORTCUTS = [
  [`${command} K`, 'Go to a room'],
  ['Enter', 'Send the message'],
  ['Shift Enter', 'Start a new line'],
  ['↑', 'In an empty message: edit your last one'],
  ['↑ ↓', 'In the messages: move from one to the next'],
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
