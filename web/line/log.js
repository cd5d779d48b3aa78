// @ts-check
/** Reads a stream's log, in pages. */

/** @typedef {{ epoch: string, offset: number }} Position  an epoch of "" is one that nobody knows yet */
/**
 * @typedef {object} StreamEvent
 * @property {string} stream
 * @property {string} epoch
 * @property {number} offset
 * @property {number} time  seconds since 1970
 * @property {{ id: string, name: string }} by
 * @property {string | null} key
 * @property {string} type
 * @property {any} data
 */
/** @typedef {{ epoch: string, head: number, oldest: number, events: StreamEvent[] }} Page */
/** @typedef {(uri: string, kwargs: object) => Promise<any>} Call */

const READ = 'openline.stream.read'
const MOST = 300 // events in a page; there may be fewer where they are large

/**
 * The page that follows an offset.
 * @param {Call} call @param {string} stream @param {number} after @param {number} [limit] @returns {Promise<Page>}
 */
export function readAfter(call, stream, after, limit = MOST) {
  return call(READ, { stream, after, limit: Math.min(limit, MOST) })
}

/**
 * The last `limit` events before an offset, or of all; the oldest first.
 * @param {Call} call @param {string} stream @param {number} limit @param {number} [before]
 * @returns {Promise<Page>}
 */
export async function readBefore(call, stream, limit, before) {
  /** @type {StreamEvent[]} */ const found = []
  /** @type {Page | undefined} */ let last
  for (let upTo = before; ;) {
    const asked = Math.min(MOST, limit - found.length)
    /** @type {Page} */
    const page = await call(READ, { stream, limit: asked, reverse: true, ...(upTo === undefined ? {} : { before: upTo }) })
    if (last && last.epoch !== page.epoch) return readBefore(call, stream, limit, before)
    last = page
    found.push(...page.events)
    upTo = found.at(-1)?.offset
    const complete = !page.events.length || found.length >= limit || upTo === undefined || upTo <= page.oldest
    if (complete) return { ...page, events: found.reverse() }
  }
}
