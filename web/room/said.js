// @ts-check
// Words on their way into a room: they may be a command, which the node is asked to carry out first.
import { toast } from '../ui/toast.js'
import { commandIn } from './complete.js'

/** @import { Room } from './room.js' */

/**
 * Say something. False if it was not taken, so that it can be tried again.
 * With files it waits until they are there.
 * @param {Room} room @param {string} text
 * @param {{replyTo?: number, thread?: number, files?: Promise<import('./files/facts.js').File[]>}} place @returns {Promise<boolean>}
 */
export const say = async (room, text, { replyTo = 0, thread = 0, files } = {}) => {
  if (files) {
    const there = await files.catch(() => null)
    if (there && (text || there.length)) room.post(text, { replyTo, thread, files: there.map(({ id }) => id) })
    return there !== null
  }
  const given = commandIn(text, room.asked.commands ?? [])
  if (!given) {
    room.post(text, { replyTo, thread })
    return true
  }
  try {
    const { post, tell } = await room.asked.give(given.command, given.rest, thread)
    if (post) room.post(post, { replyTo, thread })
    if (tell) toast({ text: tell })
    return true
  } catch (error) {
    toast({ text: /** @type {Error} */ (error).message })
    return false
  }
}
