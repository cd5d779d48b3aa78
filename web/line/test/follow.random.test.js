// Follows a stream over a node that loses, doubles, reorders, cuts, times out and forgets, by the hundred, from seeds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { range, record, seeded, world } from './support.js'

const STREAM = 'openline.room.lobby'

/** Runs one history of faults; gives what was shown and what the log holds. */
async function run(seed, { resets = false, retention = false, moves = false } = {}) {
  const { clock, node, openLine } = world()
  const random = (clock.random = seeded(seed))
  const upTo = limit => Math.floor(random() * limit)
  node.latency = () => upTo(60)
  node.mostInPage = 1 + upTo(12)
  node.deliver = (event, send) => {
    const fate = random()
    if (fate < 0.15) return
    clock.after(fate < 0.6 ? 0 : upTo(400), () => send(event))
    if (fate > 0.9) clock.after(upTo(3000), () => send(event))
  }
  node.answer = (_, send) => { if (random() > 0.02) send() }
  for (let said = upTo(30); said > 0; said--) node.append(STREAM, {})

  if (moves) node.lag = ({ target }) => (target.rung === 'longpoll') === (seed % 2 === 0) ? 200 : 3
  const line = await openLine({ ladder: { soon: 0.3, again: 0.5 } })
  const shown = []
  const first = record(line, STREAM, { after: 0, onState: state => state.recovered || shown.push('break') , onEvent: event => shown.push(event) })
  for (let step = 0; step < 120; step++) {
    const chance = random()
    if (chance < 0.5) for (let said = upTo(6); said > 0; said--) node.append(STREAM, {})
    else if (chance < 0.58) node.cut()
    else if (moves && chance < 0.8) node.blocked = random() < 0.4 ? { websocket: random() < 0.5 ? 'refused' : 'silent' } : {}
    else if (retention && chance < 0.62) node.log(STREAM).oldest = Math.min(node.log(STREAM).head + 1, node.log(STREAM).oldest + upTo(20))
    else if (resets && chance < 0.61) node.reset(STREAM)
    await clock.advance(upTo(300))
  }
  // The dust settles: what was lost last is found when the next event arrives.
  node.deliver = (event, send) => send(event)
  node.answer = (_, send) => send()
  node.blocked = {}
  await clock.advance(30_000)
  node.append(STREAM, {})
  await clock.advance(60_000)
  return { shown, log: node.log(STREAM), position: first.following.position, rungs: node.tries.map(({ rung }) => rung), seed }
}

for (let seed = 1; seed <= 60; seed++) {
  test(`drops, doubles, reorders and reconnects, seed ${seed}`, async () => {
    const { shown, log } = await run(seed)
    assert.deepEqual(shown.map(event => event.offset ?? event), range(1, log.head))
  })
}

/** Checks that what was shown between two breaks has no hole, no double and one epoch; gives the last such piece. */
function pieces(shown) {
  const all = [[]]
  for (const event of shown) event === 'break' ? all.push([]) : all.at(-1).push(event)
  for (const piece of all) {
    assert.equal(new Set(piece.map(({ epoch }) => epoch)).size <= 1, true)
    if (piece.length) assert.deepEqual(piece.map(({ offset }) => offset), range(piece[0].offset, piece.at(-1).offset))
  }
  return all
}

for (let seed = 100; seed < 140; seed++) {
  test(`retention too, seed ${seed}`, async () => {
    const { shown, log } = await run(seed, { retention: true })
    const offsets = pieces(shown).flat().map(({ offset }) => offset)
    assert.deepEqual(offsets, [...new Set(offsets)].sort((one, other) => one - other))
    assert.equal(offsets.at(-1), log.head)
  })
}

for (let seed = 200; seed < 240; seed++) {
  test(`resets too, seed ${seed}`, async () => {
    const { shown, log, position } = await run(seed, { resets: true })
    const last = pieces(shown).at(-1)
    assert.deepEqual(position, { epoch: log.epoch, offset: log.head })
    assert.deepEqual(last.map(({ offset }) => offset), range(1, log.head))
  })
}

for (let seed = 300; seed < 340; seed++) {
  test(`moves between WebSocket and long-poll too, seed ${seed}`, async () => {
    const { shown, log, rungs } = await run(seed, { moves: true })
    assert.ok(rungs.lastIndexOf('websocket') > rungs.indexOf('longpoll') && rungs.includes('longpoll'))
    assert.deepEqual(shown.map(event => event.offset ?? event), range(1, log.head))
  })
}
