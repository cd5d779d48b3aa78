import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../errors.js'
import { settle, world } from './support.js'

let clock, node, line

beforeEach(async () => {
  const made = world();
  ({ clock, node } = made)
  line = await made.openLine()
  node.procedures['app.echo'] = kwargs => kwargs
  node.procedures['app.never'] = () => new Promise(() => {})
})

const uri = expected => error => error instanceof LineError && error.uri === expected

test('a call is answered with the reply', async () => {
  assert.deepEqual(await line.call('app.echo', { text: 'hi' }), { text: 'hi' })
})

test('a refusal is a real error with its name, its sentence and its fields', async () => {
  node.procedures['app.refuse'] = () => { throw new LineError('openline.error.invalid_argument', 'Too long.', { most: 5 }) }
  await assert.rejects(line.call('app.refuse'), error =>
    error instanceof Error && error.uri === 'openline.error.invalid_argument' && error.message === 'Too long.' && error.fields.most === 5)
})

test('a call ends at its deadline, 10 s unless said otherwise, and the callee is told', async () => {
  const usual = assert.rejects(line.call('app.never'), uri('client.timeout'))
  const short = assert.rejects(line.call('app.never', {}, { timeout: 2 }), uri('client.timeout'))
  let endless = 'waiting'
  line.call('app.never', {}, { timeout: Infinity }).catch(() => { endless = 'over' })
  await clock.advance(2_000)
  await short
  assert.deepEqual(node.called('app.never').map(({ canceled }) => canceled), [false, true, false])
  await clock.advance(8_000)
  await usual
  assert.deepEqual(node.called('app.never').map(({ canceled }) => canceled), [true, true, false])
  await clock.advance(3_600_000)
  assert.equal(endless, 'waiting')
})

test('a signal takes a call back, before or while it is under way', async () => {
  const controller = new AbortController()
  const call = line.call('app.never', {}, { signal: controller.signal })
  await settle()
  controller.abort()
  await assert.rejects(call, { name: 'AbortError' })
  assert.equal(node.called('app.never')[0].canceled, true)
  await assert.rejects(line.call('app.never', {}, { signal: controller.signal }), { name: 'AbortError' })
  assert.equal(node.called('app.never').length, 1)
})

test('an answered call leaves nothing behind on its signal', async () => {
  const controller = new AbortController()
  assert.deepEqual(await line.call('app.echo', { n: 1 }, { signal: controller.signal }), { n: 1 })
  controller.abort()
  await settle()
  assert.equal(node.called('app.echo')[0].canceled, false)
})

test('progress is told while a call is under way', async () => {
  node.procedures['app.count'] = (_, call) => { for (const step of [1, 2, 3]) call.onProgress(step); return 'done' }
  const steps = []
  assert.equal(await line.call('app.count', {}, { onProgress: step => steps.push(step) }), 'done')
  assert.deepEqual(steps, [1, 2, 3])
})

test('what is under way when the connection goes fails at once', async () => {
  const call = assert.rejects(line.call('app.never'), uri('client.connection_lost'))
  await settle()
  node.cut()
  await call
  await assert.rejects(line.call('app.echo'), uri('client.offline'))
  await assert.rejects(line.publish('app.topic', {}), uri('client.offline'))
})

test('what would make the node hang up is refused here', async () => {
  await assert.rejects(line.call('app.echo', { text: 'x'.repeat(65_000) }), uri('client.too_large'))
  await assert.rejects(line.call('app.echo', { text: '€'.repeat(25_000) }), uri('client.too_large'))
  await assert.rejects(line.send('app.echo', { text: 'x'.repeat(65_000) }), uri('client.too_large'))
  for (const wrong of ['', 'app..echo', 'app.ec ho', '.app', 'app#echo']) {
    await assert.rejects(line.call(wrong), uri('client.invalid_uri'))
    assert.throws(() => line.follow(wrong, { onEvent() {} }), uri('client.invalid_uri'))
  }
  await assert.rejects(line.call('app.echo', { self: 1n }), TypeError)
  assert.deepEqual(node.calls.map(call => call.uri), ['openline.router.ping'])
})
