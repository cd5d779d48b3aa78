// @ts-check
// What the page does when somebody does something with a message, and what is open because of it.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { goTo, roomHash } from '../routes.js'
import { toast } from '../ui/toast.js'
import { pinnedBy } from './marks.js'
import { find } from './state.js'

/** @import { Acts } from './actions.js' */
/** @import { Room } from './room.js' */
/** @import { Message } from './state.js' */
/**
 * @typedef {object} Open
 * @property {Message | null} reply  what the next words in the room answer
 * @property {Message | null} aside  what those in the thread do
 * @property {number} thread  the message at which the open thread begins, or 0
 * @property {number} shown  the message of that thread to look at, or 0
 * @property {Message | null} reacting
 * @property {Message | null} versions
 * @property {boolean} pins
 * @property {import('./files/facts.js').File | null} viewing
 */

/** @type {Open} */
const NOTHING = { reply: null, aside: null, thread: 0, shown: 0, reacting: null, versions: null, pins: false, viewing: null }

/**
 * @param {Room} room
 * @param {{edit: (id: number) => void, remove: (id: number) => void}} own
 */
export const useActs = (room, own) => {
  const [open, setOpen] = useState(NOTHING)
  /** @param {Partial<Open>} now */
  const set = now => setOpen(before => ({ ...before, ...now }))
  /** @type {Acts} */
  const acts = useMemo(() => ({
    reply: message => {
      set(message.thread ? { aside: message, thread: message.thread } : { reply: message })
      focus(message.thread ? 'thread-composer' : 'composer')
    },
    react: message => set({ reacting: message }),
    toggle: (message, emoji) => room.toggle(message, emoji),
    thread: ({ id, thread }) => {
      set({ thread: thread || id, shown: 0, aside: null })
      focus('thread-composer')
    },
    pin: message => {
      const on = !pinnedBy(message)
      room.pin(message.id, on)
      toast({ text: on ? 'Pinned to the room' : 'No longer pinned' })
    },
    copy: ({ text }) => void copied(text, 'Copied'),
    link: ({ id }) => void copied(`${location.origin}${location.pathname}${roomHash(room.name, id)}`, 'Link copied'),
    edit: ({ id }) => own.edit(id),
    remove: ({ id }) => own.remove(id),
    versions: message => set({ versions: message }),
    view: file => set({ viewing: file }),
    jump: id => jump(id),
  }), [room])

  /** Show a message. @param {number} id */
  const jump = id => {
    set({ pins: false })
    if (!aside(id)) goTo(room.name, id)
  }
  /** Open the thread in which a message stands that is loaded, if it stands in one. @param {number} id */
  const aside = id => {
    const thread = find(room.view, id)?.thread
    if (thread) set({ thread, shown: id, aside: null, pins: false })
    return Boolean(thread)
  }
  useEffect(() => { if (room.pages.gone) aside(room.pages.gone.offset) }, [room.pages.gone])
  return { open, set, acts }
}

/** Where the focus goes once what it goes to is drawn. @param {string} id */
export const focus = id => setTimeout(() => document.getElementById(id)?.focus())

/** @param {string} text @param {string} said */
const copied = async (text, said) => {
  try {
    await navigator.clipboard.writeText(text)
    toast({ text: said })
  } catch {
    toast({ text: 'This browser did not allow copying.' })
  }
}
