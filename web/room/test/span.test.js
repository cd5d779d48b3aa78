import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEPT, MOST, around, bounded, clip, corrected, joined, meets, newestOf, ofThread, touched } from '../span.js'
import { EMPTY, fold, prepend } from '../state.js'
import { bob, edited, event, joined as came, pinned, posted, reacted, texts, under, unreacted } from './events.js'

const HAPPENED = { edited, reacted, unreacted, pinned }

/** A log in which much happens, the same each time. */
const log = count => {
  let seed = 7
  const dice = most => (seed = seed * 48271 % 2147483647) % most
  return Array.from({ length: count }, (_, at) => {
    const offset = at + 1, message = 1 + dice(offset)
    const what = dice(10)
    if (what < 6) return posted(offset, `message ${offset}`, { key: `k${offset}` })
    if (what === 6) return edited(offset, message, `new ${offset}`)
    if (what === 7) return came(offset, bob)
    return Object.values(HAPPENED).slice(1)[dice(3)](offset, message)
  })
}
const shown = ({ entries, first, head }) => ({ entries, first, head })

test('a part of a room is what stands there, as it is by now', () => {
  const whole = fold(EMPTY, [posted(1), posted(2), edited(3, 1, 'one'), edited(4, 2, 'two'), posted(5)])
  const part = clip(whole, 2, 2)
  assert.deepEqual([part.first, part.head, texts(part)], [2, 2, ['two']])
})

test('what was let go and is read again is as it was', () => {
  const events = log(400), whole = fold(EMPTY, events)
  for (const from of [100, 200, 399]) {
    const entry = whole.entries.findLast(({ id }) => id <= from)
    const part = clip(whole, entry.id)
    const again = prepend(part, { events: events.filter(({ offset }) => offset < part.first), oldest: 1, epoch: 'e1' })
    assert.deepEqual(shown(again), shown(whole))
  }
})

test('two parts that meet are the whole, wherever they were parted', () => {
  const events = log(300), whole = fold(EMPTY, events)
  for (let at = 1; at < events.length; at += 7) {
    const past = fold(EMPTY, events.slice(0, at)), live = fold(EMPTY, events.slice(at))
    assert.ok(meets(past, live))
    assert.deepEqual(shown(joined(past, live)), shown(whole))
  }
})

test('parts with a gap between them, or of other logs, do not meet', () => {
  const past = fold(EMPTY, [posted(1)])
  assert.ok(!meets(past, fold(EMPTY, [posted(3)])))
  assert.ok(!meets(past, fold(EMPTY, [posted(2, 'x', { epoch: 'e2' })])))
})

test('what happens to messages that are looked at far away is seen', () => {
  const past = fold(EMPTY, [posted(1), posted(2)])
  const now = touched(past, [posted(90), edited(91, 1, 'one'), reacted(92, 2)])
  assert.deepEqual([texts(now), now.head, now.entries[1].marks.size], [['one', 'message 2'], 2, 1])
  assert.equal(touched(past, [posted(90)]), past)
})

test('what happened in the gap is brought in, also what was taken back there', () => {
  const past = fold(EMPTY, [posted(1), posted(2), reacted(3, 1), reacted(4, 2)])
  const told = { events: [edited(50, 1, 'one')], marks: [4] }
  const now = corrected(past, { first: 1, last: 4 }, told)
  assert.deepEqual(texts(now), ['one', 'message 2'])
  assert.deepEqual(now.entries.map(({ marks }) => marks.size), [0, 1])
})

test('a reaction that came while it was asked stays', () => {
  const past = touched(fold(EMPTY, [posted(1)]), [reacted(60, 1)])
  const now = corrected(past, { first: 1, last: 1 }, { events: [], marks: [] })
  assert.equal(now.entries[0].marks.size, 1)
})

test('a long room keeps its newest part, and what is read of it', () => {
  const long = fold(EMPTY, Array.from({ length: MOST + 10 }, (_, at) => posted(at + 1)))
  assert.equal(bounded(long, null).live.entries.length, KEPT)
  assert.equal(bounded(long, null).past, null)
  const { live, past } = bounded(long, { first: 100, last: 300 })
  assert.ok(past.first <= 100 && past.head >= 300 && !meets(past, live))
  assert.equal(live.head, MOST + 10)
  const near = bounded(long, { first: MOST - 1000, last: MOST - 800 })
  assert.equal(near.past, null)
  assert.ok(near.live.first <= MOST - 1000 && near.live.entries.length < MOST)
  const short = newestOf(long, 5)
  assert.deepEqual(bounded(short, null), { live: short, past: null })
})

test('around what is drawn something is kept at both sides', () => {
  const part = around(fold(EMPTY, Array.from({ length: MOST }, (_, at) => posted(at + 1))), { first: 1500, last: 1700 })
  assert.deepEqual([part.first, part.head], [1500 - KEPT / 2, 1700 + KEPT / 2])
})

test('of a thread there is its beginning and what stands in it', () => {
  const state = fold(EMPTY, [posted(1), posted(2), under(3, 1), event(4, 'member_joined'), under(5, 2)])
  assert.deepEqual(ofThread(state, 1).entries.map(({ id }) => id), [1, 3])
})
