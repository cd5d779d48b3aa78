import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { range, record, settle, world } from './support.js'

const MINUTE = 60_000
const STREAM = 'openline.room.lobby'
let clock, node, made

beforeEach(() => {
  made = world();
  ({ clock, node } = made)
})

const rungs = () => node.tries.map(({ rung }) => rung)
const connectionOver = rung => [...node.connections].find(({ target }) => target.rung === rung)

test('a line goes over WebSocket, and says so', async () => {
  const line = made.makeLine()
  assert.equal(line.transport, null)
  line.open()
  await settle()
  assert.equal(line.transport, 'websocket')
  node.cut()
  assert.equal(line.transport, null)
})

test('long-poll is beside the WebSocket', async () => {
  node.blocked.websocket = 'refused'
  await made.openLine({ url: 'wss://host.test/app/ws' })
  assert.deepEqual(node.tries.map(({ url }) => url), ['wss://host.test/app/ws', 'https://host.test/app/lp'])
})

test('where WebSocket is refused it is online by long-poll at once', async () => {
  node.blocked.websocket = 'refused'
  const line = await made.openLine()
  assert.equal(line.state, 'online')
  assert.equal(line.transport, 'longpoll')
})

test('where WebSocket is swallowed it is online by long-poll after 3 s', async () => {
  node.blocked.websocket = 'silent'
  const line = await made.openLine()
  await clock.advance(2_999)
  assert.equal(line.state, 'connecting')
  await clock.advance(1)
  assert.equal(line.transport, 'longpoll')
})

test('where a WebSocket opens and then carries nothing it is online by long-poll after 3 s', async () => {
  node.answer = (call, send) => { if (call.connection.target.rung === 'longpoll') send() }
  const line = await made.openLine()
  await clock.advance(3_000)
  assert.equal(line.transport, 'longpoll')
  assert.equal(node.connections.size, 1)
})

test('the next page begins with what worked', async () => {
  node.blocked.websocket = 'silent'
  const first = await made.openLine()
  await clock.advance(3_000)
  first.close()
  node.tries.length = 0
  const second = await made.openLine()
  assert.equal(second.transport, 'longpoll')
  assert.deepEqual(rungs(), ['longpoll'])
})

test('where long-poll stopped working WebSocket is tried', async () => {
  made.memory.kept = { at: clock.now(), again: clock.now() + MINUTE }
  node.blocked.longpoll = 'silent'
  const line = await made.openLine()
  await clock.advance(3_000)
  assert.equal(line.transport, 'websocket')
  assert.equal(made.memory.kept, null)
})

test('what a node says is no matter of the way to it', async () => {
  node.door = new LineError('wamp.error.no_such_realm')
  const line = await made.openLine()
  assert.deepEqual(rungs(), ['websocket'])
  assert.equal(line.error.uri, 'wamp.error.no_such_realm')
})

test('a node that says when to come back is not asked before', async () => {
  const crowded = new LineError('client.connection_lost', 'There are too many connections.', { code: 3005, retry_after: 30 })
  node.blocked.websocket = 'refused'
  node.door = crowded
  const line = await made.openLine()
  assert.equal(line.error.message, 'There are too many connections.')
  assert.equal(line.retryAt, clock.now() + 30_250)
  node.door = null
  await clock.advance(30_000)
  assert.equal(line.state, 'offline')
  await clock.advance(250)
  assert.equal(line.state, 'online')
})

test('when nothing gets through it says what does, and goes on trying', async () => {
  node.blocked = { websocket: 'refused', longpoll: 'refused' }
  const line = await made.openLine()
  assert.deepEqual([line.state, line.error.uri], ['offline', 'client.unreachable'])
  node.reachable = true
  await clock.advance(1_000)
  assert.deepEqual([line.error.uri, line.error.message], ['client.blocked', 'Pages get through to the server, but WebSocket and long-poll are blocked.'])
  node.blocked = {}
  await clock.advance(15_000)
  assert.deepEqual([line.state, line.transport, line.error], ['online', 'websocket', null])
})

test('when everything is swallowed a try takes 13 s', async () => {
  node.blocked = { websocket: 'silent', longpoll: 'silent' }
  const line = await made.openLine()
  await clock.advance(12_999)
  assert.equal(line.state, 'connecting')
  await clock.advance(1)
  assert.equal(line.state, 'offline')
})

test('a line that is closed while it tries one way does not try the other', async () => {
  node.blocked.websocket = 'silent'
  const line = await made.openLine()
  line.close()
  await clock.advance(MINUTE)
  assert.deepEqual(rungs(), ['websocket'])
  assert.deepEqual([line.state, node.connections.size, clock.waiting], ['closed', 0, 0])
})

test('a WebSocket that is cut is opened again; when that is cut too, long-poll it is', async () => {
  const line = await made.openLine()
  for (const after of ['websocket', 'longpoll']) {
    await clock.advance(MINUTE)
    node.cut()
    await clock.advance(1_000)
    assert.equal(line.transport, after)
  }
})

test('a WebSocket that the node itself closes is no worse for it', async () => {
  const line = await made.openLine()
  for (let cuts = 0; cuts < 5; cuts++) {
    node.cut(new LineError('client.connection_lost', 'This node is being restarted.', { code: 3003 }))
    await clock.advance(15_000)
    assert.equal(line.transport, 'websocket')
  }
})

test('a WebSocket that falls silent soon is like one that is cut', async () => {
  const line = await made.openLine()
  node.answer = (call, send) => {
    const blackHole = call.connection.target.rung === 'websocket' && clock.now() - call.connection.since > 10_000
    if (!blackHole) send()
  }
  await clock.advance(MINUTE)
  assert.equal(line.transport, 'longpoll')
})

test('while it is on long-poll it tries WebSocket again, and nothing is disturbed', async () => {
  node.blocked.websocket = 'silent'
  const line = await made.openLine()
  await clock.advance(3_000)
  const seen = []
  line.addEventListener('state', () => seen.push(line.state))
  node.tries.length = 0
  const fell = clock.now()
  await clock.advance(21 * MINUTE)
  const tries = node.tries.map(({ rung, at }) => [rung, Math.round((at - fell) / MINUTE * 10) / 10])
  assert.deepEqual(tries, [['websocket', 0.6], ['websocket', 12]])
  assert.deepEqual(seen, [])
})

/** Falls to long-poll; the next try of WebSocket will work. */
async function onLongPoll(options) {
  node.blocked.websocket = 'refused'
  const line = await made.openLine({ ladder: { soon: 1 }, ...options })
  node.blocked = {}
  return line
}

test('when WebSocket works again it moves there, without having been offline', async () => {
  const line = await onLongPoll()
  const seen = []
  line.addEventListener('state', () => seen.push([line.state, line.transport]))
  await clock.advance(2_000)
  assert.deepEqual(seen, [['online', 'websocket']])
  assert.deepEqual([...node.connections].map(({ target }) => target.rung), ['websocket'])
  assert.equal(made.memory.kept, null)
  await clock.advance(30 * MINUTE)
  assert.deepEqual(rungs(), ['websocket', 'longpoll', 'websocket'])
})

test('a call that is under way is answered where it was asked, and the next one goes over WebSocket', async () => {
  const line = await onLongPoll()
  let answer
  node.procedures['app.slow'] = () => new Promise(resolve => { answer = resolve })
  node.procedures['app.quick'] = () => 'quick'
  const slow = line.call('app.slow', {}, { timeout: 60 })
  await clock.advance(2_000)
  assert.equal(line.transport, 'websocket')
  assert.equal(await line.call('app.quick'), 'quick')
  assert.equal(node.connections.size, 2)
  answer('slow')
  assert.equal(await slow, 'slow')
  await settle()
  assert.deepEqual(node.connections.size, 1)
  assert.deepEqual([...node.called('app.slow'), ...node.called('app.quick')].map(({ connection }) => connection.target.rung), ['longpoll', 'websocket'])
})

test('the former connection says nothing about the line any more', async () => {
  const line = await onLongPoll()
  node.procedures['app.never'] = () => new Promise(() => {})
  const lost = assert.rejects(line.call('app.never', {}, { timeout: Infinity }), { uri: 'client.connection_lost' })
  await clock.advance(2_000)
  connectionOver('longpoll').die(new LineError('client.connection_lost'))
  await lost
  assert.equal(line.state, 'online')
})

test('a line that is closed or cut while it moves leaves nothing behind', async () => {
  for (const end of [line => line.close(), () => connectionOver('longpoll').die(new LineError('client.connection_lost'))]) {
    made = world();
    ({ clock, node } = made)
    const line = await onLongPoll()
    node.procedures['openline.router.ping'] = () => new Promise(() => {}) // it opens, but is not answered yet
    await clock.advance(2_000)
    assert.equal(node.connections.size, 2)
    end(line)
    await settle()
    assert.equal(node.connections.size, 0)
    line.close()
    assert.equal(clock.waiting, 0)
  }
})

test('a token that has run out meanwhile leaves it where it is', async () => {
  const line = await onLongPoll()
  node.refusedTokens.add('t1')
  await clock.advance(2_000)
  assert.deepEqual([line.state, line.transport], ['online', 'longpoll'])
})

test('an event of a topic that forgets comes once and in order, whichever connection is faster', async () => {
  for (const [fast, slow] of [['websocket', 'longpoll'], ['longpoll', 'websocket']]) {
    made = world();
    ({ clock, node } = made)
    const line = await onLongPoll()
    const heard = []
    line.subscribe('app.news', ({ n }) => heard.push(n))
    await settle()
    // Each connection brings what it has in order: events and answers in one line.
    node.lag = ({ target }) => ({ [fast]: 5, [slow]: 150 })[target.rung]
    for (let n = 1; n <= 300; n++) {
      node.publish('app.news', { n })
      await clock.advance(10)
    }
    await clock.advance(1_000)
    assert.equal(line.transport, 'websocket')
    assert.equal(node.connections.size, 1)
    assert.deepEqual(heard, range(1, 300))
  }
})

test('what is published while it moves is not heard by its own author', async () => {
  const line = await onLongPoll()
  const heard = []
  line.subscribe('app.news', ({ n }) => heard.push(n))
  await settle()
  node.lag = () => 50
  let n = 0
  while (line.transport === 'longpoll' || node.connections.size > 1) {
    line.publish('app.news', { n: ++n })
    await clock.advance(10)
  }
  await clock.advance(1_000)
  assert.ok(n > 20)
  assert.deepEqual(heard, [])
})

test('a stream is followed without a hole or a double, and without a break', async () => {
  const line = await onLongPoll()
  const shown = record(line, STREAM, { after: 0 })
  await settle()
  node.lag = ({ target }) => ({ longpoll: 120, websocket: 5 })[target.rung]
  for (let said = 0; said < 300; said++) {
    node.append(STREAM, {})
    await clock.advance(10)
  }
  await clock.advance(1_000)
  assert.equal(line.transport, 'websocket')
  assert.deepEqual(shown.offsets, range(1, 300))
  assert.deepEqual(shown.breaks, [])
})

test('a subscription that is taken away while it moves is asked for again', async () => {
  const line = await onLongPoll()
  const heard = []
  line.subscribe('app.news', ({ n }) => heard.push(n))
  await settle()
  node.lag = ({ target }) => ({ longpoll: 500, websocket: 5 })[target.rung]
  while (!connectionOver('websocket')?.subscriptions.has('app.news')) await clock.advance(10)
  connectionOver('websocket').revoke('app.news')
  await clock.advance(5_000)
  node.publish('app.news', { n: 1 })
  await clock.advance(1_000)
  assert.deepEqual(heard, [1])
})

test('a topic that may not be heard any more is refused where it moves to, also for who comes later', async () => {
  const line = await onLongPoll()
  const refusals = []
  const onRefused = error => refusals.push(error.uri)
  line.subscribe('app.news', () => {}, { onRefused })
  await settle()
  node.refuseTopic = () => new LineError('wamp.error.not_authorized')
  await clock.advance(2_000)
  assert.deepEqual([line.transport, refusals], ['websocket', ['wamp.error.not_authorized']])
  line.subscribe('app.news', () => {}, { onRefused })
  await settle()
  assert.equal(refusals.length, 3)
})

test('writes go on in order, each once', async () => {
  const line = await onLongPoll()
  node.latency = () => 40
  const sent = []
  for (let n = 1; n <= 60; n++) {
    sent.push(line.send('openline.room.post', { room: 'lobby', text: `${n}` }))
    await clock.advance(40)
  }
  await clock.advance(5_000)
  await Promise.all(sent)
  assert.equal(line.transport, 'websocket')
  assert.deepEqual(node.log(STREAM).events.map(({ data }) => data.text), range(1, 60).map(String))
})
