import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { MemoryStorage, openStorage } from '../storage.js'
import { range, record, settle, world } from './support.js'

const POST = 'openline.room.post'
let clock, node, made

beforeEach(() => {
  made = world();
  ({ clock, node } = made)
})

const texts = (room = 'lobby') => node.log(`openline.room.${room}`).events.map(({ data }) => data.text)
const post = (line, text, room = 'lobby') => line.send(POST, { room, text })
const states = line => line.outbox.list().map(({ kwargs, state }) => [kwargs.text, state])
const ignore = promise => promise.catch(() => {})

test('a write is given a key, sent, acknowledged and forgotten', async () => {
  const line = await made.openLine()
  let changes = 0
  line.outbox.addEventListener('change', () => changes++)
  const reply = post(line, 'hi')
  assert.deepEqual(states(line), [['hi', 'waiting']])
  assert.equal((await reply).offset, 1)
  await settle()
  assert.deepEqual(line.outbox.list(), [])
  assert.deepEqual(await made.storage.all(), [])
  assert.match(node.called(POST)[0].kwargs.key, /^[0-9a-f]{32}$/)
  assert.ok(changes >= 3)
})

test('a key that the page made is kept, and the same key is one write', async () => {
  const line = await made.openLine()
  const replies = await Promise.all([1, 2].map(() => line.send(POST, { room: 'lobby', text: 'hi', key: 'mine' })))
  assert.deepEqual(replies[0], replies[1])
  assert.deepEqual(node.called(POST).map(({ kwargs }) => kwargs.key), ['mine'])
})

test('writes made offline are sent in order once there is a connection', async () => {
  const line = made.makeLine()
  const replies = range(1, 20).map(n => post(line, `${n}`))
  await settle()
  assert.equal(line.outbox.list().length, 20)
  line.open()
  assert.deepEqual((await Promise.all(replies)).map(({ offset }) => offset), range(1, 20))
  assert.deepEqual(texts(), range(1, 20).map(String))
})

test('writes survive a reload, in order and with their keys', async () => {
  const before = made.makeLine()
  for (const n of range(1, 5)) ignore(post(before, `${n}`))
  await settle()
  const keys = before.outbox.list().map(({ key }) => key)

  const after = made.makeLine()
  ignore(post(after, '6'))
  after.open()
  await settle()
  assert.deepEqual(texts(), ['1', '2', '3', '4', '5', '6'])
  assert.deepEqual(node.called(POST).map(({ kwargs }) => kwargs.key).slice(0, 5), keys)
  assert.deepEqual(await made.storage.all(), [])
})

test('when the acknowledgement is lost, the write is sent again with its key, and shown once', async () => {
  const line = await made.openLine()
  const told = record(line, 'openline.room.lobby')
  await settle()
  let losses = 2
  node.answer = (call, send) => (call.uri === POST && losses-- > 0 ? node.cut() : send())
  const reply = post(line, 'hi')
  await clock.advance(5_000)
  assert.deepEqual(await reply, { epoch: node.log('openline.room.lobby').epoch, offset: 1, duplicate: true })
  assert.equal(node.called(POST).length, 3)
  assert.equal(new Set(node.called(POST).map(({ kwargs }) => kwargs.key)).size, 1)
  assert.deepEqual(told.events.map(({ data }) => data.text), ['hi'])
})

test('the same over a reload: the tab that died before the acknowledgement leaves it to the next', async () => {
  const before = await made.openLine()
  node.answer = () => {}
  ignore(post(before, 'hi'))
  await settle()
  before.close()
  node.answer = (_, send) => send()
  const after = await made.openLine()
  const told = record(after, 'openline.room.lobby')
  await settle()
  assert.deepEqual(told.events.map(({ data }) => data.text), ['hi'])
  assert.deepEqual(after.outbox.list(), [])
})

test('the next of a lane waits for the one before, lanes do not wait for each other', async () => {
  const line = await made.openLine()
  const held = []
  node.answer = (call, send) => (call.kwargs.room === 'slow' ? held.push(send) : send())
  const replies = [post(line, 'a', 'slow'), post(line, 'b', 'slow')]
  await post(line, 'c', 'quick')
  assert.deepEqual(texts('slow'), ['a'])
  held.shift()()
  await settle()
  held.shift()()
  await Promise.all(replies)
  assert.deepEqual(texts('slow'), ['a', 'b'])
})

test('a refusal is final, is kept to be seen, and does not block the lane', async () => {
  const line = await made.openLine()
  const posted = node.procedures[POST]
  node.procedures[POST] = kwargs => {
    if (kwargs.text === 'bad') throw new LineError('openline.room.error.empty_text', 'A message needs some text.', { most: 1 })
    return posted(kwargs)
  }
  const replies = ['one', 'bad', 'two'].map(text => post(line, text))
  await assert.rejects(replies[1], error => error instanceof LineError && error.uri === 'openline.room.error.empty_text')
  await replies[2]
  await settle()
  assert.deepEqual(texts(), ['one', 'two'])
  assert.deepEqual(states(line), [['bad', 'failed']])
  assert.equal(line.outbox.list()[0].error.message, 'A message needs some text.')

  const reloaded = await made.openLine()
  assert.deepEqual(states(reloaded), [['bad', 'failed']])
  assert.equal(node.called(POST).length, 3)
})

test('what was refused can be retried under its key, or dropped', async () => {
  const line = await made.openLine()
  const posted = node.procedures[POST]
  node.procedures[POST] = () => { throw new LineError('openline.room.error.not_a_member') }
  for (const text of ['one', 'two']) await assert.rejects(post(line, text))
  await settle()
  const [one, two] = line.outbox.list()
  node.procedures[POST] = posted
  await line.outbox.retry(one.key)
  await line.outbox.drop(two.key)
  await settle()
  assert.deepEqual(texts(), ['one'])
  assert.equal(node.called(POST).at(-1).kwargs.key, one.key)
  assert.deepEqual(line.outbox.list(), [])
  assert.deepEqual(await made.storage.all(), [])
})

test('dropping a write that waits takes it back', async () => {
  const line = made.makeLine()
  const reply = assert.rejects(post(line, 'never'), error => error.uri === 'client.dropped')
  await settle()
  await line.outbox.drop(line.outbox.list()[0].key)
  await reply
  line.open()
  await settle()
  assert.deepEqual(node.called(POST), [])
})

for (const uri of ['openline.error.unavailable', 'wamp.error.no_such_procedure', 'wamp.error.canceled', 'client.timeout']) {
  test(`${uri} is tried again, in order, until it works`, async () => {
    const line = await made.openLine()
    const posted = node.procedures[POST]
    node.procedures[POST] = () => { throw new LineError(uri) }
    const replies = [post(line, '1'), post(line, '2')]
    await clock.advance(120_000)
    assert.deepEqual(states(line), [['1', 'waiting'], ['2', 'waiting']])
    assert.ok(node.called(POST).every(({ kwargs }) => kwargs.text === '1'))
    node.procedures[POST] = posted
    await clock.advance(15_000)
    await Promise.all(replies)
    assert.deepEqual(texts(), ['1', '2'])
  })
}

test('who is told how long to wait waits that long', async () => {
  const line = await made.openLine()
  const posted = node.procedures[POST]
  node.procedures[POST] = () => { throw new LineError('openline.room.error.too_fast', 'Wait.', { retry_after: 7 }) }
  const reply = post(line, 'hi')
  await settle()
  node.procedures[POST] = posted
  await clock.advance(6_900)
  assert.deepEqual(states(line), [['hi', 'waiting']])
  await clock.advance(200)
  assert.equal((await reply).offset, 1)
  assert.deepEqual(texts(), ['hi'])
})

test('a write that is never answered is sent again after its deadline', async () => {
  const line = await made.openLine()
  let answers = 0
  node.answer = (call, send) => { if (call.uri !== POST || answers++ > 0) send() }
  const reply = post(line, 'hi')
  await clock.advance(11_000)
  assert.equal((await reply).duplicate, true)
})

test('a write that the node breaks over is given up after five tries', async () => {
  const line = await made.openLine()
  node.procedures[POST] = () => { throw new LineError('openline.error.internal', 'Went wrong.', { incident: 'i1' }) }
  const reply = assert.rejects(post(line, 'hi'), error => error.uri === 'openline.error.internal')
  await clock.advance(60_000)
  await reply
  assert.equal(node.called(POST).length, 5)
  assert.deepEqual(states(line), [['hi', 'failed']])
})

test('a pause between tries ends when the connection is back', async () => {
  clock.chance = 0.999
  const line = await made.openLine()
  const posted = node.procedures[POST]
  node.procedures[POST] = () => { throw new LineError('openline.error.unavailable') }
  const reply = post(line, 'hi')
  await clock.advance(40_000)
  node.procedures[POST] = posted
  node.cut()
  made.wake()
  await settle()
  assert.equal((await reply).offset, 1)
})

test('writes of another person stay where they are until that one is back', async () => {
  const ada = made.makeLine({ signIn: async () => ({ id: 'u_ada', token: 't', role: 'member' }) })
  node.door = new LineError('client.connection_lost')
  ada.open()
  await settle()
  ignore(post(ada, "Ada's"))
  await settle()
  ada.close()
  node.door = null
  const bob = await made.openLine({ signIn: async () => ({ id: 'u_bob', token: 't', role: 'member' }) })
  assert.deepEqual(bob.outbox.list(), [])
  assert.deepEqual(node.called(POST), [])
  await made.openLine({ signIn: async () => ({ id: 'u_ada', token: 't', role: 'member' }) })
  assert.deepEqual(node.called(POST).map(({ id, kwargs }) => [id, kwargs.text]), [['u_ada', "Ada's"]])
})

test('a guest whose token was renewed under a new id keeps its writes', async () => {
  node.door = new LineError('client.connection_lost')
  const people = [{ id: 'u_1', token: 't1', role: 'guest' }, { id: 'u_2', token: 't2', role: 'guest' }]
  const line = await made.openLine({ signIn: async () => people.shift() })
  const reply = post(line, 'hi')
  await settle()
  node.refusedTokens.add('t1')
  node.door = null
  await clock.advance(1_000)
  await reply
  assert.deepEqual(node.called(POST).map(({ id }) => id), ['u_2'])
})

test('a member who signs in after a refusal does not send what another one wrote', async () => {
  node.door = new LineError('client.connection_lost')
  const people = [{ id: 'u_1', token: 't1', role: 'member' }, { id: 'u_2', token: 't2', role: 'member' }]
  const line = await made.openLine({ signIn: async () => people.shift() })
  ignore(post(line, 'hi'))
  await settle()
  node.refusedTokens.add('t1')
  node.door = null
  await clock.advance(1_000)
  assert.equal(line.state, 'online')
  assert.deepEqual(node.called(POST), [])
})

test('two tabs send what both know of one after the other, and it is written once', async () => {
  const queues = new Map()
  const exclusively = (name, act) => {
    const turn = (queues.get(name) ?? Promise.resolve()).then(act)
    queues.set(name, turn.catch(() => {}))
    return turn
  }
  const open = () => made.makeLine({}, { exclusively })
  const first = open()
  const replies = range(1, 5).map(n => post(first, `${n}`))
  await settle()
  const second = open()
  await settle()
  assert.equal(second.outbox.list().length, 5)
  let most = 0, now = 0
  const isPost = ({ uri }) => uri === 'openline.room.post'
  node.latency = call => { if (isPost(call)) most = Math.max(most, ++now); return 10 }
  node.answer = (call, send) => { if (isPost(call)) now--; send() }
  second.open()
  first.open()
  await clock.advance(1_000)
  await Promise.all(replies)
  assert.deepEqual(texts(), ['1', '2', '3', '4', '5'])
  assert.equal(most, 1)
  assert.deepEqual([first.outbox.list(), second.outbox.list(), await made.storage.all()], [[], [], []])
})

test('a tab does not send what another tab has sent already', async () => {
  const first = made.makeLine()
  const replies = range(1, 5).map(n => post(first, `${n}`))
  await settle()
  const second = made.makeLine()
  await settle()
  first.open()
  await Promise.all(replies)
  assert.equal(second.outbox.list().length, 5)
  second.open()
  await settle()
  assert.deepEqual([second.outbox.list(), node.called(POST).length], [[], 5])
})

test('a tab sends what another tab left behind', async () => {
  const line = await made.openLine()
  const other = made.makeLine()
  ignore(post(other, 'left behind'))
  await settle()
  node.cut()
  await clock.advance(1_000)
  assert.deepEqual([texts(), line.outbox.list()], [['left behind'], []])
})

test('a write that is dropped while it is sent does not come back', async () => {
  const line = await made.openLine()
  node.procedures[POST] = () => new Promise(() => {})
  const reply = assert.rejects(post(line, 'hi'), error => error.uri === 'client.dropped')
  await settle()
  await line.outbox.drop(line.outbox.list()[0].key)
  await reply
  await clock.advance(60_000)
  assert.deepEqual([line.outbox.list(), await made.storage.all(), node.called(POST).length], [[], [], 1])
})

test('a lane that works again does not wait long at its next trouble', async () => {
  clock.chance = 0.999
  const line = await made.openLine()
  const posted = node.procedures[POST]
  const busy = () => { throw new LineError('openline.error.unavailable') }
  node.procedures[POST] = busy
  const replies = [post(line, '1'), post(line, '2')]
  await clock.advance(60_000)
  let turns = 0
  node.procedures[POST] = kwargs => (turns++ === 1 ? busy() : posted(kwargs))
  while (!turns) await clock.advance(100)
  await clock.advance(600)
  assert.equal((await Promise.all(replies)).length, 2)
})

test('a disk that takes nothing is told, and what is in memory is sent all the same', async t => {
  const reported = t.mock.method(console, 'error', () => {})
  const storage = Object.assign(new MemoryStorage(), { durable: true, put: async () => { throw new Error('full') } })
  const line = await made.openLine({ outbox: storage })
  assert.equal(line.outbox.durable, true)
  assert.equal((await post(line, 'hi')).offset, 1)
  assert.equal(line.outbox.durable, false)
  assert.ok(reported.mock.callCount() > 0)
})

test('without a database it keeps writes in memory, and says so', async t => {
  t.mock.method(console, 'error', () => {})
  const storage = await openStorage('anything')
  assert.equal(storage.durable, false)
  const line = await made.openLine({ outbox: storage })
  assert.equal(line.outbox.durable, false)
  assert.equal((await post(line, 'hi')).offset, 1)
})
