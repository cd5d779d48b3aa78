// @ts-check
/** Time and chance, in one place so that tests can hold them. */

/**
 * @typedef {object} Clock
 * @property {() => number} now  milliseconds since 1970
 * @property {(ms: number, act: () => void) => () => void} after  does something later, unless the returned function is called
 * @property {() => number} random  from 0 to below 1
 */

/** @type {Clock} */
export const realClock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
