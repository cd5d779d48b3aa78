// @ts-check
// Where the page is, as its address says: `#/room/<name>`, and `#/room/<name>/<offset>` for a message in it, `#/rooms` for
// the list alone on a small screen, the pages about oneself and others, `#/join/<code>` to come into a room by a link, and
// the ways in. Whoever comes in goes on to the room that they were at.
import { useEffect, useState } from 'preact/hooks'
import { LOBBY } from './room/rooms.js'
import { tab } from './ui/storage.js'

/** @typedef {'room' | 'rooms' | 'account' | 'people' | 'join'} Inside */
/** @typedef {'guest' | 'sign-in' | 'sign-up' | 'invite' | 'reset' | 'forgot' | 'signed-in'} Way */
/** @typedef {{screen: Inside | Way, room: string, at?: number, code: string, error?: string}} Route  with the room to go back to */

const PAGES = new Set(['rooms', 'account', 'people', 'guest', 'sign-in', 'sign-up', 'forgot', 'signed-in'])
const WAYS = new Set(['guest', 'sign-in', 'sign-up', 'invite', 'reset', 'forgot', 'signed-in'])

/** @param {string} hash @param {string} [before]  the room that was open @returns {Route} */
export const parse = (hash, before = LOBBY) => {
  const [, error] = hash.match(/^#\/sign-in\?error=([a-z]+)$/) ?? []
  if (error) return { screen: 'sign-in', room: before, code: '', error }
  const [, place, offset] = hash.match(/^#\/room\/([a-z0-9_]+)\/(\d{1,15})$/) ?? []
  if (place) return { screen: 'room', room: place, at: Number(offset), code: '' }
  const [, page, rest] = hash.match(/^#\/([a-z-]+)(?:\/([\w.~-]+))?$/) ?? []
  const at = (/** @type {any} */ screen, code = '') => ({ screen, room: before, code })
  if (!rest && PAGES.has(page)) return at(page)
  if (rest && (page === 'invite' || page === 'reset' || page === 'forgot' || page === 'join')) return at(page, rest)
  return { screen: 'room', room: page === 'room' && /^[a-z0-9_]+$/.test(rest ?? '') ? rest : LOBBY, code: '' }
}

/** @param {Route} route */
export const isWayIn = ({ screen }) => WAYS.has(screen)

/** @param {string} room @param {number} [message]  its offset */
export const roomHash = (room, message) => message ? `#/room/${room}/${message}` : `#/room/${room}`

/** Go to a room, or to a message in it, also where that is the address already. @param {string} room @param {number} [message] */
export const goTo = (room, message) => {
  const hash = roomHash(room, message)
  if (location.hash === hash) dispatchEvent(new HashChangeEvent('hashchange'))
  else location.hash = hash
}

/** The message in the address is not what is looked at any more. @param {string} room */
export const leaveMessage = room => history.replaceState(history.state, '', roomHash(room))

/** Go to a room, and leave no way back to the form that was filled in. @param {string} room */
export const goOnTo = room => location.replace(roomHash(room))

export const useRoute = () => {
  const [first] = useState(() => location.hash)
  const [route, setRoute] = useState(() => parse(location.hash, tab.get('room') ?? LOBBY))
  useEffect(() => {
    const changed = () => setRoute(before => parse(location.hash, before.room))
    addEventListener('hashchange', changed)
    if (location.hash !== first) changed()   // it was another one before anybody listened
    return () => removeEventListener('hashchange', changed)
  }, [])
  // A provider's sign-in leads away from this page, and back.
  useEffect(() => tab.set('room', route.room), [route.room])
  return route
}
