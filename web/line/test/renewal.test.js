import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { Renewal } from '../renewal.js'
import { Ticket } from '../ticket.js'
import { range, record, settle, world } from './support.js'

const LIFE = 900
const RENEW = 'openline.router.renew'
let clock, node, made, asked, lives

beforeEach(() => {
  made = world();
  ({ clock, node } = made)
  asked = []
  lives = new Map()
  node.procedures[RENEW] = ({ token }) => ({ expires: lives.get(token) })
})

/** Somebody who gets tokens that last; `more` is what the next credentials have besides. */
function person(more = {}, life = LIFE) {
  const who = { id: 'u_1', name: 'Ada', role: 'member', more }
  who.signIn = async request => {
    asked.push(request.renew ? 'renew' : (request.refused?.uri ?? 'first'))
    const token = `t${asked.length}`
    lives.set(token, clock.now() / 1000 + life)
    const { id, name, role } = who
    return { id, name, role, token, expires: lives.get(token), ...who.more }
  }
  return who
}

/** Ends the session of every token that is over, as the node does. */
function endSessions() {
  for (const connection of [...node.connections]) {
    if (lives.get(connection.target.token) * 1000 <= clock.now()) connection.die(new LineError('openline.error.signed_out', 'Sign in again.', { code: 3006 }))
  }
}

const tokens = () => node.called(RENEW).map(({ kwargs }) => kwargs.token)

test('credentials are renewed at two thirds of their life, on the same connection', async () => {
  const line = await made.openLine(person())
  const [connection] = node.connections
  await clock.advance(LIFE * 1000 * 2 / 3 - 1)
  assert.deepEqual(asked, ['first'])
  await clock.advance(1)
  assert.deepEqual(asked, ['first', 'renew'])
  assert.deepEqual(tokens(), ['t2'])
  await clock.advance(LIFE * 1000 * 2 / 3)
  assert.deepEqual(tokens(), ['t2', 't3'])
  assert.deepEqual([line.state, node.connections.has(connection), node.tries.length], ['online', true, 1])
})

test('not all pages renew at the same moment', async () => {
  const times = []
  for (const chance of [0, 0.999]) {
    clock.chance = chance
    asked.length = 0
    const line = await made.openLine(person())
    const from = clock.now()
    while (asked.length < 2) await clock.advance(1000)
    times.push((clock.now() - from) / 1000 / LIFE)
    line.close()
  }
  assert.deepEqual(times.map(share => share.toFixed(2)), ['0.62', '0.72'])
})

test('a reconnect begins with the newest token', async () => {
  await made.openLine(person())
  await clock.advance(LIFE * 1000 * 0.7)
  node.cut()
  await clock.advance(1000)
  assert.deepEqual([...node.connections].map(({ target }) => target.token), ['t2'])
  assert.deepEqual(asked, ['first', 'renew'])
})

test('nothing is renewed while there is no connection, and what ran out meanwhile is before the next', async () => {
  const line = await made.openLine(person())
  node.blocked = { websocket: 'refused', longpoll: 'refused' }
  node.cut()
  await clock.advance(LIFE * 900)
  assert.deepEqual([line.state, asked], ['offline', ['first']])
  line.close()
  node.blocked = {}
  await clock.advance(LIFE * 200)
  line.open()
  await settle()
  assert.deepEqual([line.state, asked, node.called(RENEW).length], ['online', ['first', 'renew'], 0])
})

test('after a sleep it renews at once', async () => {
  await made.openLine(person())
  clock.time += LIFE * 1000 * 0.9 // no timer has seen it
  made.wake()
  await settle()
  assert.deepEqual(tokens(), ['t2'])
})

test('while it cannot be asked it is asked again, until it works', async () => {
  const who = person()
  let fails = 3
  const line = await made.openLine({
    signIn: async request => {
      if (request.renew && fails-- > 0) throw new TypeError('Failed to fetch')
      return who.signIn(request)
    },
  })
  await clock.advance(LIFE * 1000 * 2 / 3)
  assert.equal(fails, 2)
  await clock.advance(10_000)
  assert.deepEqual(tokens(), ['t2'])
  assert.deepEqual([line.state, node.tries.length], ['online', 1])
})

test('the browser coming back does not wait for the pause', async () => {
  const who = person()
  let away = true
  await made.openLine({
    signIn: async request => {
      if (request.renew && away) throw new TypeError('Failed to fetch')
      return who.signIn(request)
    },
  })
  clock.chance = 0.999
  await clock.advance(LIFE * 1000 * 2 / 3 + 3000)
  away = false
  made.wake()
  await settle()
  assert.deepEqual(tokens(), ['t2'])
})

test('who is not let in any more is refused, with the reason', async () => {
  const who = person()
  const line = await made.openLine({
    signIn: request => {
      if (request.renew) throw Object.assign(new Error('Please sign in again.'), { uri: 'openline.identity.error.signed_out' })
      return who.signIn(request)
    },
  })
  await clock.advance(LIFE * 1000)
  assert.deepEqual([line.state, line.error.message, node.connections.size], ['refused', 'Please sign in again.', 0])
  assert.equal(clock.waiting, 0)
})

for (const [why, refuse] of [
  ['refuses', () => { throw new LineError('openline.error.not_authorized') }],
  ['does not know how to', null],
]) {
  test(`a node that ${why} renew gets a new connection, and nothing is lost on the way`, async () => {
    if (refuse) node.procedures[RENEW] = refuse
    else delete node.procedures[RENEW]
    const line = await made.openLine(person())
    const seen = []
    line.addEventListener('state', () => seen.push(line.state))
    const heard = record(line, 'openline.room.lobby')
    await settle()
    for (let seconds = 0; seconds < LIFE; seconds += 10) {
      node.append('openline.room.lobby', { text: `${seconds}` })
      await clock.advance(10_000)
      endSessions()
    }
    assert.deepEqual([...node.connections].map(({ target }) => target.token), ['t2'])
    assert.deepEqual([...new Set(seen)], ['online'])
    assert.deepEqual(heard.offsets, range(1, 90))
    assert.deepEqual(heard.breaks, [])
  })
}

test('a new name is taken over the connection as it is', async () => {
  const who = person()
  const line = await made.openLine(who)
  let changes = 0
  line.addEventListener('state', () => changes++)
  who.name = 'Countess'
  await line.renew()
  assert.deepEqual([line.identity.name, tokens(), node.tries.length, changes], ['Countess', ['t2'], 1, 1])
})

test('a new role begins on a new connection, because the node does not take it on this one', async () => {
  const who = person()
  const line = await made.openLine(who)
  node.procedures[RENEW] = () => { throw new LineError('openline.router.error.sign_in_again') }
  who.role = 'operator'
  await line.renew()
  await settle()
  assert.deepEqual([...node.connections].map(({ target }) => target.token), ['t2'])
  assert.equal(line.state, 'online')
})

test('line.renew() fails when there is nothing new to be had', async () => {
  const who = person()
  const line = await made.openLine({
    signIn: async request => {
      if (request.renew) throw new TypeError('Failed to fetch')
      return who.signIn(request)
    },
  })
  await assert.rejects(line.renew(), TypeError)
  assert.equal(line.state, 'online')
})

test('renewing is asked for once, however many want it', async () => {
  const line = await made.openLine(person())
  await Promise.all([line.renew(), line.renew(), line.renew()])
  assert.deepEqual(asked, ['first', 'renew'])
})

test('without a connection line.renew() waits for the next one', async () => {
  const line = await made.openLine(person())
  node.cut()
  await line.renew()
  assert.deepEqual(asked, ['first'])
  await clock.advance(1000)
  assert.deepEqual([asked, tokens()], [['first', 'renew'], ['t2']])
})

test('who has nothing newer is not asked again, until the node says that it is over', async () => {
  const until = clock.now() / 1000 + LIFE
  const answers = { first: 't1', renew: 't1', 'openline.error.signed_out': 't2' }
  const line = await made.openLine({
    signIn: async ({ renew, refused }) => {
      asked.push(renew ? 'renew' : (refused?.uri ?? 'first'))
      const token = answers[asked.at(-1)]
      lives.set(token, token === 't1' ? until : until + LIFE)
      return { id: 'u_1', role: 'guest', token, expires: lives.get(token) }
    },
  })
  await clock.advance(LIFE * 1000)
  assert.deepEqual([asked, node.called(RENEW).length], [['first', 'renew'], 0])
  endSessions()
  await settle()
  assert.deepEqual([line.state, asked], ['online', ['first', 'renew', 'openline.error.signed_out']])
})

test('a browser whose clock is ahead does not ask all the time', async () => {
  await made.openLine(person({ expires: clock.now() / 1000 - 3600 }))
  await clock.advance(LIFE * 1000)
  assert.deepEqual(asked, ['first'])
})

test('a token for months does not overflow the timer', async () => {
  const ticket = new Ticket(clock, person({}, 90 * 86_400).signIn)
  await ticket.prepare(new AbortController().signal)
  const pauses = []
  const renewal = new Renewal({ ...clock, after: ms => { pauses.push(ms); return () => {} } }, ticket, {})
  renewal.start({}, ticket.credentials)
  clock.time += 59 * 86_400_000
  renewal.check()
  clock.time += 86_000_000
  renewal.check()
  assert.deepEqual(pauses, [86_400_000, 86_400_000, 400_000])
  assert.deepEqual(asked, ['first'])
})

test('who is signed out is asked once, and comes back as who they are now', async () => {
  const who = person()
  const line = await made.openLine(who)
  await clock.advance(10_000)
  who.role = 'operator'
  node.cut(new LineError('openline.error.signed_out', 'Your role has changed.', { code: 3006 }))
  await settle()
  assert.deepEqual([line.state, asked], ['online', ['first', 'openline.error.signed_out']])
})

test('who is signed out for good hears it at once', async () => {
  const who = person()
  const line = await made.openLine({
    signIn: async request => {
      if (request.refused) throw Object.assign(new Error('Please sign in again.'), { uri: 'openline.identity.error.signed_out' })
      return who.signIn(request)
    },
  })
  await clock.advance(10_000)
  node.cut(new LineError('openline.error.signed_out', 'This sign-in has ended.', { code: 3006 }))
  await settle()
  assert.deepEqual([line.state, line.error.message], ['refused', 'Please sign in again.'])
})

test('sessions that are ended as soon as they begin do not make it ask all the time', async () => {
  await made.openLine(person())
  for (let seconds = 0; seconds < 60; seconds++) {
    node.cut(new LineError('openline.error.signed_out', '', { code: 3006 }))
    await clock.advance(1000)
  }
  assert.ok(asked.length < 20, `${asked.length}`)
})

test('what is renewed on long-poll comes back to WebSocket once', async () => {
  node.blocked.websocket = 'refused'
  delete node.procedures[RENEW] // so that it is replaced
  const line = await made.openLine(person({}, 300))
  assert.equal(line.transport, 'longpoll')
  await clock.advance(250_000)
  assert.deepEqual([...node.connections].map(({ target }) => [target.rung, target.token]), [['longpoll', 't2']])
  node.blocked = {}
  await clock.advance(700_000)
  assert.deepEqual([line.transport, node.connections.size], ['websocket', 1])
  line.close()
  assert.equal(clock.waiting, 0)
})
