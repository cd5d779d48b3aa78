// @ts-check
// Which of a room's rows are drawn: a window that stays small, however much was read.

/** @typedef {{start: number, end: number}} Window  rows from start up to, but without, end; end Infinity is the newest */

export const DRAWN = 200
export const MOST_DRAWN = 300
const STEP = 50

/** The newest rows. @param {number} count @returns {Window} */
export const newest = count => ({ start: Math.max(0, count - DRAWN), end: Infinity })

/** The rows around one. @param {number} at @param {number} count @returns {Window} */
export const around = (at, count) => {
  const start = Math.max(0, Math.min(at - DRAWN / 2, count - DRAWN))
  return { start, end: start + DRAWN >= count ? Infinity : start + DRAWN }
}

/**
 * Move towards older rows, as far as there are any.
 * @param {Window} window @param {number} count @returns {Window}
 */
export const older = ({ start, end }, count) => {
  const from = Math.max(0, start - STEP)
  const to = Math.min(end, from + DRAWN)
  return { start: from, end: to >= count ? Infinity : to }
}

/**
 * Move towards newer rows.
 * @param {Window} window @param {number} count @returns {Window}
 */
export const newer = ({ start, end }, count) =>
  Math.min(end, count) + STEP >= count ? newest(count) : { start: Math.max(start, end + STEP - DRAWN), end: end + STEP }

/**
 * Keep showing the same rows after some were put in front of them, or taken away; what comes at the end is drawn as
 * long as it is not too much.
 * @param {Window} window @param {number} put @param {number} count @returns {Window}
 */
export const moved = ({ start, end }, put, count) => {
  const from = Math.min(Math.max(0, start + put), count), to = Math.min(end + put, from + MOST_DRAWN)
  return { start: from, end: to >= count ? Infinity : Math.max(to, from) }
}
