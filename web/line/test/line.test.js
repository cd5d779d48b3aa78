import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { settle, world } from './support.js'

let clock, node, made

beforeEach(() => {
  made = world();
  ({ clock, node } = made)
})

/** Writes down every state that a line goes through. */
function states(line) {
  const seen = []
  line.addEventListener('state', ({ detail }) => { if (seen.at(-1) !== detail.state) seen.push(detail.state) })
  return seen
}

test('it connects, says who we are, and closes', async () => {
  const line = made.makeLine()
  const seen = states(line)
  assert.equal(line.state, 'closed')
  line.open()
  await settle()
  assert.equal(line.state, 'online')
  assert.deepEqual(line.identity, { id: 'u_1', name: 'Ada', role: 'guest' })
  line.close()
  await clock.advance(60_000)
  assert.deepEqual(seen, ['connecting', 'online', 'closed'])
  assert.equal(node.connections.size, 0)
})

test('it says when it is online, at once if it is', async () => {
  const line = made.makeLine()
  const online = line.online()
  line.open()
  await online
  assert.equal(line.state, 'online')
  await line.online()
})

test('nobody waits for a line that is refused', async () => {
  node.door = new LineError('wamp.error.not_authorized')
  const line = made.makeLine()
  const refused = assert.rejects(line.online(), { uri: 'wamp.error.not_authorized' })
  line.open()
  await refused
})

test('it can be opened again after it was closed', async () => {
  const line = await made.openLine()
  line.close()
  line.open()
  await settle()
  assert.equal(line.state, 'online')
  assert.equal(node.connections.size, 1)
})

test('closing while it waits or connects leaves no connection behind', async () => {
  node.door = new LineError('wamp.close.normal')
  const waiting = await made.openLine()
  assert.equal(waiting.state, 'offline')
  waiting.close()
  const connecting = made.makeLine()
  connecting.open()
  connecting.close()
  node.door = null
  await clock.advance(60_000)
  assert.deepEqual([waiting.state, connecting.state, node.connections.size], ['closed', 'closed', 0])
})

test('it comes back after the connection was lost, and says when', async () => {
  const line = await made.openLine()
  node.cut()
  assert.equal(line.state, 'offline')
  assert.equal(line.error.uri, 'client.connection_lost')
  assert.equal(line.retryAt, clock.now() + 250)
  await clock.advance(250)
  assert.equal(line.state, 'online')
  assert.equal(line.error, null)
  assert.equal(line.retryAt, 0)
})

for (const reason of ['wamp.close.normal', 'wamp.error.no_such_realm', 'wamp.close.system_shutdown', 'wamp.error.no_such_procedure', 'openline.error.whatever']) {
  test(`${reason} is no reason to give up`, async () => {
    node.door = new LineError(reason)
    const line = await made.openLine()
    await clock.advance(3_600_000)
    assert.ok(['offline', 'connecting'].includes(line.state))
    node.door = null
    await clock.advance(15_000)
    assert.equal(line.state, 'online')
  })
}

test('pauses grow while the node is away, and for connections that do not last', async () => {
  clock.chance = 0.999
  node.door = new LineError('client.connection_lost')
  const line = await made.openLine()
  const pauses = []
  for (let tries = 0; tries < 7; tries++) {
    pauses.push(Math.round((line.retryAt - clock.now()) / 500) / 2)
    if (tries === 3) node.door = null
    await clock.advance(line.retryAt - clock.now())
    if (line.state === 'online') node.cut()
  }
  assert.deepEqual(pauses, [0.5, 1, 2, 4, 8, 15, 15])
  await clock.advance(15_000)
  await clock.advance(5_000)
  node.cut()
  assert.ok(line.retryAt - clock.now() < 500)
})

test('a node that takes the connection and says nothing is given up after 10 s', async () => {
  node.door = 'silent'
  const line = await made.openLine({ ladder: { rungs: ['websocket'] } })
  await clock.advance(9_999)
  assert.equal(line.state, 'connecting')
  await clock.advance(1)
  assert.equal(line.state, 'offline')
  assert.equal(line.error.uri, 'client.unreachable')
})

test('it is online once the node has answered a question', async () => {
  node.silent = true
  const line = await made.openLine()
  assert.equal(node.called('openline.router.ping').length, 1)
  assert.equal(line.state, 'connecting')
  node.silent = false
  await clock.advance(10_000)
  assert.equal(line.state, 'online')
})

test('retryNow, and the browser coming back, do not wait for the pause', async () => {
  clock.chance = 0.999
  const line = await made.openLine()
  for (const again of [() => line.retryNow(), made.wake]) {
    node.cut()
    again()
    await settle()
    assert.equal(line.state, 'online')
    assert.equal(node.connections.size, 1)
  }
  line.close()
  made.wake()
  await settle()
  assert.equal(line.state, 'closed')
})

test('silence is questioned after 15 s, and any answer is life', async () => {
  const line = await made.openLine()
  delete node.procedures['openline.router.ping']
  node.calls.length = 0 // of the question that made it online
  await clock.advance(14_999)
  assert.equal(node.calls.length, 0)
  await clock.advance(1)
  assert.deepEqual(node.calls.map(({ uri, kwargs }) => [uri, kwargs]), [['openline.router.ping', {}]])
  await clock.advance(60_000)
  assert.equal(node.calls.length, 5)
  assert.equal(line.state, 'online')
})

test('nothing is asked while something is heard', async () => {
  const line = await made.openLine()
  node.calls.length = 0
  line.subscribe('app.news', () => {})
  for (let beats = 0; beats < 10; beats++) {
    await clock.advance(10_000)
    node.publish('app.news', {})
  }
  assert.equal(node.called('openline.router.ping').length, 0)
})

test('a connection that died in silence is replaced 5 s after the question', async () => {
  const line = await made.openLine()
  const [dead] = node.connections
  node.silent = true
  await clock.advance(19_999)
  assert.equal(line.state, 'online')
  await clock.advance(1)
  assert.equal(line.state, 'offline')
  node.silent = false
  await clock.advance(1_000)
  assert.equal(line.state, 'online')
  assert.ok(!node.connections.has(dead))
})

test('a question that is not answered means nothing while other things are heard', async () => {
  const line = await made.openLine()
  node.calls.length = 0
  line.subscribe('app.news', () => {})
  await settle()
  const [connection] = node.connections
  node.silent = true
  await clock.advance(17_000)
  node.publish('app.news', {})
  await clock.advance(4_000)
  assert.equal(line.state, 'online')
  assert.ok(node.connections.has(connection))
  assert.equal(node.called('openline.router.ping').length, 1)
})

test('a closed line leaves no timers running', async () => {
  const line = await made.openLine()
  for (const _ of [1, 2]) {
    node.cut()
    await clock.advance(1_000)
  }
  line.close()
  assert.equal(clock.waiting, 0)
})

test('after a sleep a dead connection is noticed in 5 s', async () => {
  const line = await made.openLine()
  node.silent = true
  made.wake()
  await clock.advance(5_000)
  assert.equal(line.state, 'offline')
})

test('credentials are asked for once, and kept over reconnects', async () => {
  const asked = []
  const line = await made.openLine({ signIn: async request => { asked.push(request); return { id: 'u_1', token: 't1' } } })
  for (let cuts = 0; cuts < 3; cuts++) {
    node.cut()
    await clock.advance(1_000)
  }
  assert.equal(line.state, 'online')
  assert.equal(asked.length, 1)
  assert.equal(asked[0].refused, undefined)
})

test('a token that is refused is renewed, once, and told why', async () => {
  const asked = []
  const tokens = ['t1', 't2']
  node.refusedTokens.add('t1')
  const line = await made.openLine({
    signIn: async ({ refused }) => { asked.push(refused?.uri); return { id: 'u_1', token: tokens.shift() } },
  })
  assert.equal(line.state, 'online')
  assert.deepEqual(asked, [undefined, 'wamp.error.not_authorized'])
})

test('a token that runs out later is renewed too', async () => {
  const tokens = ['t1', 't2', 't3']
  const line = await made.openLine({ signIn: async () => ({ id: 'u_1', token: tokens.shift() }) })
  for (const token of ['t1', 't2']) {
    node.refusedTokens.add(token)
    node.cut()
    await clock.advance(1_000)
    assert.equal(line.state, 'online')
  }
})

test('when the renewed token is refused as well the line stops, until retryNow', async () => {
  node.door = new LineError('wamp.error.authentication_failed', 'Who are you?')
  let asked = 0
  const line = await made.openLine({ signIn: async () => ({ id: 'u_1', token: `t${++asked}` }) })
  await clock.advance(3_600_000)
  made.wake()
  await settle()
  assert.equal(line.state, 'refused')
  assert.equal(line.error.message, 'Who are you?')
  assert.equal(asked, 2)
  node.door = null
  line.retryNow()
  await settle()
  assert.equal(line.state, 'online')
  assert.equal(asked, 3)
})

test('a sign-in that says no stops the line, one that fails does not', async () => {
  const answers = [
    () => { throw new TypeError('Failed to fetch') },
    () => { throw new LineError('openline.error.unavailable') },
    () => { throw Object.assign(new Error('Choose another name.'), { uri: 'openline.error.invalid_argument' }) },
  ]
  const line = await made.openLine({ signIn: async () => answers.shift()() })
  assert.equal(line.state, 'offline')
  await clock.advance(250)
  assert.equal(line.state, 'offline')
  await clock.advance(500)
  assert.equal(line.state, 'refused')
  assert.equal(line.error.message, 'Choose another name.')
})

test('who is signed in is known before the node answers', async () => {
  node.door = new LineError('client.connection_lost')
  const line = await made.openLine()
  assert.equal(line.state, 'offline')
  assert.deepEqual(line.identity, { id: 'u_1', name: 'Ada', role: 'guest' })
})
