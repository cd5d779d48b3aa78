// @ts-check
// How a webhook is doing, in words. Pure.
import { when } from '../../ui/time.js'

/** @typedef {{number: number, at: number, type: string, status: number | null, why: string, seconds: number}} Delivery */
/**
 * @typedef {{id: string, name: string, url: string, types: string[], trigger: string, state: 'working' | 'failing' | 'paused',
 *   since: number | null, next: number | null, why: string}} Outgoing
 */

/** What a webhook may be sent, as people choose it. @type {Record<string, {label: string, types: string[]}>} */
export const EVENTS = {
  all: { label: 'Everything', types: [] },
  messages: { label: 'Messages', types: ['message_posted'] },
  words: { label: 'Messages, edits and deletions', types: ['message_posted', 'message_edited', 'message_deleted'] },
  people: { label: 'Who comes and goes', types: ['member_joined', 'member_left', 'member_kicked', 'member_banned'] },
}

/** @param {string} choice */
export const typesOf = choice => EVENTS[choice]?.types ?? []

/** The name of the machine in an address; nothing where it is no address to post to. @param {string} url */
export const hostOf = url => {
  try {
    const { protocol, host } = new URL(url.trim())
    return ['http:', 'https:'].includes(protocol) ? host : ''
  } catch {
    return ''
  }
}

/** @param {Delivery} delivery */
export const outcome = ({ status, why, seconds }) => why
  ? `${why.replace(/\.$/, '')} (${seconds} s)` : `Taken: ${status}, ${seconds} s`

/** @param {Outgoing} hook */
export const stateWords = ({ state, types, trigger, since, why }, now = Date.now() / 1000) => {
  if (state !== 'working') return `${state === 'paused' ? 'Given up' : 'Tried again'}. ${why}${since ? ` Failing since ${when(since, now)}.` : ''}`
  const chosen = Object.values(EVENTS).find(one => String(one.types) === String(types))?.label ?? types.join(', ')
  return trigger ? `${chosen} after “${trigger}”` : chosen
}
