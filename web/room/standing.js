// @ts-check
// What a room is, what somebody may in it, and what keeps them from speaking. Pure: (info, event) → info.

/** @import { Event, State } from './state.js' */
/** @import { RoomInfo } from './room.js' */
/** @typedef {{id: string, name: string, role?: string}} Me  with the role on the node */
/** @typedef {{words: string, until: number, stopped: boolean}} Hold  why one does not speak, and until when in seconds (0: no end) */

const WORDS = ['title', 'subject', 'description', 'slow']

/**
 * A room after an event that was told while we watch.
 * @param {RoomInfo} info @param {Event} event @param {string} me @returns {RoomInfo}
 */
export const after = (info, { type, data }, me) => {
  if (type === 'room_changed') return { ...info, ...Object.fromEntries(WORDS.filter(name => name in data).map(name => [name, data[name]])) }
  if (type === 'room_archived' || type === 'room_unarchived') return { ...info, archived: type === 'room_archived' }
  if (data.id !== me) return info
  if (type === 'role_changed') return { ...info, role: data.role }
  if (type === 'member_muted') return { ...info, mute: { until: data.until, why: data.why } }
  return type === 'member_unmuted' ? { ...info, mute: null } : info
}

/** @param {RoomInfo | null | undefined} info @param {Me} me */
export const owns = (info, me) => info?.kind !== 'direct' && (info?.role === 'owner' || me.role === 'operator')

/** @param {RoomInfo | null | undefined} info @param {Me} me */
export const moderates = (info, me) => owns(info, me) || (info?.kind !== 'direct' && info?.role === 'moderator')

const RANK = /** @type {Record<string, number>} */ ({ owner: 2, moderator: 1, member: 0 })

/** Whether one may keep somebody in order. @param {RoomInfo | null} info @param {Me} me @param {{id: string, role: string}} them */
export const outranks = (info, me, them) => them.id !== me.id && moderates(info, me)
  && (me.role === 'operator' || RANK[info?.role ?? 'member'] > RANK[them.role])

/**
 * Why somebody cannot speak now, if they cannot.
 * @param {RoomInfo | null} info @param {Me} me @param {number} spoke  when they spoke last, in seconds
 * @param {number} now @param {(time: number) => string} tell @returns {Hold | null}
 */
export const holdOn = (info, me, spoke, now, tell) => {
  if (!info) return null
  if (info.archived) return { words: 'This room is archived. It can be read, and nothing is added.', until: 0, stopped: true }
  const { mute } = info
  if (mute && (mute.until === null || mute.until > now)) {
    const until = mute.until === null ? '' : ` until ${tell(mute.until)}`
    return { words: `You are muted${until}${mute.why ? `: ${mute.why}` : '.'}`, until: mute.until ?? 0, stopped: true }
  }
  if (!info.slow || moderates(info, me)) return null
  const words = `Slow mode: one message every ${span(info.slow)}.`
  const again = Math.min(spoke + info.slow, now + info.slow)
  return { words, until: again > now ? again : 0, stopped: false }
}

/** When somebody spoke last, in seconds; 0 if not in what is loaded. @param {State} state @param {string} me */
export const lastSpoke = (state, me) =>
  state.entries.findLast(entry => entry.kind === 'message' && entry.by.id === me)?.time ?? 0

const SPANS = /** @type {[number, string][]} */ ([[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']])

/** So many seconds, for people. @param {number} seconds */
export const span = seconds => {
  const [unit, name] = SPANS.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second']
  const count = seconds / unit
  return count === 1 ? name === 'second' ? 'second' : `1 ${name}` : `${count} ${name}s`
}
