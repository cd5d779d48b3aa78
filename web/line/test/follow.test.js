import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { range, record, settle, world } from './support.js'

const STREAM = 'openline.room.lobby'
let clock, node, line, parts

beforeEach(async () => {
  ({ clock, node, parts, ...line } = world())
  line = await line.openLine()
})

const say = (count, stream = STREAM) => {
  for (let said = 0; said < count; said++) node.append(stream, { text: `${node.log(stream).head + 1}` })
}

async function follow(options) {
  const told = record(line, STREAM, options)
  await clock.advance(0)
  return told
}

test('it begins with the newest events, then goes on live', async () => {
  say(60)
  const told = await follow({ last: 10 })
  assert.deepEqual(told.offsets, range(51, 60))
  assert.equal(told.last.state, 'live')
  say(2)
  assert.deepEqual(told.offsets, range(51, 62))
  assert.deepEqual(told.breaks, [])
  assert.deepEqual(told.following.position, { epoch: node.log(STREAM).epoch, offset: 62 })
})

test('the first pages may be small, and so may the log', async () => {
  say(20)
  node.mostInPage = 3
  assert.deepEqual((await follow({ last: 10 })).offsets, range(11, 20))
  assert.deepEqual((await follow({ last: 100 })).offsets, range(1, 20))
  assert.deepEqual((await follow({ last: 0 })).offsets, [])
})

test('it goes on after a position, in as many pages as it takes', async () => {
  say(1000)
  const { epoch } = node.log(STREAM)
  assert.deepEqual((await follow({ after: { epoch, offset: 17 } })).offsets, range(18, 1000))
  assert.deepEqual((await follow({ after: 990 })).offsets, range(991, 1000))
  assert.deepEqual((await follow({ after: { epoch, offset: 1000 } })).offsets, [])
})

test('the first event of an empty stream brings its epoch, and that is no reset', async () => {
  const told = await follow()
  assert.deepEqual(told.following.position, { epoch: '', offset: 0 })
  say(2)
  assert.deepEqual(told.offsets, [1, 2])
  assert.deepEqual(told.breaks, [])
  assert.notEqual(told.following.position.epoch, '')
})

test('an event that arrives twice is shown once', async () => {
  const told = await follow()
  node.deliver = (event, send) => { send(event); send(event) }
  say(3)
  node.publish(STREAM, node.log(STREAM).events[0])
  assert.deepEqual(told.offsets, [1, 2, 3])
})

test('events that overtake each other are put in order, without asking the log', async () => {
  const told = await follow()
  const held = []
  node.deliver = (event, send) => held.push(() => send(event))
  say(4)
  const reads = node.called('openline.stream.read').length
  for (const send of [held[3], held[1], held[2], held[0]]) send()
  await clock.advance(1000)
  assert.deepEqual(told.offsets, [1, 2, 3, 4])
  assert.equal(node.called('openline.stream.read').length, reads)
})

test('a hole is read from the log after a moment', async () => {
  const told = await follow()
  node.deliver = (event, send) => { if (event.offset !== 2) send(event) }
  say(4)
  assert.deepEqual(told.offsets, [1])
  await clock.advance(199)
  assert.deepEqual(told.offsets, [1])
  await clock.advance(1)
  assert.deepEqual(told.offsets, [1, 2, 3, 4])
  assert.deepEqual(told.breaks, [])
  assert.equal(told.last.state, 'live')
})

test('an event that is in no log is not asked for again and again', async () => {
  say(3)
  const told = await follow()
  const before = node.called('openline.stream.read').length
  node.publish(STREAM, { ...node.log(STREAM).events[2], offset: 900 })
  await clock.advance(60_000)
  assert.deepEqual(told.offsets, [1, 2, 3])
  assert.ok(node.called('openline.stream.read').length - before < 12)
})

test('what was missed while offline comes before what is new', async () => {
  say(3)
  const told = await follow()
  node.cut()
  assert.equal(told.last.state, 'offline')
  say(500)
  await clock.advance(1000)
  say(2)
  assert.deepEqual(told.offsets, range(1, 505))
  assert.deepEqual(told.breaks, [])
})

test('events that arrive during a recovery wait for those before them', async () => {
  say(5)
  node.latency = () => 50
  const told = await follow({ after: 0 })
  await clock.advance(20)
  say(3)
  assert.deepEqual(told.offsets, [])
  await clock.advance(200)
  assert.deepEqual(told.offsets, range(1, 8))
})

test('more events than can wait during a recovery are read from the log', async () => {
  say(5)
  node.latency = () => 50
  const told = await follow({ after: 0 })
  await clock.advance(20)
  say(1500)
  await clock.advance(2000)
  assert.deepEqual(told.offsets, range(1, 1505))
})

test('a reconnect in the middle of a recovery starts it over where it stopped', async () => {
  say(1000)
  node.latency = () => 100
  const told = await follow({ after: 0 })
  await clock.advance(250)
  assert.deepEqual(told.offsets, range(1, 600))
  node.cut()
  await clock.advance(2000)
  assert.deepEqual(told.offsets, range(1, 1000))
  assert.deepEqual(told.breaks, [])
})

test('an answer to a read of the last connection changes nothing', async () => {
  say(10)
  const late = []
  node.answer = (call, send) => (call.uri === 'openline.stream.read' ? late.push(send) : send())
  const told = await follow({ after: 0 })
  node.cut()
  node.answer = (_, send) => send()
  await clock.advance(2000)
  for (const send of late) send()
  await settle()
  assert.deepEqual(told.offsets, range(1, 10))
})

test('a history that does not reach back says so before it goes on', async () => {
  say(100)
  const { epoch } = node.log(STREAM)
  node.log(STREAM).oldest = 40
  const order = []
  await follow({
    after: { epoch, offset: 10 },
    onEvent: event => order.push(event.offset),
    onState: ({ state, recovered, position }) => order.push({ state, recovered, after: position.offset }),
  })
  assert.deepEqual(order, [
    { state: 'recovering', recovered: true, after: 10 },
    { state: 'recovering', recovered: false, after: 39 },
    ...range(40, 100),
    { state: 'live', recovered: true, after: 100 },
  ])
})

test('when nothing of the gap is kept it goes on at the head', async () => {
  say(100)
  const { epoch } = node.log(STREAM)
  node.log(STREAM).oldest = 101
  const told = await follow({ after: { epoch, offset: 10 } })
  assert.deepEqual(told.breaks.map(({ position }) => position.offset), [100])
  say(1)
  assert.deepEqual(told.offsets, [101])
})

test('retention that overtakes a slow reader is a break too', async () => {
  say(900)
  node.latency = () => 100
  const told = await follow({ after: 0 })
  await clock.advance(150)
  node.log(STREAM).oldest = 700
  await clock.advance(2000)
  assert.deepEqual(told.offsets, [...range(1, 300), ...range(700, 900)])
  assert.equal(told.breaks.length, 1)
})

test('an old beginning is no break for who only wants the newest', async () => {
  say(100)
  node.log(STREAM).oldest = 95
  const told = await follow({ last: 50 })
  assert.deepEqual(told.offsets, range(95, 100))
  assert.deepEqual(told.breaks, [])
  assert.equal(node.called('openline.stream.read').length, 1)
})

for (const [name, after, shown] of [
  ['the newest events, as it began', undefined, range(11, 60)],
  ['its first event, for who follows from a position', { epoch: '', offset: 0 }, range(1, 60)],
]) {
  test(`a log that was reset while live is told, and begun with ${name}`, async () => {
    say(5)
    const told = await follow({ after })
    node.reset(STREAM)
    node.deliver = () => {}
    say(59)
    node.deliver = (event, send) => send(event)
    say(1)
    await clock.advance(0)
    assert.deepEqual(told.offsets, [...range(1, 5), ...shown])
    assert.equal(told.breaks.length, 1)
    assert.equal(told.breaks[0].position.offset, shown[0] - 1)
    assert.equal(told.breaks[0].position.epoch, node.log(STREAM).epoch)
    assert.equal(told.last.state, 'live')
  })
}

test('a log that was reset while offline is told, shorter or longer than it was', async () => {
  for (const count of [3, 30]) {
    say(10)
    const told = await follow()
    node.cut()
    node.reset(STREAM)
    say(count)
    await clock.advance(1000)
    assert.deepEqual(told.offsets.slice(-count), range(1, count))
    assert.equal(told.breaks.length, 1)
    told.following.stop()
    node.reset(STREAM)
  }
})

test('a log that was lost and is empty is told, and its first event is shown', async () => {
  say(10)
  const told = await follow()
  node.cut()
  node.reset(STREAM)
  await clock.advance(1000)
  assert.deepEqual(told.breaks.map(({ position }) => position), [{ epoch: '', offset: 0 }])
  say(1)
  assert.deepEqual(told.offsets, [...range(1, 10), 1])
})

test('a number that the log does not reach yet is a break', async () => {
  say(5)
  const told = await follow({ after: 990 })
  assert.equal(told.breaks.length, 1)
  assert.deepEqual(told.offsets, range(1, 5))
})

test('a log that is reset between two pages of the newest events is begun anew', async () => {
  say(20)
  node.mostInPage = 6
  const read = node.procedures['openline.stream.read']
  node.procedures['openline.stream.read'] = kwargs => {
    if (kwargs.before === 15) {
      node.reset(STREAM)
      node.deliver = () => {}
      say(30)
      node.deliver = (event, send) => send(event)
    }
    return read(kwargs)
  }
  const told = await follow({ last: 20 })
  assert.deepEqual(told.offsets, range(11, 30))
  assert.deepEqual([...new Set(told.events.map(({ epoch }) => epoch))], [node.log(STREAM).epoch])
})

test('a late event of the old log is not shown, and does not bring it back', async () => {
  say(5)
  const [late] = node.log(STREAM).events
  const told = await follow()
  node.reset(STREAM)
  say(2)
  await clock.advance(0)
  node.publish(STREAM, { ...late, offset: 3 })
  await clock.advance(1000)
  say(1)
  assert.deepEqual(told.offsets, [1, 2, 3, 4, 5, 1, 2, 3])
  assert.equal(told.events.at(-1).epoch, node.log(STREAM).epoch)
  assert.equal(told.breaks.length, 1)
})

test('a handler that throws is reported, and misses nothing', async t => {
  const reported = t.mock.method(console, 'error', () => {})
  const seen = []
  await follow({ onEvent({ offset }) { seen.push(offset); if (offset === 2) throw new Error('handler') } })
  say(3)
  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(reported.mock.callCount(), 1)
})

test('stop ends it at once, also from within the handler', async () => {
  say(10)
  const told = await follow({ last: 1 })
  const seen = []
  const other = line.follow(STREAM, { after: 0, onEvent({ offset }) { seen.push(offset); if (offset === 4) other.stop() } })
  await clock.advance(0)
  say(1)
  assert.deepEqual(seen, [1, 2, 3, 4])
  assert.deepEqual(told.offsets, [10, 11])
  told.following.stop()
  await settle()
  say(1)
  assert.deepEqual(told.offsets, [10, 11])
  assert.equal([...node.connections][0].subscriptions.size, 0)
})

test('nothing is shown after stop, not even what was being read', async () => {
  say(3)
  node.latency = () => 50
  const told = await follow()
  told.following.stop()
  await clock.advance(1000)
  assert.deepEqual(told.offsets, [])
  assert.equal(told.following.position, null)
  assert.equal(told.states.length, 1)
})

test('a component that starts later than the router is waited for', async () => {
  say(3)
  const read = node.procedures['openline.stream.read']
  delete node.procedures['openline.stream.read']
  const told = await follow()
  assert.equal(told.last.error.uri, 'wamp.error.no_such_procedure')
  await clock.advance(3000)
  node.procedures['openline.stream.read'] = read
  await clock.advance(8000)
  assert.deepEqual(told.offsets, [1, 2, 3])
  assert.equal(told.last.state, 'live')
})

test('a read that is not answered is asked again', async () => {
  say(3)
  let answers = 0
  node.answer = (_, send) => { if (answers++ > 0) send() }
  const told = await follow()
  await clock.advance(10_000)
  assert.equal(told.last.error.uri, 'client.timeout')
  await clock.advance(1_000)
  assert.deepEqual(told.offsets, [1, 2, 3])
})

test('who may not read is told so, and tried again on the next connection', async () => {
  say(3)
  const read = node.procedures['openline.stream.read']
  node.procedures['openline.stream.read'] = () => { throw new LineError('openline.room.error.not_a_member', 'Join first.') }
  const told = await follow()
  assert.equal(told.last.state, 'refused')
  assert.equal(told.last.error.message, 'Join first.')
  node.procedures['openline.stream.read'] = read
  node.cut()
  await clock.advance(1000)
  assert.deepEqual(told.offsets, [1, 2, 3])
})

test('who may not subscribe is told so', async () => {
  node.refuseTopic = () => new LineError('wamp.error.not_authorized', 'Not here.')
  const told = await follow()
  assert.equal(told.last.state, 'refused')
  assert.equal(node.called('openline.stream.read').length, 0)
})

test('a subscription that the node takes away is asked for again, once', async () => {
  say(1)
  const told = await follow()
  const [connection] = node.connections
  connection.revoke(STREAM)
  say(2)
  await clock.advance(500)
  assert.deepEqual(told.offsets, [1, 2, 3])
  node.refuseTopic = () => new LineError('wamp.error.not_authorized')
  connection.revoke(STREAM)
  await clock.advance(500)
  assert.equal(told.last.state, 'refused')
})

test('older pages', async () => {
  say(400)
  node.mostInPage = 7
  const page = await line.history(STREAM, { before: 351, limit: 100 })
  assert.deepEqual(page.events.map(({ offset }) => offset), range(251, 350))
  assert.equal(page.oldest, 1)
  node.log(STREAM).oldest = 348
  assert.deepEqual((await line.history(STREAM, { before: 351 })).events.map(({ offset }) => offset), [348, 349, 350])
  assert.deepEqual((await line.history(STREAM, { before: 348 })).events, [])
})
