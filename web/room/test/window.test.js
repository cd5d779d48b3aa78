import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRAWN, MOST_DRAWN, around, moved, newer, newest, older } from '../window.js'

const size = ({ start, end }, count) => Math.min(end, count) - start

test('begins with the newest rows', () => {
  assert.deepEqual(newest(10), { start: 0, end: Infinity })
  assert.deepEqual(newest(1000), { start: 1000 - DRAWN, end: Infinity })
})

test('going up and down stays small, and reaches both ends', () => {
  const count = 1234
  let window = newest(count)
  for (let step = 0; window.start > 0; step++) {
    assert.ok(step < 50)
    window = older(window, count)
    assert.ok(size(window, count) <= DRAWN)
  }
  for (let step = 0; window.end !== Infinity; step++) {
    assert.ok(step < 50)
    window = newer(window, count)
    assert.ok(size(window, count) <= DRAWN)
  }
  assert.deepEqual(window, newest(count))
})

test('each step keeps most of what was drawn', () => {
  const up = older(newest(1000), 1000)
  assert.ok(up.start < 1000 - DRAWN && up.end > 1000 - DRAWN)
  const down = newer({ start: 0, end: DRAWN }, 1000)
  assert.ok(down.start > 0 && down.start < DRAWN)
})

test('rows put in front move the window with its rows', () => {
  assert.deepEqual(moved({ start: 0, end: Infinity }, 50, 150), { start: 50, end: Infinity })
  assert.deepEqual(moved({ start: 10, end: 60 }, 50, 500), { start: 60, end: 110 })
})

test('rows taken away do not leave it outside', () => {
  const { start, end } = moved({ start: 400, end: Infinity }, -300, 20)
  assert.ok(start <= 20 && end === Infinity)
})

test('what comes while somebody reads above does not make it endless', () => {
  let window = newest(DRAWN)
  for (let count = DRAWN; count < 5000; count++) window = moved(window, 0, count)
  assert.ok(size(window, 5000) <= MOST_DRAWN)
  assert.equal(window.start, 0)
})

test('the rows around one hold it, and are not too many', () => {
  for (const [at, count] of [[0, 10], [0, 1000], [500, 1000], [999, 1000], [699, 1000], [700, 1000]]) {
    const window = around(at, count)
    assert.ok(window.start <= at && at < window.end && size(window, count) <= DRAWN, `${at} of ${count}`)
    assert.equal(window.end === Infinity, window.start + DRAWN >= count)
  }
})
