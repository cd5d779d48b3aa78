import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counts, glance, heard, isMiscounted, readTo, shown, taken } from '../mine.js'
import { ada, bob, deleted, edited, joined, posted } from './events.js'

const own = more => ({
  room: 'lobby', head: 10, read: 6, unread: 3, mentions: 1, active: 100, favourite: false, muted: false, level: 'default', ...more,
})
const kept = more => taken(undefined, own(more))
const from = (who, offset, data = {}) => posted(offset, 'hi', { by: who, ...data })
const naming = (offset, mentions) => ({ ...from(bob, offset), data: { text: 'hi', mentions } })

test('what others say after the last count is counted on top of it, once', () => {
  const events = [from(bob, 11), from(bob, 11), from(ada, 12), joined(13, bob), edited(14, 11, 'ho', { by: bob }), naming(15, ['u_ada'])]
  const now = events.reduce((state, event) => heard(state, event, ada), kept())
  assert.deepEqual(counts(now), { unread: 5, mentions: 2 })
})

test('a message that names all names everybody', () => {
  assert.equal(counts(heard(kept(), naming(11, 'room'), ada)).mentions, 2)
  assert.equal(counts(heard(kept(), naming(11, ['u_cleo']), ada)).mentions, 1)
})

test('what is read is taken off at once, and nothing is unread again', () => {
  const live = [11, 12].reduce((state, offset) => heard(state, from(bob, offset), ada), kept())
  assert.equal(counts(readTo(live, 11)).unread, 1)
  assert.equal(counts(readTo(readTo(live, 12), 5)).unread, 0)
})

test('an answer that was overtaken changes nothing', () => {
  const now = taken(kept(), own({ head: 12, read: 12, unread: 0, mentions: 0 }))
  assert.equal(taken(now, own({ read: 8, unread: 2 })), now)
  assert.equal(counts(taken(now, own({ head: 13, read: 12, unread: 1, mentions: 0 }))).unread, 1)
})

test('what is read here counts against an answer from before', () => {
  const now = taken(readTo(kept(), 10), own({ unread: 3, read: 7 }))
  assert.deepEqual([counts(now).unread, now.read], [0, 10])
})

test('what another device wants of the room is taken though nothing was said', () => {
  assert.equal(taken(kept(), own({ favourite: true })).own.favourite, true)
})

test('a message that is deleted is not new any more; one that the node counted, it counts again', () => {
  const live = heard(kept(), from(bob, 11), ada)
  assert.equal(counts(heard(live, deleted(12, 11, { by: bob }), ada)).unread, 3)
  assert.equal(isMiscounted(live, deleted(12, 11)), false)
  assert.equal(isMiscounted(live, deleted(12, 9)), true)
  assert.equal(isMiscounted(live, deleted(12, 5)), false)
})

test('of a muted room only what names us is told', () => {
  assert.deepEqual(glance(kept({ muted: true })), { unread: 0, mentions: 1 })
  assert.deepEqual(glance(undefined), { unread: 0, mentions: 0 })
})

test('nobody needs to know how many more than a thousand', () => {
  const many = heard(kept({ unread: 1000 }), from(bob, 11), ada)
  assert.equal(shown(counts(many).unread), '999+')
  assert.equal(shown(999), '999')
})
