import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backoff } from '../backoff.js'

const longest = (count, backoff = new Backoff(() => 1)) => Array.from({ length: count }, () => backoff.next())

test('the longest pause doubles up to the cap', () => {
  assert.deepEqual(longest(8), [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000])
})

test('chance takes any part of it, down to none', () => {
  assert.equal(new Backoff(() => 0).next(), 0)
  assert.equal(new Backoff(() => 0.25).next(), 125)
})

test('it begins anew after a reset', () => {
  const backoff = new Backoff(() => 1)
  longest(5, backoff)
  backoff.reset()
  assert.equal(backoff.next(), 500)
})

test('it can go on for ever', () => {
  assert.equal(longest(5000).at(-1), 15000)
})
