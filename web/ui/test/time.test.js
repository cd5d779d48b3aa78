import assert from 'node:assert/strict'
import { test } from 'node:test'
import { when } from '../time.js'

test('a time of another day is told by its day', () => {
  const noon = new Date(2026, 4, 20, 12).getTime() / 1000
  const at = (...time) => new Date(2026, ...time).getTime() / 1000
  assert.equal(when(noon - 30, noon), 'just now')
  assert.equal(when(noon - 300, noon), '5 min ago')
  assert.match(when(at(4, 20, 8, 5), noon), /8:05/)
  assert.match(when(at(4, 19, 23, 50), at(4, 20, 0, 5)), /15 min ago/)
  assert.match(when(at(4, 19, 8), noon), /yesterday/i)
  assert.doesNotMatch(when(at(3, 2, 8), noon), /8:00/)
})
