// The real AutobahnJS over a WebSocket that is played here: what goes over the wire, and what comes of the answers.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { connect } from '../connection.js'
import { LineError } from '../errors.js'
import { settle } from './support.js'

const [WELCOME, ABORT, CHALLENGE, GOODBYE, ERROR, PUBLISHED, SUBSCRIBED, UNSUBSCRIBED, EVENT, RESULT] = [2, 3, 4, 6, 8, 17, 33, 35, 36, 50]
const [CALL, SUBSCRIBE] = [48, 32]

class FakeSocket {
  static last
  sent = []
  closed = null
  protocol = 'wamp.2.json'

  constructor(url, protocols) {
    FakeSocket.last = this
    Object.assign(this, { url, protocols })
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close(code) {
    this.closed ??= code
  }

  receive(...message) {
    this.onmessage({ data: JSON.stringify(message) })
  }

  die(code = 1006, reason = '') {
    this.onclose({ code, reason })
  }
}

let seen, connection, socket
const original = globalThis.WebSocket
beforeEach(async () => {
  globalThis.WebSocket = FakeSocket
  seen = { opened: [], closed: [], heard: 0 }
  connection = connect({
    rung: 'websocket', url: 'ws://test/ws', realm: 'openline', id: 'u_1', token: 'secret',
    onOpen: welcome => seen.opened.push(welcome), onClose: error => seen.closed.push(error), onHeard: () => seen.heard++,
  })
  socket = FakeSocket.last
  socket.onopen()
  await settle()
})
afterEach(() => { globalThis.WebSocket = original })

async function join() {
  socket.receive(CHALLENGE, 'ticket', {})
  await settle()
  socket.receive(WELCOME, 7, { roles: { broker: {}, dealer: {} }, authid: 'u_1', authrole: 'guest', authextra: { name: 'Ada' } })
  socket.sent.length = 0
}

const last = async () => { await settle(); return socket.sent.at(-1) }

test('it signs in with a ticket, and speaks JSON', async () => {
  assert.deepEqual([socket.url, socket.protocols], ['ws://test/ws', ['wamp.2.json']])
  const [type, realm, details] = socket.sent[0]
  assert.deepEqual([type, realm, details.authmethods, details.authid], [1, 'openline', ['ticket'], 'u_1'])
  assert.equal(JSON.stringify(socket.sent[0]).includes('secret'), false)
  socket.receive(CHALLENGE, 'ticket', {})
  assert.deepEqual(await last(), [5, 'secret', {}])
  await join()
  assert.deepEqual(seen.opened, [{ id: 'u_1', role: 'guest', name: 'Ada' }])
})

test('an error without any sentence is shown by its name', async () => {
  await join()
  const { answer } = connection.call('app.add', {})
  socket.receive(ERROR, CALL, (await last())[1], {}, 'app.error.odd', [{}])
  await assert.rejects(answer, { uri: 'app.error.odd', message: 'app.error.odd' })
})

for (const [name, message] of [['ABORT', [ABORT, { message: 'Expired.' }, 'wamp.error.not_authorized']], ['GOODBYE', [GOODBYE, { message: 'Expired.' }, 'wamp.error.not_authorized']]]) {
  test(`${name} ends it, with its reason`, async () => {
    if (name === 'GOODBYE') await join()
    socket.receive(...message)
    socket.die(1000)
    assert.equal(seen.closed.length, 1)
    assert.ok(seen.closed[0] instanceof LineError)
    assert.deepEqual([seen.closed[0].uri, seen.closed[0].message], ['wamp.error.not_authorized', 'Expired.'])
  })
}

test('a call carries its arguments by name, and is answered', async () => {
  await join()
  const { answer } = connection.call('app.add', { a: 1 })
  const [type, request, options, uri, args, kwargs] = await last()
  assert.deepEqual([type, options, uri, args, kwargs], [CALL, {}, 'app.add', [], { a: 1 }])
  socket.receive(RESULT, request, {}, [{ sum: 2 }])
  assert.deepEqual(await answer, { sum: 2 })
  assert.equal(seen.heard, 1)
})

test('an error of the node becomes a real one', async () => {
  await join()
  const { answer } = connection.call('app.add', {})
  const [, request] = await last()
  socket.receive(ERROR, CALL, request, {}, 'openline.room.error.not_yours', [], { message: 'Not yours.', owner: 'u_2' })
  await assert.rejects(answer, error => error instanceof LineError && error.uri === 'openline.room.error.not_yours'
    && error.message === 'Not yours.' && error.fields.owner === 'u_2' && Boolean(error.stack))
})

test('an error of the router gets a sentence for people', async () => {
  await join()
  const { answer } = connection.call('app.add', {})
  const [, request] = await last()
  socket.receive(ERROR, CALL, request, {}, 'wamp.error.no_such_procedure', ['Nobody offers app.add.'])
  await assert.rejects(answer, { uri: 'wamp.error.no_such_procedure', message: 'Nobody answers this right now.', fields: { detail: 'Nobody offers app.add.' } })
})

test('progress comes one by one, before the answer', async () => {
  await join()
  const steps = []
  const { answer } = connection.call('app.count', {}, step => steps.push(step))
  const [, request, options] = await last()
  assert.deepEqual(options, { receive_progress: true })
  for (const step of [1, 2]) socket.receive(RESULT, request, { progress: true }, [step])
  socket.receive(RESULT, request, {}, ['done'])
  assert.equal(await answer, 'done')
  assert.deepEqual(steps, [1, 2])
})

test("a canceled call is killed, and the node's late answer to it harms nothing", async () => {
  await join()
  const { answer, cancel } = connection.call('app.never', {})
  const [, request] = await last()
  cancel()
  assert.deepEqual(await last(), [49, request, { mode: 'kill' }])
  socket.receive(ERROR, CALL, request, {}, 'wamp.error.canceled')
  await assert.rejects(answer, { uri: 'wamp.error.canceled' })
  assert.equal(socket.closed, null)
})

test('what is under way fails when the socket dies, and so does what comes after', async () => {
  await join()
  const { answer } = connection.call('app.never', {})
  await settle()
  socket.die()
  await assert.rejects(answer, { uri: 'client.connection_lost' })
  await assert.rejects(connection.call('app.never', {}).answer, { uri: 'client.connection_lost' })
  assert.deepEqual(seen.closed.map(({ uri }) => uri), ['client.connection_lost'])
})

test('events come with their topic; the subscription can be given back, or be taken away', async () => {
  await join()
  const events = []
  let revoked = 0
  const subscribing = connection.subscribe('app.news', (event, { topic }) => events.push([topic, event]), () => revoked++)
  const [type, request, , topic] = await last()
  assert.deepEqual([type, topic], [SUBSCRIBE, 'app.news'])
  socket.receive(SUBSCRIBED, request, 11)
  const leave = await subscribing
  socket.receive(EVENT, 11, 1, {}, [], { n: 1 })
  assert.deepEqual(events, [['app.news', { n: 1 }]])
  const leaving = leave()
  socket.receive(UNSUBSCRIBED, (await last())[1])
  await leaving
  await settle()
  assert.equal(revoked, 0)

  const again = connection.subscribe('app.news', () => {}, () => revoked++)
  socket.receive(SUBSCRIBED, (await last())[1], 12)
  await again
  socket.receive(UNSUBSCRIBED, 0, { subscription: 12, reason: 'wamp.error.not_authorized' })
  await settle()
  assert.equal(revoked, 1)
})

test('a publication is acknowledged', async () => {
  await join()
  const { answer } = connection.publish('app.news', { n: 1 }, { exclude_me: false })
  const [, request, options, topic, , kwargs] = await last()
  assert.deepEqual([options, topic, kwargs], [{ exclude_me: false, acknowledge: true }, 'app.news', { n: 1 }])
  socket.receive(PUBLISHED, request, 99)
  assert.equal(await answer, undefined)
})

test('closing closes the socket, fails what is under way, and says nothing more', async () => {
  await join()
  const { answer } = connection.call('app.never', {})
  await settle()
  connection.close()
  await assert.rejects(answer, { uri: 'client.connection_lost' })
  assert.equal(socket.closed, 1000)
  socket.die(1000)
  assert.deepEqual(seen.closed, [])
})

test('closing before it opened leaves no session', async () => {
  connection.close()
  socket.receive(WELCOME, 7, { roles: { broker: {}, dealer: {} }, authid: 'u_1', authrole: 'guest' })
  assert.deepEqual(seen.opened, [])
  assert.equal(socket.closed, 1000)
})

for (const [code, reason, fields] of [
  [1006, '', {}],
  [1001, 'going away', {}],
  [3000, 'More was said than this connection took.', { code: 3000, retry_after: 0 }],
]) {
  test(`a WebSocket that is closed with ${code} is lost, and whether the node did it is known`, async () => {
    await join()
    socket.die(code, reason)
    const [{ uri, message, fields: known }] = seen.closed
    assert.deepEqual([uri, message, known], ['client.connection_lost', code < 3000 ? 'The connection was lost.' : reason, fields])
  })
}

test('a browser that has no WebSocket, or forbids it, says so like a network', async () => {
  for (const broken of [undefined, class { constructor() { throw new DOMException('insecure', 'SecurityError') } }]) {
    globalThis.WebSocket = broken
    const closed = []
    connect({ rung: 'websocket', url: 'ws://test/ws', realm: 'openline', id: 'u_1', token: 't', onOpen() {}, onHeard() {}, onClose: error => closed.push(error.uri) })
    assert.deepEqual(closed, [])
    await settle()
    assert.deepEqual(closed, ['client.connection_lost'])
  }
})

test('it is finished when nothing is under way any more', async () => {
  await join()
  await connection.finish()
  const call = connection.call('app.add', {})
  const [, request] = await last()
  let finished = false
  connection.finish().then(() => { finished = true })
  await settle()
  assert.equal(finished, false)
  socket.receive(RESULT, request, {}, [3])
  await call.answer
  await settle()
  assert.equal(finished, true)
  connection.call('app.never', {}).answer.catch(() => {})
  const finishing = connection.finish()
  socket.die()
  await finishing
})

test('a node that ends the sign-in says so', async () => {
  await join()
  socket.die(3006, 'This sign-in has ended. Sign in again.')
  assert.deepEqual([seen.closed[0].uri, seen.closed[0].message], ['openline.error.signed_out', 'This sign-in has ended. Sign in again.'])
})
