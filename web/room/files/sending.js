// @ts-check
// One file on its way to the node.
import { token } from './pass.js'

/** @typedef {import('./facts.js').File} File */

const AWAY = 'The connection was lost.'

/** Why a file was not taken. `again` is whether it may work the next time. */
export class NotTaken extends Error {
  /** @param {string} message @param {boolean} again */
  constructor(message, again) {
    super(message)
    this.again = again
  }
}

/**
 * Send it. Only XMLHttpRequest tells how far it is.
 * @param {string} room @param {Blob & {name: string}} blob @param {{onProgress: (sent: number) => void, signal: AbortSignal}} how
 * @returns {Promise<File>}
 */
export const send = async (room, blob, how) => {
  try {
    return await attempt(room, blob, how, await token())
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error
    return attempt(room, blob, how, await token(true))
  }
}

class SignedOut extends Error {}

/** @param {string} room @param {Blob & {name: string}} blob @param {{onProgress: (sent: number) => void, signal: AbortSignal}} how @param {string} token @returns {Promise<File>} */
const attempt = (room, blob, { onProgress, signal }, token) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest()
  request.open('POST', `files?${new URLSearchParams({ room, name: blob.name || 'file' })}`)
  request.setRequestHeader('authorization', `Bearer ${token}`)
  request.upload.onprogress = ({ loaded }) => onProgress(loaded)
  request.onload = () => {
    const answer = read(request.responseText)
    if (request.status === 201 && answer.file) resolve(answer.file)
    else if (request.status === 401) reject(new SignedOut(answer.message))
    else reject(new NotTaken(answer.message ?? 'The server could not take this file.', ![400, 403, 413].includes(request.status)))
  }
  request.onerror = () => reject(new NotTaken(AWAY, true))
  request.onabort = () => reject(new DOMException('Removed', 'AbortError'))
  signal.addEventListener('abort', () => request.abort())
  request.send(blob)
})

/** @param {string} text @returns {{file?: File, message?: string}} */
const read = text => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
