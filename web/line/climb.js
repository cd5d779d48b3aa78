// @ts-check
/** Tries one way to the node after the other, until one opens. */

import { isUnreached, toLineError } from './errors.js'
import { whyNot } from './reach.js'

/** @typedef {import('./ladder.js').Rung} Rung */

const LAST = 10 // seconds that the last way gets

/**
 * Rejects with what the node said, if it said anything, else with what is blocked.
 * @template T
 * @param {import('./ladder.js').Ladder} ladder
 * @param {(rung: Rung, seconds: number) => Promise<T>} open
 * @param {AbortSignal} signal
 * @param {() => Promise<boolean>} reaches  whether ordinary requests get through
 * @returns {Promise<T>}
 */
export async function climb(ladder, open, signal, reaches) {
  const rungs = ladder.order()
  for (const rung of rungs) {
    try {
      return await open(rung, rung === rungs.at(-1) ? LAST : ladder.limits.patience)
    } catch (thrown) {
      if (signal.aborted || !isUnreached(toLineError(thrown))) throw thrown
      ladder.failed(rung)
    }
  }
  ladder.unreachable()
  throw whyNot(await reaches(), ladder.limits.rungs)
}
