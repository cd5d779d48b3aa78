// @ts-check
/** Finds out what still gets through when no connection opens, for a sentence that helps. */

import { LineError } from './errors.js'

const ANSWERING = 3_000 // milliseconds
const NAMES = { websocket: 'WebSocket', longpoll: 'long-poll' }

/** Whether an ordinary request gets as far as a node. @param {string} url */
export async function reaches(url) {
  const aborter = new AbortController()
  const timer = setTimeout(() => aborter.abort(), ANSWERING)
  try {
    const answer = await fetch(url, { method: 'HEAD', cache: 'no-store', mode: 'no-cors', signal: aborter.signal })
    return answer.status < 500
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** @param {boolean} reached @param {import('./ladder.js').Rung[]} rungs  what was tried */
export function whyNot(reached, rungs) {
  if (!reached) return new LineError('client.unreachable', 'The server cannot be reached.')
  const names = rungs.map(rung => NAMES[rung]).join(' and ')
  return new LineError('client.blocked', `Pages get through to the server, but ${names} ${rungs.length > 1 ? 'are' : 'is'} blocked.`)
}
