import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Merge } from '../merge.js'
import { range } from './support.js'

const event = (offset, epoch = 'a') => ({ offset, epoch })
const takeAll = merge => {
  const taken = []
  for (let next; (next = merge.take());) taken.push(next.offset)
  return taken
}
const at = (offset, epoch = 'a') => {
  const merge = new Merge()
  merge.moveTo({ epoch, offset })
  return merge
}

test('it hands out nothing before it knows where it is', () => {
  const merge = new Merge()
  merge.offer(event(3))
  assert.deepEqual(takeAll(merge), [])
  merge.moveTo({ epoch: 'a', offset: 2 })
  assert.deepEqual(takeAll(merge), [3])
})

test('any order becomes one line, and doubles leave nothing behind', () => {
  const merge = at(0)
  for (const offset of [3, 1, 3, 2, 1, 5]) merge.offer(event(offset))
  assert.deepEqual(takeAll(merge), [1, 2, 3])
  assert.equal(merge.hasHole, true)
  for (const offset of [2, 4, 3]) merge.offer(event(offset))
  assert.deepEqual(takeAll(merge), [4, 5])
  merge.offer(event(5))
  assert.equal(merge.hasHole, false)
  assert.equal(merge.mustRead, false)
})

test('an event of another epoch is never handed out, and the log has to explain it', () => {
  const merge = at(2)
  merge.offer(event(3, 'b'))
  assert.deepEqual([takeAll(merge), merge.hasHole, merge.mustRead], [[], false, true])
})

test('when the first event brings the epoch, what waits from another one is dropped', () => {
  const merge = at(0, '')
  for (const one of [event(2, 'old'), event(1, 'a')]) merge.offer(one)
  assert.deepEqual([takeAll(merge), merge.hasHole, merge.mustRead], [[1], false, true])
  assert.deepEqual(merge.position, { epoch: 'a', offset: 1 })
})

test('a position found later sorts out what waited for it', () => {
  const merge = new Merge()
  for (const one of [event(900, 'old'), event(4), event(2)]) merge.offer(one)
  merge.moveTo({ epoch: 'a', offset: 3 })
  assert.deepEqual([takeAll(merge), merge.hasHole, merge.mustRead], [[4], false, true])
})

test('only so many events wait; a page always fits', () => {
  const merge = at(0)
  for (const offset of range(2, 1001)) merge.offer(event(offset))
  assert.equal(merge.mustRead, false)
  merge.offer(event(1002))
  assert.equal(merge.mustRead, true)
  merge.offer(event(1), Infinity)
  assert.deepEqual(takeAll(merge), range(1, 1001))
})
