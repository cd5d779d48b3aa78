import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { FakeClock } from '../../line/test/support.js'
import { Teller, Typists, typingWords } from '../typing.js'

let clock, typists, changes

beforeEach(() => {
  clock = new FakeClock()
  changes = 0
  typists = new Typists(clock, () => changes++)
})

test('somebody is typing for five seconds after they said so last', async () => {
  typists.take({ id: 'a', name: 'Ada' })
  await clock.advance(3_000)
  typists.take({ id: 'a', name: 'Ada' })
  await clock.advance(4_900)
  assert.deepEqual(typists.names, ['Ada'])
  await clock.advance(200)
  assert.deepEqual(typists.names, [])
  assert.equal(changes, 2)
})

test('until their message comes, and what was said before it counts no more', async () => {
  typists.take({ id: 'a', name: 'Ada' })
  typists.said('a')
  typists.take({ id: 'a', name: 'Ada' })
  assert.deepEqual(typists.names, [])
  await clock.advance(1_000)
  typists.take({ id: 'a', name: 'Ada' })
  assert.deepEqual(typists.names, ['Ada'])
})

test('oneself tells it at most every three seconds', async () => {
  let told = 0
  const teller = new Teller(clock, () => told++)
  for (let key = 0; key < 61; key++) {
    teller.typed()
    await clock.advance(100)
  }
  assert.equal(told, 3)
})

test('two are named', () => {
  assert.deepEqual([[], ['Ada'], ['Ada', 'Bob'], ['Ada', 'Bob', 'Eve']].map(typingWords),
    ['', 'Ada is typing', 'Ada and Bob are typing', 'Several people are typing'])
})
