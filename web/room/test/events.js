// Events for tests, written shortly.

export const ada = { id: 'u_ada', name: 'Ada' }
export const bob = { id: 'u_bob', name: 'Bob' }

const NOON = new Date(2026, 4, 12, 12).getTime() / 1000

/** An event of the log `e1`, one second after the one before it. */
export const event = (offset, type, data = {}, { by = ada, key = null, epoch = 'e1', time = NOON + offset } = {}) =>
  ({ stream: 'openline.room.lobby', epoch, offset, time, by, key, type, data })

export const created = (title = 'Lobby') => event(1, 'room_created', { title })
export const posted = (offset, text = `message ${offset}`, more = {}) => event(offset, 'message_posted', { text }, more)
export const edited = (offset, message, text, more = {}) => event(offset, 'message_edited', { message, text }, more)
export const deleted = (offset, message, more = {}) => event(offset, 'message_deleted', { message }, more)
export const joined = (offset, by = ada) => event(offset, 'member_joined', {}, { by })
export const left = (offset, by = ada) => event(offset, 'member_left', {}, { by })
export const kicked = (offset, who = bob, by = ada) => event(offset, 'member_kicked', { id: who.id, name: who.name }, { by })

export const reacted = (offset, message, emoji = '👍', by = bob) => event(offset, 'reacted', { message, emoji }, { by })
export const unreacted = (offset, message, emoji = '👍', by = bob) => event(offset, 'unreacted', { message, emoji }, { by })
export const pinned = (offset, message, by = bob) => event(offset, 'pinned', { message }, { by })
export const unpinned = (offset, message, by = bob) => event(offset, 'unpinned', { message }, { by })
export const under = (offset, thread, text = `answer ${offset}`, more = {}) => event(offset, 'message_posted', { text, thread }, more)

/** Something in the outbox. */
export const waiting = (key, more = {}) =>
  ({ key, kind: 'post', message: 0, emoji: '', replyTo: 0, thread: 0, files: [], text: `text of ${key}`, at: NOON + 100, state: 'waiting', error: '', offset: 0, ...more })

export const texts = state => state.entries.filter(({ kind }) => kind === 'message').map(({ text }) => text)
