// @ts-check
// What pictures are shown by: an <img> cannot send a token, so the node gives this browser a cookie that is for files alone.
import { session } from '../../session.js'

const LASTS = 10 * 60_000 // an account's token lasts for fifteen minutes

let until = 0
/** @type {Promise<void> | null} */ let asking = null

/** A token of whoever is here. @param {boolean} [renew] @returns {Promise<string>} */
export const token = async (renew = false) => {
  const { person } = session
  if (!person) throw new Error('Please sign in again.')
  return (await session.credentials(person, { renew })).token
}

/** Whether files can be read at this moment. */
export const isOpen = () => Date.now() < until

/** See that they can. @param {boolean} [anew] @returns {Promise<void>} */
export const open = (anew = false) => {
  if (isOpen() && !anew) return Promise.resolve()
  asking ??= ask(anew).finally(() => { asking = null })
  return asking
}

/** @param {boolean} anew */
const ask = async anew => {
  for (const renew of [false, true]) {
    const headers = { authorization: `Bearer ${await token(renew && anew)}` }
    const { ok, status } = await fetch('files/pass', { method: 'POST', headers })
    if (ok) until = Date.now() + LASTS
    if (ok || status !== 401) return
  }
}

/** Whoever was here is gone. */
export const forget = () => {
  if (!until) return
  until = 0
  void fetch('files/pass', { method: 'POST', keepalive: true }).catch(() => {})
}
session.addEventListener('change', () => { if (!session.person) forget() })
