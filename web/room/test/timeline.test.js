import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY, fold, outbox, told } from '../state.js'
import { timeline } from '../timeline.js'
import { ada, bob, created, deleted, event, joined, left, posted, waiting } from './events.js'

const NOON = new Date(2026, 4, 12, 12).getTime() / 1000
const DAY = 86_400
const room = (...events) => fold(EMPTY, events)
const rows = (state, marker = 0) => timeline(state, ada, marker)
const kinds = (state, marker) => rows(state, marker).map(({ kind }) => kind)
const messages = state => rows(state).filter(({ kind }) => kind === 'message')

test('a room begins with its start and a day', () => {
  assert.deepEqual(kinds(room(created(), joined(2), posted(3))), ['start', 'day', 'notes', 'message'])
})

test('an unread part of the log has no start yet', () => {
  assert.deepEqual(kinds(room(posted(3))), ['day', 'message'])
})

test('says so where older messages are no longer kept', () => {
  assert.deepEqual(kinds(told(room(posted(3)), { epoch: 'e1', oldest: 3 })), ['lost', 'day', 'message'])
})

test('nothing at all has no rows', () => {
  assert.deepEqual(rows(EMPTY), [])
})

test('messages of one author within five minutes are one group', () => {
  const state = room(
    posted(1, 'a', { time: NOON }), posted(2, 'b', { time: NOON + 299 }), posted(3, 'c', { time: NOON + 299 + 300 }),
    posted(4, 'd', { time: NOON + 600, by: bob }), posted(5, 'e', { time: NOON + 601 }))
  assert.deepEqual(messages(state).map(({ first }) => first), [true, false, true, true, true])
})

test('a new name, a note and a day each open a group', () => {
  const renamed = room(posted(1), posted(2, 'b', { by: { ...ada, name: 'Countess' } }))
  assert.deepEqual(messages(renamed).map(({ first }) => first), [true, true])
  const interrupted = room(posted(1), joined(2, bob), posted(3))
  assert.deepEqual(messages(interrupted).map(({ first }) => first), [true, true])
  const midnight = new Date(2026, 4, 13).getTime() / 1000
  const overnight = room(posted(1, 'a', { time: midnight - 10 }), posted(2, 'b', { time: midnight + 10 }))
  assert.deepEqual(messages(overnight).map(({ first }) => first), [true, true])
})

test('each day stands once, above its first message', () => {
  const state = room(posted(1, 'a', { time: NOON }), posted(2, 'b', { time: NOON + 60 }), posted(3, 'c', { time: NOON + DAY }))
  assert.deepEqual(kinds(state), ['start', 'day', 'message', 'message', 'day', 'message'])
})

test('a day that comes again, because clocks differ, is not repeated', () => {
  const state = room(posted(1, 'a', { time: NOON }), posted(2, 'b', { time: NOON + DAY }), posted(3, 'c', { time: NOON }))
  const ids = rows(state).map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('those who come and go together share a row', () => {
  const state = room(posted(1), joined(2, bob), left(3, bob), posted(4))
  const notes = rows(state).find(({ kind }) => kind === 'notes')
  assert.deepEqual(notes.notes.map(({ what }) => what), ['joined', 'left'])
  assert.deepEqual(kinds(state), ['start', 'day', 'message', 'notes', 'message'])
})

test('the unread mark stands before the first unread message of somebody else', () => {
  const state = room(posted(1), posted(2, 'b', { by: bob }), posted(3), posted(4, 'd', { by: bob }))
  assert.deepEqual(kinds(state, 2), ['start', 'day', 'message', 'message', 'message', 'unread', 'message'])
  assert.deepEqual(kinds(state, 1), ['start', 'day', 'message', 'unread', 'message', 'message', 'message'])
  assert.ok(!kinds(state, 4).includes('unread'))
  assert.ok(!kinds(state, 0).includes('unread'))
})

test('what waits comes last, as one’s own', () => {
  const state = outbox(room(posted(1, 'a', { by: bob })), [waiting('k1')])
  const last = rows(state).at(-1)
  assert.deepEqual([last.message.text, last.mine, last.pending.key, last.message.by], ['text of k1', true, 'k1', ada])
})

test('a row keeps its id when the log takes its message in', () => {
  const before = outbox(room(created()), [waiting('k1')])
  const after = fold(before, [posted(2, 'text of k1', { key: 'k1' })])
  assert.equal(rows(before).at(-1).id, rows(after).at(-1).id)
})

test('the same key of two authors makes two rows', () => {
  const state = room(posted(1, 'a', { key: 'k' }), posted(2, 'b', { key: 'k', by: bob }))
  const ids = rows(state).map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('an edit shows before the log has it', () => {
  const state = outbox(room(posted(1, 'teh')), [waiting('e', { kind: 'edit', message: 1, text: 'the' })])
  const [row] = messages(state)
  assert.deepEqual([row.message.text, row.message.edited, row.pending.key], ['the', true, 'e'])
})

test('a deletion shows before the log has it, unless it failed', () => {
  const held = outbox(room(posted(1, 'a')), [waiting('d', { kind: 'delete', message: 1 })])
  assert.equal(messages(held)[0].message.deleted, true)
  const failed = outbox(room(posted(1, 'a')), [waiting('d', { kind: 'delete', message: 1, state: 'failed' })])
  assert.deepEqual([messages(failed)[0].message.deleted, messages(failed)[0].pending.state], [false, 'failed'])
})

test('a change of a message that is deleted by now leaves the tombstone', () => {
  const state = outbox(room(posted(1, 'a'), deleted(2, 1)), [waiting('e', { kind: 'edit', message: 1, text: 'b' })])
  assert.deepEqual([messages(state)[0].message.deleted, messages(state)[0].message.text], [true, ''])
})

test('unchanged rows keep their message, so that nothing is drawn again', () => {
  const state = outbox(room(posted(1), posted(2)), [waiting('e', { kind: 'edit', message: 1, text: 'b' }), waiting('p')])
  const one = messages(state), two = messages(fold(state, [event(3, 'member_joined', {}, { by: bob })]))
  assert.deepEqual(two.map(({ message }, at) => message === one[at].message), [true, true, true])
})
