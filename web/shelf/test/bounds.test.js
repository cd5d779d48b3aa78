import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENTS, LARGEST, ROOMS, bounded, joined, preceded, spare } from '../bounds.js'

const event = (offset, type = 'message_posted', data = { text: `words ${offset}` }, epoch = 'a') => ({ epoch, offset, type, data })
const some = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => event(from + at))
const offsets = events => events.map(({ offset }) => offset)

test('the last events are kept, each once and without a hole', () => {
  assert.deepEqual(offsets(joined(some(1, 3), some(2, 5))), [1, 2, 3, 4, 5])
  assert.deepEqual(offsets(joined(some(1, 3), some(5, 6))), [5, 6])
  assert.deepEqual(offsets(joined([event(9, 'x', {}, 'b')], some(1, 2))), [1, 2])
  assert.deepEqual(offsets(joined([], some(1, EVENTS + 5))), offsets(some(6, EVENTS + 5)))
  assert.deepEqual(joined([], []), [])
})

test('older ones come before, where they fit and there is room', () => {
  assert.deepEqual(offsets(preceded(some(4, 5), some(1, 3))), [1, 2, 3, 4, 5])
  assert.deepEqual(offsets(preceded(some(4, 5), some(1, 2))), [4, 5])
  assert.deepEqual(offsets(preceded([], some(1, 2))), [])
  assert.equal(preceded(some(51, 50 + EVENTS), some(1, 50)).length, EVENTS)
})

test('no room takes more than its share', () => {
  const large = some(1, 100).map(one => ({ ...one, data: { text: 'x'.repeat(5_000) } }))
  const kept = bounded(large)
  assert.ok(JSON.stringify(kept).length <= LARGEST + 1_000)
  assert.equal(kept.at(-1).offset, 100)
  assert.deepEqual(bounded(some(1, 3)), some(1, 3))
})

test('words that were taken back are not kept', () => {
  const events = [
    event(1), event(2, 'message_edited', { message: 1, text: 'secret' }), event(3),
    event(4, 'message_deleted', { message: 1 }),
  ]
  const kept = bounded(events)
  assert.deepEqual(kept.map(({ data }) => data), [{}, {}, { text: 'words 3' }, { message: 1 }])
})

test('rooms that were open longest ago make place', () => {
  const rows = Array.from({ length: ROOMS + 2 }, (_, at) => ({ who: 'u', what: `room${at}`, value: { at } }))
  assert.deepEqual(spare(rows).map(({ what }) => what), ['room1', 'room0'])
  assert.deepEqual(spare(rows.slice(2)), [])
})
