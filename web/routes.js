// @ts-check
// Where the page is, as its address says: `#/room/<name>`, or `#/rooms` for the list alone on a small screen.
import { useEffect, useState } from 'preact/hooks'
import { LOBBY } from './room/rooms.js'

/** @typedef {{screen: 'room' | 'rooms', room: string}} Route */

/** @param {string} hash @param {string} [before]  the room that was open @returns {Route} */
export const parse = (hash, before = LOBBY) => {
  const [, room] = hash.match(/^#\/room\/([a-z0-9_]+)$/) ?? []
  return hash === '#/rooms' ? { screen: 'rooms', room: before } : { screen: 'room', room: room ?? LOBBY }
}

/** @param {string} room */
export const roomHash = room => `#/room/${room}`

/** @param {string} room */
export const goTo = room => { location.hash = roomHash(room) }

export const useRoute = () => {
  const [route, setRoute] = useState(() => parse(location.hash))
  useEffect(() => {
    const changed = () => setRoute(before => parse(location.hash, before.room))
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return route
}
