import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY, acknowledged, fold, forget, hasOlder, hold, lastOwn, outbox, prepend, told, unread } from '../state.js'
import { ada, bob, created, deleted, edited, event, joined, kicked, left, posted, texts, waiting } from './events.js'

const room = (...events) => fold(EMPTY, events)
const page = (events, oldest = 1, epoch = 'e1') => ({ events, oldest, epoch })
const keys = state => state.pending.map(({ key }) => key)

test('folds messages in order', () => {
  const state = room(created('Kitchen'), joined(2), posted(3, 'one'), posted(4, 'two'))
  assert.deepEqual(texts(state), ['one', 'two'])
  assert.equal(state.title, 'Kitchen')
  assert.deepEqual([state.epoch, state.first, state.head, state.moves], ['e1', 1, 4, 1])
})

test('does not change the state that it was given', () => {
  const before = room(posted(1, 'one', { key: 'k1' }))
  const copy = structuredClone(before)
  fold(before, [edited(2, 1, 'changed'), posted(3, 'two', { key: 'k2' })])
  assert.deepEqual(before, copy)
  assert.equal(EMPTY.entries.length, 0)
})

test('drops doubles, within a batch and across batches', () => {
  const state = fold(room(posted(1), posted(2)), [posted(2), posted(3), posted(3), posted(1)])
  assert.deepEqual(texts(state), ['message 1', 'message 2', 'message 3'])
})

test('keeps the messages that nothing happened to', () => {
  const before = room(posted(1), posted(2))
  const after = fold(before, [edited(3, 2, 'new words')])
  assert.equal(after.entries[0], before.entries[0])
  assert.notEqual(after.entries[1], before.entries[1])
})

test('an edit gives a message new words and a mark', () => {
  const [message] = room(posted(1, 'teh'), edited(2, 1, 'the')).entries
  assert.deepEqual([message.text, message.edited, message.id], ['the', true, 1])
})

test('the newest edit wins', () => {
  assert.deepEqual(texts(room(posted(1, 'a'), edited(2, 1, 'b'), edited(3, 1, 'c'))), ['c'])
})

test('a deletion leaves a tombstone without words', () => {
  const [message] = room(posted(1, 'secret'), deleted(2, 1)).entries
  assert.deepEqual([message.text, message.deleted], ['', true])
})

test('a message whose words left the log is a tombstone', () => {
  const [message] = room(event(1, 'message_posted', {})).entries
  assert.equal(message.deleted, true)
})

test('an edit whose words left the log changes nothing', () => {
  const state = room(posted(1, 'a'), event(2, 'message_edited', {}), event(3, 'message_edited', { message: 1 }))
  assert.deepEqual(texts(state), ['a'])
  assert.equal(state.entries[0].deleted, false)
})

test('an event of an unknown type takes its place and does nothing else', () => {
  const state = room(posted(1), event(2, 'reaction_added', { message: 1 }), posted(3))
  assert.deepEqual(texts(state), ['message 1', 'message 3'])
  assert.equal(state.head, 3)
})

test('an older page comes in front', () => {
  const state = prepend(room(posted(5), posted(6)), page([posted(3), posted(4)]))
  assert.deepEqual(texts(state), ['message 3', 'message 4', 'message 5', 'message 6'])
  assert.deepEqual([state.first, state.head], [3, 6])
})

test('changes reach messages on pages that are read later', () => {
  const later = room(edited(5, 2, 'better'), deleted(6, 3), posted(7))
  const state = prepend(later, page([posted(1), posted(2), posted(3), edited(4, 2, 'good')]))
  assert.deepEqual(texts(state), ['message 1', 'better', '', 'message 7'])
  assert.equal(state.entries[2].deleted, true)
})

test('pages give the same room whatever way they are read', () => {
  const events = [created(), joined(2), posted(3), posted(4, 'x', { by: bob }), edited(5, 3, 'y'), posted(6), deleted(7, 4), edited(8, 3, 'z')]
  const whole = room(...events)
  for (let cut = 1; cut < events.length; cut++) {
    const parts = prepend(room(...events.slice(cut)), page(events.slice(0, cut)))
    assert.deepEqual(parts.entries, whole.entries, `cut at ${cut}`)
    assert.equal(parts.title, whole.title)
  }
})

test('an older page does not repeat what is there, nor come from another log', () => {
  const state = room(posted(3), posted(4))
  assert.deepEqual(texts(prepend(state, page([posted(2), posted(3)]))), ['message 2', 'message 3', 'message 4'])
  assert.equal(prepend(state, page([posted(2)], 1, 'e2')), state)
})

test('knows whether the log keeps something older', () => {
  assert.equal(hasOlder(EMPTY), false)
  assert.equal(hasOlder(room(posted(3))), true)
  assert.equal(hasOlder(room(created())), false)
  assert.equal(hasOlder(told(room(posted(3)), { epoch: 'e1', oldest: 3 })), false)
  assert.equal(hasOlder(prepend(room(posted(9)), page([posted(8)], 8))), false)
})

test('a new epoch starts the room anew', () => {
  const state = fold(room(created(), posted(2, 'old')), [posted(1, 'new', { epoch: 'e2' }), posted(2, 'newer', { epoch: 'e2' })])
  assert.deepEqual(texts(state), ['new', 'newer'])
  assert.deepEqual([state.epoch, state.lost], ['e2', true])
})

test('a hole starts the room anew: what was shown may be out of date', () => {
  const state = fold(room(posted(1), posted(2)), [posted(7)])
  assert.deepEqual(texts(state), ['message 7'])
  assert.equal(state.lost, true)
})

test('an empty new log empties the room', () => {
  const state = told(room(posted(1)), { epoch: 'e2', oldest: 1 })
  assert.deepEqual([texts(state), state.epoch], [[], 'e2'])
})

test('a stream that got its first epoch was not reset', () => {
  const state = told(told(EMPTY, { epoch: '', oldest: 0 }), { epoch: 'e1', oldest: 1 })
  assert.equal(state.lost, false)
  assert.equal(fold(state, [created()]).lost, false)
})

test('what waits to be sent survives a reset; changes of messages that are gone do not', () => {
  const before = outbox(room(posted(1)), [waiting('a'), waiting('b', { kind: 'edit', message: 1 })])
  assert.deepEqual(keys(fold(before, [posted(1, 'x', { epoch: 'e2' })])), ['a'])
})

test('counts the unread messages of others', () => {
  const state = room(posted(1, 'a', { by: bob }), posted(2), posted(3, 'b', { by: bob }), posted(4, 'c', { by: bob }), deleted(5, 4, { by: bob }), joined(6, bob))
  assert.equal(unread(state, 0, ada.id), 2)
  assert.equal(unread(state, 1, ada.id), 1)
  assert.equal(unread(state, 3, ada.id), 0)
})

test('finds the last message of one’s own', () => {
  const state = room(posted(1, 'mine'), posted(2, 'theirs', { by: bob }), posted(3, 'gone'), deleted(4, 3), left(5))
  assert.equal(lastOwn(state, ada.id).id, 1)
  assert.equal(lastOwn(state, 'u_nobody'), undefined)
  assert.equal(lastOwn(hold(state, waiting('d', { kind: 'delete', message: 1 })), ada.id), undefined)
})

test('the outbox shows what waits, in the order in which it was written', () => {
  const state = outbox(EMPTY, [waiting('b', { at: 2 }), waiting('a', { at: 1 })])
  assert.deepEqual(keys(state), ['a', 'b'])
})

test('a message leaves the outbox and stays until its event arrives', () => {
  const sent = outbox(outbox(EMPTY, [waiting('a')]), [])
  assert.deepEqual(sent.pending.map(({ state }) => state), ['sent'])
  const arrived = fold(acknowledged(sent, 'a', 2), [posted(1), posted(2, 'text of a', { key: 'a' })])
  assert.deepEqual(arrived.pending, [])
  assert.deepEqual(texts(arrived), ['message 1', 'text of a'])
})

test('an event that arrives before the acknowledgement ends the waiting', () => {
  const state = fold(outbox(EMPTY, [waiting('a')]), [posted(1, 'text of a', { key: 'a' })])
  assert.deepEqual(state.pending, [])
  assert.deepEqual(outbox(state, [waiting('a', { state: 'sending' })]).pending, [])
  assert.deepEqual(acknowledged(outbox(state, []), 'a', 1).pending, [])
})

test('an acknowledgement that was lost is made up by an older page', () => {
  const state = outbox(room(posted(5)), [waiting('a')])
  assert.deepEqual(keys(prepend(state, page([posted(4, 'text of a', { key: 'a' })]))), [])
})

test('a repeated write whose event stands before all that is loaded does not stay', () => {
  const state = outbox(room(posted(50)), [waiting('a')])
  assert.deepEqual(keys(acknowledged(state, 'a', 3)), [])
  const unknown = outbox(state, [])
  assert.deepEqual(keys(unknown), ['a'])
  assert.deepEqual(keys(fold(unknown, [posted(51)])), [])
})

test('what failed stays with its reason, and goes when it is dropped', () => {
  const failed = outbox(EMPTY, [waiting('a', { state: 'failed', error: 'Join the room first.' })])
  assert.equal(failed.pending[0].error, 'Join the room first.')
  assert.deepEqual(outbox(failed, []).pending, [])
  assert.deepEqual(forget(failed, 'a').pending, [])
})

test('what is held stays, though the outbox does not know of it', () => {
  const state = outbox(hold(room(posted(1)), waiting('h', { kind: 'delete', message: 1, state: 'held' })), [waiting('a')])
  assert.deepEqual(state.pending.map(({ key, state: is }) => [key, is]).sort(), [['a', 'waiting'], ['h', 'held']])
})

test('holding again replaces', () => {
  const state = hold(hold(EMPTY, waiting('a')), waiting('a', { state: 'sending' }))
  assert.deepEqual(state.pending.map(({ state: is }) => is), ['sending'])
})

test('who was removed is another than who did it', () => {
  const state = room(created(), joined(2, bob), kicked(3, bob, ada))
  const { who, by, what } = state.entries.at(-1)
  assert.deepEqual([what, who, by], ['kicked', bob, ada])
  assert.equal(state.moves, 2)
})

test('a message that a moderator deleted says so, whichever page comes first', () => {
  const takenDown = event(3, 'message_deleted', { message: 2, why: 'spam' }, { by: bob })
  const whole = room(created(), posted(2), takenDown)
  const late = prepend(fold(EMPTY, [takenDown]), { events: [created(), posted(2, '')], oldest: 1, epoch: 'e1' })
  for (const { entries } of [whole, late]) {
    const message = entries.find(({ id }) => id === 2)
    assert.deepEqual([message.deleted, message.taken], [true, { by: bob, why: 'spam' }])
  }
  assert.equal(room(created(), posted(2), deleted(3, 2)).entries.find(({ id }) => id === 2).taken, undefined)
})
