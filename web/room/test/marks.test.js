import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasReacted, pinnedBy, reactedWords, reactions } from '../marks.js'
import { EMPTY, find, fold, hold, outbox, prepend } from '../state.js'
import { threadRows, timeline } from '../timeline.js'
import { ada, bob, deleted, edited, event, pinned, posted, reacted, under, unpinned, unreacted, waiting } from './events.js'

const room = (...events) => fold(EMPTY, events)
const pills = (state, id = 1) => reactions(find(state, id)).map(({ emoji, people }) => [emoji, ...people.map(({ name }) => name)])
const rows = state => timeline(state, ada, 0).filter(({ kind }) => kind === 'message')

test('reactions are counted by emoji, with who gave them', () => {
  const state = room(posted(1), reacted(2, 1), reacted(3, 1, '🎉'), reacted(4, 1, '👍', ada))
  assert.deepEqual(pills(state), [['👍', 'Bob', 'Ada'], ['🎉', 'Bob']])
  assert.equal(hasReacted(find(state, 1), '🎉', ada.id), false)
  assert.equal(reactedWords(reactions(find(state, 1))[0], ada.id), 'Bob and you reacted with 👍')
})

test('the same reaction counts once, and goes when it is taken back', () => {
  assert.deepEqual(pills(room(posted(1), reacted(2, 1), reacted(3, 1))), [['👍', 'Bob']])
  assert.deepEqual(pills(room(posted(1), reacted(2, 1), unreacted(3, 1))), [])
  assert.deepEqual(pills(room(posted(1), reacted(2, 1), unreacted(3, 1), reacted(4, 1))), [['👍', 'Bob']])
})

test('marks reach messages on pages that are read later, whatever the cut', () => {
  const events = [posted(1), posted(2), reacted(3, 1), pinned(4, 2), unreacted(5, 1), reacted(6, 1, '🎉'), unpinned(7, 2), pinned(8, 1, ada)]
  const whole = room(...events)
  for (let cut = 1; cut < events.length; cut++) {
    const parts = prepend(room(...events.slice(cut)), { events: events.slice(0, cut), oldest: 1, epoch: 'e1' })
    assert.deepEqual([pills(parts), pinnedBy(find(parts, 1)), pinnedBy(find(parts, 2))], [[['🎉', 'Bob']], ada, null], `cut at ${cut}`)
    assert.equal(parts.pinnings, whole.pinnings)
  }
})

test('a reaction to what is not there, or is no message, shows nowhere', () => {
  const state = room(event(1, 'member_joined'), posted(2), reacted(3, 1), reacted(4, 99))
  assert.deepEqual(pills(state, 2), [])
  assert.equal(find(state, 1), undefined)
  assert.equal(find(state, 99), undefined)
})

test('a mark leaves the other messages as they are', () => {
  const before = room(posted(1), posted(2))
  const after = fold(before, [reacted(3, 2)])
  assert.equal(after.entries[0], before.entries[0])
  assert.notEqual(after.entries[1], before.entries[1])
})

test('what waits in the outbox shows at once', () => {
  const state = outbox(room(posted(1), reacted(2, 1, '👍', ada)), [
    waiting('a', { kind: 'unreact', message: 1, emoji: '👍' }), waiting('b', { kind: 'react', message: 1, emoji: '🎉' })])
  const [{ message, pending }] = rows(state)
  assert.deepEqual(reactions(message).map(({ emoji }) => emoji), ['🎉'])
  assert.equal(pending, null, 'the message itself is not on its way')
  const edit = hold(state, waiting('c', { kind: 'edit', message: 1, text: 'new' }))
  assert.deepEqual([rows(edit)[0].message.text, rows(edit)[0].pending.key], ['new', 'c'])
})

test('a thread stands beside the room, and is counted where it begins', () => {
  const state = room(posted(1), under(2, 1), posted(3), under(4, 1, 'b', { by: bob }), under(5, 1), deleted(6, 5))
  assert.deepEqual(rows(state).map(({ message: { id } }) => id), [1, 3])
  const [{ thread }] = rows(state)
  assert.deepEqual([thread.count, thread.people], [2, [bob, ada]])
  assert.deepEqual(threadRows(state, ada, 1).map(({ message: { id } }) => id), [1, 2, 4, 5])
})

test('the tombstone of an answer stays in its thread', () => {
  const gone = event(3, 'message_deleted', { message: 2, thread: 1 })
  const state = room(posted(1), event(2, 'message_posted', {}), gone)
  assert.deepEqual(rows(state).map(({ message: { id } }) => id), [1])
  assert.equal(threadRows(state, ada, 1)[1].message.deleted, true)
})

test('an answer that waits stands in its thread', () => {
  const state = outbox(room(posted(1)), [waiting('a', { thread: 1 }), waiting('b')])
  assert.deepEqual(rows(state).map(({ message: { key } }) => key), [null, 'b'])
  assert.deepEqual(threadRows(state, ada, 1).map(({ message: { key } }) => key), [null, 'a'])
})

test('a reply shows what it answers, as it is now, if that is loaded', () => {
  const reply = (offset, to) => event(offset, 'message_posted', { text: 'yes', reply_to: to })
  const state = room(posted(5, 'a'), reply(6, 5), reply(7, 2), edited(8, 5, 'b'))
  assert.deepEqual(rows(state).map(({ quote }) => quote?.text), [undefined, 'b', undefined])
})

test('mentions go with the words', () => {
  const state = room(event(1, 'message_posted', { text: '@Bob', mentions: [bob.id] }))
  assert.deepEqual(find(state, 1).mentions, [bob.id])
  assert.deepEqual(find(fold(state, [edited(2, 1, 'nobody')]), 1).mentions, [])
})
