// @ts-check
// What is on its way from this page to a room.

/** @import { Entry } from '../line/line.js' */
/** @import { Pending } from './state.js' */

const KINDS = /** @type {Record<string, Pending['kind']>} */ ({
  'openline.room.post': 'post', 'openline.room.edit': 'edit', 'openline.room.delete': 'delete',
  'openline.room.react': 'react', 'openline.room.unreact': 'unreact', 'openline.room.pin': 'pin', 'openline.room.unpin': 'unpin',
})

/** The entries of the outbox that are for a room. @param {Entry[]} entries @param {string} name @returns {Pending[]} */
export const outgoing = (entries, name) => entries
  .filter(({ uri, kwargs }) => uri in KINDS && kwargs.room === name)
  .map(({ key, uri, kwargs, state, error, at }) =>
    ({ ...pendingOf(key, KINDS[uri], kwargs, state), error: error?.message ?? '', at: at / 1000 }))

/**
 * @typedef {{text?: string, message?: number, emoji?: string, reply_to?: number, thread?: number, files?: string[]}} What  as the node takes it
 * @param {string} key @param {Pending['kind']} kind @param {What} what
 * @param {Pending['state']} state @returns {Pending}
 */
export const pendingOf = (key, kind, { text = '', message = 0, emoji = '', reply_to: replyTo = 0, thread = 0, files = [] }, state) =>
  ({ key, kind, text, message, emoji, replyTo, thread, files, state, at: Date.now() / 1000, error: '', offset: 0 })

/** What is put on a message: it is gone when it fails, while words wait to be sent again. @param {Pending} pending */
export const isMark = ({ kind }) => kind !== 'post' && kind !== 'edit' && kind !== 'delete'

/** The name of a deletion that can still be taken back. @param {number} message */
export const heldKey = message => `held ${message}`
