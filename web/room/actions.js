// @ts-check
// What can be done with a message: one list for its buttons and for its keys.
import { Copy, Edit, Link, Pin, Reply, Smile, Thread, Trash } from '../ui/icons.js'
import { pinnedBy } from './marks.js'

/** @import { Room } from './room.js' */
/** @import { Message } from './state.js' */
/** @import { MessageRow } from './timeline.js' */
/**
 * @typedef {object} Acts  what the page does about a message
 * @property {(message: Message) => void} reply
 * @property {(message: Message) => void} react  choose an emoji
 * @property {(message: Message, emoji: string) => void} toggle
 * @property {(message: Message) => void} thread
 * @property {(message: Message) => void} pin
 * @property {(message: Message) => void} copy
 * @property {(file: import('./files/facts.js').File) => void} view
 * @property {(message: Message) => void} link
 * @property {(message: Message) => void} edit
 * @property {(message: Message) => void} remove
 * @property {(message: Message) => void} versions
 * @property {(id: number) => void} jump
 */
/** @typedef {{label: string, key: string, icon: any, run: () => void}} Action */

/** Of every action that there can be, for who wants to know: its key and what it does. */
export const ACTION_KEYS = [
  ['R', 'Reply to the message'], ['+', 'React to it'], ['T', 'Open its thread'], ['E', 'Edit it'],
  ['P', 'Pin it, or take it off'], ['C', 'Copy its text'], ['L', 'Copy a link to it'], ['Delete', 'Delete it'],
]

/** @param {MessageRow} row @param {Room} room @param {Acts} acts @returns {Action[]} */
export const actionsOf = ({ message, mine, pending }, room, acts) => {
  if (message.deleted) return []
  const run = (/** @type {Exclude<keyof Acts, 'jump' | 'toggle' | 'view'>} */ name) => () => acts[name](message)
  const copy = { label: 'Copy text', key: 'c', icon: Copy, run: run('copy') }
  if (!message.id) return [copy]
  const own = mine && pending?.kind !== 'delete'
  return [
    { label: 'Add reaction', key: '+', icon: Smile, run: run('react') },
    { label: 'Reply', key: 'r', icon: Reply, run: run('reply') },
    { label: 'Thread', key: 't', icon: Thread, run: run('thread') },
    ...room.moderates ? [{ label: pinnedBy(message) ? 'Unpin' : 'Pin', key: 'p', icon: Pin, run: run('pin') }] : [],
    copy,
    { label: 'Copy link', key: 'l', icon: Link, run: run('link') },
    ...own ? [
      ...room.canEdit(message) ? [{ label: 'Edit', key: 'e', icon: Edit, run: run('edit') }] : [],
      { label: 'Delete', key: 'Delete', icon: Trash, run: run('remove') },
    ] : [],
  ]
}

/** Do what a key means for the message that has the focus. Says whether it meant anything. @param {KeyboardEvent} event @param {Action[]} actions */
export const pressedOn = (event, actions) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const wanted = actions.find(({ key }) => key.toLowerCase() === event.key.toLowerCase())
  wanted?.run()
  return wanted !== undefined
}

/** The row of a list that a key leads to from another one. @param {KeyboardEvent} event @param {HTMLElement} row */
export const nextRow = (event, row) => {
  const all = /** @type {HTMLElement[]} */ ([...row.parentElement?.querySelectorAll('[data-message]') ?? []])
  const at = all.indexOf(row)
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key]
  return to === undefined ? undefined : all[to] ?? null
}
