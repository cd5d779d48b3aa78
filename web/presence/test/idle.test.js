import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { FakeClock } from '../../line/test/support.js'
import { Idleness } from '../idle.js'
import { People } from '../people.js'
import { endOf } from '../status.js'

const MINUTE = 60_000
let clock, page, told, works

beforeEach(() => {
  clock = new FakeClock()
  page = new EventTarget()
  told = []
  works = true
})

const watch = () => new Idleness(clock, async idle => {
  if (!works) throw new Error('offline')
  told.push(idle)
}, page)

test('nobody uses a page that was not touched for five minutes', async () => {
  watch()
  await clock.advance(4 * MINUTE)
  page.dispatchEvent(new Event('keydown'))
  await clock.advance(4 * MINUTE)
  assert.deepEqual(told, [])
  await clock.advance(MINUTE)
  assert.deepEqual(told, [true])
  page.dispatchEvent(new Event('pointermove'))
  await clock.advance(0)
  assert.deepEqual(told, [true, false])
})

test('it is said until it was heard, and again to who has forgotten it', async () => {
  const idleness = watch()
  works = false
  await clock.advance(5 * MINUTE)
  works = true
  await clock.advance(3_000)
  assert.deepEqual(told, [true])
  idleness.forgotten()
  await clock.advance(0)
  assert.deepEqual(told, [true, true])
  idleness.close()
})

test('what the rooms say of people is one answer, told when it is another', () => {
  const people = new People(), one = {}, other = {}, told = []
  people.addEventListener('ada', () => told.push(people.of('ada')?.state ?? ''))
  const entry = state => new Map([['ada', { id: 'ada', state, devices: 1, text: '', until: null }]])
  people.say(one, entry('active'))
  people.say(other, entry('active'))
  people.say(one, null)
  people.say(other, entry('away'))
  people.say(other, null)
  assert.deepEqual(told, ['active', 'away', ''])
})

test('a status ends after so many minutes, at midnight, or never', () => {
  const now = new Date(2026, 4, 3, 22, 15)
  assert.equal(endOf(0, now), null)
  assert.equal(endOf(30, now), now.getTime() / 1000 + 1800)
  assert.equal(endOf(-1, now), new Date(2026, 4, 4).getTime() / 1000)
})
