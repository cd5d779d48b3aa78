// @ts-check
/** Bounds how long somebody waits for an answer. */

import { LineError } from './errors.js'

/**
 * A request on its way. `cancel` tells the other side that nobody waits any more.
 * @template [T=any]
 * @typedef {{ answer: Promise<T>, cancel: () => void }} Request
 */

/**
 * Waits for an answer until a deadline (seconds; `Infinity` for none) or until a signal is aborted, which rejects with
 * the signal's reason as everywhere on the web.
 * @template T
 * @param {import('./clock.js').Clock} clock
 * @param {() => Request<T>} start
 * @param {{ timeout?: number, signal?: AbortSignal }} limits
 * @returns {Promise<T>}
 */
export function within(clock, start, { timeout = 10, signal }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const request = start()
    const giveUp = (/** @type {unknown} */ reason) => {
      request.cancel()
      settle()
      reject(reason)
    }
    const abort = () => giveUp(signal?.reason)
    const stop = timeout < Infinity
      ? clock.after(timeout * 1000, () => giveUp(new LineError('client.timeout', 'There was no answer in time.')))
      : () => {}
    const settle = () => {
      stop()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort)
    request.answer.then(resolve, reject).finally(settle)
  })
}
