import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { settle, world } from './support.js'

let clock, node, line, made

beforeEach(async () => {
  made = world();
  ({ clock, node } = made)
  line = await made.openLine()
})

const listen = (topic, options) => {
  const events = []
  return { events, stop: line.subscribe(topic, event => events.push(event.n), options) }
}

test('events arrive, with their details, until it is stopped', async () => {
  const seen = []
  const stop = line.subscribe('app.news', (event, details) => seen.push([event, details.topic]))
  await settle()
  node.publish('app.news', { n: 1 })
  stop()
  node.publish('app.news', { n: 2 })
  assert.deepEqual(seen, [[{ n: 1 }, 'app.news']])
})

test('subscriptions survive reconnects, also those made while offline', async () => {
  const early = listen('app.news')
  await settle()
  node.cut()
  const late = listen('app.news')
  await clock.advance(1000)
  node.publish('app.news', { n: 1 })
  assert.deepEqual([early.events, late.events], [[1], [1]])
})

test('two listeners share one subscription, and one that throws does not harm the other', async t => {
  const reported = t.mock.method(console, 'error', () => {})
  line.subscribe('app.news', () => { throw new Error('listener') })
  const other = listen('app.news')
  await settle()
  assert.equal([...node.connections][0].subscriptions.size, 1)
  node.publish('app.news', { n: 1 })
  assert.deepEqual(other.events, [1])
  assert.equal(reported.mock.callCount(), 1)
})

test('subscribing while the last listener is being unsubscribed works', async () => {
  for (let rounds = 0; rounds < 5; rounds++) {
    const first = listen('app.news')
    await settle()
    first.stop()
    const second = listen('app.news')
    await settle()
    node.publish('app.news', { n: rounds })
    assert.deepEqual(second.events, [rounds])
    second.stop()
  }
})

test('a listener that comes and goes before it is subscribed leaves nothing', async () => {
  for (let rounds = 0; rounds < 3; rounds++) listen('app.news').stop()
  await settle()
  assert.equal([...node.connections][0].subscriptions.size, 0)
})

test('a refused subscription is told, a passing trouble is tried again', async () => {
  const refusals = []
  node.refuseTopic = topic => (topic === 'app.secret' ? new LineError('wamp.error.not_authorized') : new LineError('wamp.error.authorization_failed'))
  listen('app.secret', { onRefused: error => refusals.push(error.uri) })
  const news = listen('app.news')
  await settle()
  assert.deepEqual(refusals, ['wamp.error.not_authorized'])
  node.refuseTopic = undefined
  await clock.advance(1000)
  node.publish('app.news', { n: 1 })
  assert.deepEqual(news.events, [1])
})

test('a connection that goes while it subscribes does not block the topic', async () => {
  const news = listen('app.news')
  node.cut()
  await clock.advance(1000)
  node.publish('app.news', { n: 1 })
  assert.deepEqual(news.events, [1])
})

test('what is published arrives at others', async () => {
  const other = await made.openLine()
  const seen = []
  other.subscribe('app.news', event => seen.push(event))
  await settle()
  await line.publish('app.news', { n: 7 })
  assert.deepEqual(seen, [{ n: 7 }])
})
