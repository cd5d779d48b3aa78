import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Ladder } from '../ladder.js'
import { FakeClock } from './support.js'

const [MINUTE, HOUR] = [60_000, 3_600_000]
let clock, memory, ladder

beforeEach(() => {
  clock = new FakeClock()
  clock.chance = 0
  memory = { kept: null, get: () => memory.kept, set: fall => { memory.kept = fall } }
  ladder = new Ladder(clock, memory)
})

/** One try: WebSocket does not get through, long-poll does. */
function fallDown() {
  for (const rung of ladder.order()) {
    if (rung === 'longpoll') return ladder.opened('longpoll')
    ladder.failed(rung)
  }
}

test('WebSocket comes first', () => {
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

test('what worked in its place is remembered for an hour, by other pages too', () => {
  fallDown()
  const elsewhere = new Ladder(clock, memory)
  clock.time += HOUR - 1
  assert.deepEqual(ladder.order(), ['longpoll', 'websocket'])
  assert.deepEqual(elsewhere.order(), ['longpoll', 'websocket'])
  clock.time += 1
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

test('a try in which nothing worked is no reason to remember anything', () => {
  for (const rung of ladder.order()) ladder.failed(rung)
  ladder.unreachable()
  assert.equal(memory.kept, null)
})

test('long-poll that is opened as remembered does not begin the hour again', () => {
  fallDown()
  clock.time += HOUR / 2
  ladder.order()
  ladder.opened('longpoll')
  clock.time += HOUR / 2
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

test('WebSocket that works is the end of the memory', () => {
  fallDown()
  ladder.opened('websocket')
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
  assert.equal(memory.kept, null)
})

test('WebSocket is tried again after half a minute, then every ten minutes, and the hour begins anew', () => {
  fallDown()
  assert.equal(ladder.againIn(), 30_000)
  for (let tries = 0; tries < 10; tries++) {
    clock.time += ladder.againIn()
    ladder.stillBlocked()
    assert.equal(ladder.againIn(), 10 * MINUTE)
  }
  assert.deepEqual(ladder.order(), ['longpoll', 'websocket'])
})

test('who falls again, as a page that was loaded later, waits ten minutes at once', () => {
  fallDown()
  clock.time += 2 * HOUR
  fallDown()
  assert.equal(ladder.againIn(), 10 * MINUTE)
})

test('not all pages try at the same moment', () => {
  clock.chance = 0.5
  fallDown()
  assert.equal(ladder.againIn(), 33_750)
})

test('two cuts in a row, each within two minutes, are enough of WebSocket', () => {
  ladder.cut('websocket', 2 * MINUTE - 1)
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
  ladder.opened('websocket')
  ladder.cut('websocket', 5_000)
  assert.deepEqual(ladder.order(), ['longpoll', 'websocket'])
  assert.equal(ladder.againIn(), 10 * MINUTE)
})

test('after that one cut is enough, until a WebSocket lasts', () => {
  for (const _ of [1, 2]) ladder.cut('websocket', 1_000)
  ladder.opened('websocket')
  ladder.cut('websocket', 1_000)
  assert.deepEqual(ladder.order(), ['longpoll', 'websocket'])
  ladder.opened('websocket')
  ladder.cut('websocket', HOUR)
  ladder.cut('websocket', 1_000)
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

test('cuts around a node that was away say nothing about the way to it', () => {
  for (let restarts = 0; restarts < 5; restarts++) {
    ladder.cut('websocket', 1_000)
    ladder.unreachable()
  }
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

test('cuts of long-poll say nothing about WebSocket', () => {
  for (let cuts = 0; cuts < 5; cuts++) ladder.cut('longpoll', 1_000)
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})

for (const odd of ['yes', 7, {}, { at: 'now', again: 0 }, { at: 1e15, again: 1e15 }]) {
  test(`a memory of ${JSON.stringify(odd)} is none`, () => {
    memory.kept = odd
    assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
    assert.equal(ladder.againIn(), 0)
  })
}

test('who wants one way only gets it, whatever is remembered, and leaves the memory alone', () => {
  fallDown()
  const { kept } = memory
  for (const rung of ['websocket', 'longpoll']) {
    const single = new Ladder(clock, memory, { rungs: [rung] })
    for (const _ of [1, 2, 3]) single.cut(rung, 1_000)
    single.opened(rung)
    assert.deepEqual(single.order(), [rung])
  }
  assert.equal(memory.kept, kept)
})

test('times can be set', () => {
  ladder = new Ladder(clock, memory, { soon: 1, again: 2, remember: 3, steady: 4 })
  fallDown()
  assert.equal(ladder.againIn(), 1_000)
  ladder.stillBlocked()
  assert.equal(ladder.againIn(), 2_000)
  clock.time += 3_000
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
  ladder.opened('websocket')
  for (const _ of [1, 2]) ladder.cut('websocket', 4_000)
  assert.deepEqual(ladder.order(), ['websocket', 'longpoll'])
})
