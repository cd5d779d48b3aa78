// @ts-check
/** One WAMP session over one transport. The only module that knows AutobahnJS. */

import autobahn from 'autobahn'
import { LineError, fromWire, report, toLineError } from './errors.js'
import { openLongPoll } from './longpoll.js'
import { openWebSocket } from './websocket.js'

const OPEN = { websocket: openWebSocket, longpoll: openLongPoll }

/** @typedef {{ id: string, role: string, name?: string }} Welcome  who the node says we are */
/** @typedef {{ topic: string, publication: number, publisher?: number, publisher_authid?: string }} Details */
/** @typedef {(event: any, details: Details) => void} OnEvent */
/**
 * @typedef {object} Target
 * @property {import('./ladder.js').Rung} rung  which transport to use
 * @property {string} url
 * @property {string} realm
 * @property {string} id
 * @property {string} token
 * @property {(welcome: Welcome) => void} onOpen
 * @property {(error: LineError) => void} onClose  once, unless `close` was called before
 * @property {() => void} onHeard  something arrived
 */
/**
 * @typedef {object} Connection
 * @property {(uri: string, kwargs: object, onProgress?: (value: any) => void) => import('./deadline.js').Request} call
 * @property {(topic: string, kwargs: object, options?: object) => import('./deadline.js').Request<void>} publish
 * @property {(topic: string, onEvent: OnEvent, onRevoked: () => void) => Promise<() => Promise<void>>} subscribe
 *   resolves, once subscribed, with what unsubscribes
 * @property {() => Promise<void>} finish  resolves when nothing is under way any more
 * @property {() => void} close
 */

/** Promises of the language, with the channel on which AutobahnJS tells progress. */
function deferred() {
  /** @type {any} */ const made = {}
  /** @type {((value: any) => void)[]} */ const listeners = []
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  made.promise.onProgress = (/** @type {(value: any) => void} */ listener) => listeners.push(listener)
  made.notify = (/** @type {any} */ value) => listeners.forEach(listener => listener(value))
  return made
}

/** AutobahnJS rejects with objects that are no errors, and throws strings. @param {any} thrown */
const errorOf = thrown =>
  (thrown?.error === undefined ? toLineError(thrown) : fromWire(thrown.error, thrown.args, thrown.kwargs))

const lost = () => new LineError('client.connection_lost', 'The connection was lost.')

const SIGNED_OUT = 3006

/** @param {import('./websocket.js').End} end */
const lostBy = ({ code, reason, retryAfter }) => {
  if (code < 3000) return lost()
  const uri = code === SIGNED_OUT ? 'openline.error.signed_out' : 'client.connection_lost'
  return new LineError(uri, reason, { code, retry_after: retryAfter ?? 0 })
}

/** @param {Target} target @returns {Connection} */
export function connect({ rung, url, realm, id, token, onOpen, onClose, onHeard }) {
  /** @type {LineError | null} what the node said before it hung up */ let farewell = null
  /** @type {Set<(error: LineError) => void>} */ const waiting = new Set()
  /** @type {(() => void)[]} */ const finishing = []
  let over = false

  const transport = OPEN[rung](url)
  const session = new autobahn.Session(transport, deferred, () => token, report, report)

  /** AutobahnJS never settles what was under way when a connection ends, so this does. */
  const end = () => {
    over = true
    for (const fail of [...waiting]) fail(lost())
    settled()
  }

  const settled = () => {
    if (over || !waiting.size) for (const resolve of finishing.splice(0)) resolve()
  }

  /** @param {(session: any) => any} ask @returns {Promise<any>} */
  const request = ask =>
    new Promise((resolve, reject) => {
      if (over || !session.isOpen) return reject(lost())
      const settle = (/** @type {() => void} */ act) => {
        waiting.delete(reject)
        if (!over) onHeard()
        act()
        settled()
      }
      waiting.add(reject)
      try {
        ask(session).then(
          (/** @type {any} */ value) => settle(() => resolve(value)),
          (/** @type {any} */ thrown) => settle(() => reject(errorOf(thrown))),
        )
      } catch (thrown) {
        settle(() => reject(errorOf(thrown)))
      }
    })

  transport.onopen = () => { if (!over) session.join(realm, ['ticket'], id) }
  session.onjoin = (/** @type {any} */ { authid, authrole, authextra }) => {
    if (!over) onOpen({ id: authid, role: authrole, name: authextra?.name })
  }
  session.onleave = (/** @type {string} */ reason, /** @type {{ message?: string }} */ { message }) => {
    farewell = new LineError(reason, message || reason)
    transport.close()
  }
  transport.onclose = ending => {
    if (over) return
    end()
    onClose(farewell ?? lostBy(ending))
  }

  return {
    call(uri, kwargs, onProgress) {
      /** @type {any} */ let call
      const answer = request(open => {
        call = open.call(uri, [], kwargs, onProgress ? { receive_progress: true } : {})
        if (onProgress) call.onProgress((/** @type {any} */ value) => { onHeard(); onProgress(value) })
        return call
      })
      // Any mode but 'kill' makes AutobahnJS forget the call, and then drop the connection over its answer.
      return { answer, cancel: () => { if (!over) call?.cancel({ mode: 'kill' }) } }
    },

    publish(topic, kwargs, options = {}) {
      const answer = request(open => open.publish(topic, [], kwargs, { ...options, acknowledge: true }))
      return { answer: answer.then(() => {}), cancel() {} }
    },

    async subscribe(topic, onEvent, onRevoked) {
      const handler = (/** @type {any[]} */ _, /** @type {any} */ kwargs, /** @type {Details} */ details) => {
        if (over) return
        onHeard()
        onEvent(kwargs, details)
      }
      const subscription = await request(open => open.subscribe(topic, handler))
      subscription.on_unsubscribe.then(() => { if (!over) onRevoked() })
      return () => request(open => open.unsubscribe(subscription))
    },

    finish() {
      return new Promise(resolve => {
        finishing.push(resolve)
        settled()
      })
    },

    close() {
      end()
      // Not a GOODBYE: over a dead connection its answer would never come, and the socket would stay.
      transport.close(1000)
    },
  }
}
