// @ts-check
/** One try to open a connection. It has opened once the node has answered a question over it. */

import { LineError } from './errors.js'
import { ask } from './heartbeat.js'

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./connection.js').Target} Target */
/** @typedef {{ connection: Connection, welcome: import('./connection.js').Welcome }} Opened */
/**
 * @typedef {object} Terms
 * @property {number} seconds  until it must have opened
 * @property {AbortSignal} signal  ends it, also when it has opened
 * @property {(connection: Connection, error: LineError) => void} onEnd  it had opened, and has ended by itself
 * @property {(connection: Connection) => void} onHeard
 */

/**
 * @param {Pick<Target, 'rung' | 'url' | 'realm' | 'id' | 'token'>} target
 * @param {{ clock: import('./clock.js').Clock, connect: (target: Target) => Connection }} parts
 * @param {Terms} terms
 * @returns {Promise<Opened>}
 */
export function opening(target, { clock, connect }, { seconds, signal, onEnd, onHeard }) {
  return new Promise((resolve, reject) => {
    let opened = false
    const end = (/** @type {LineError} */ error) => {
      stop()
      signal.removeEventListener('abort', abort)
      connection.close()
      reject(error)
    }
    const abort = () => end(new LineError('client.connection_lost', 'This connection is no longer wanted.'))
    const stop = clock.after(seconds * 1000, () => end(new LineError('client.timeout', 'The node did not answer in time.')))
    const answered = (/** @type {import('./connection.js').Welcome} */ welcome) => {
      opened = true
      stop()
      resolve({ connection, welcome })
    }
    const connection = connect({
      ...target,
      onOpen: welcome => ask(clock, connection).then(() => answered(welcome), end),
      onClose: error => (opened ? onEnd(connection, error) : end(error)),
      onHeard: () => onHeard(connection),
    })
    signal.addEventListener('abort', abort)
  })
}
