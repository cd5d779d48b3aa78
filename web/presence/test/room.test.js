import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { LineError } from '../../line/errors.js'
import { settle, world } from '../../line/test/support.js'
import { RoomPresence } from '../room.js'

const TOPIC = 'openline.presence.on_change.lobby'
let clock, node, line, here, version, epoch, reads

const entry = id => ({ id, state: 'active', devices: 1, text: '', until: null })
const snapshot = () => ({ epoch, version, count: here.length, many: false, people: here.map(entry) })
const tell = (changed, left = []) => node.publish(TOPIC, { epoch, version: ++version, count: here.length, many: false, changed: changed.map(entry), left })
const come = id => { here = [...here, id]; tell([id]) }
const shown = presence => [...presence.state.people.keys()]

beforeEach(async () => {
  const made = world();
  ({ clock, node } = made)
  here = ['ada']
  version = 1
  epoch = 'e'
  reads = 0
  node.procedures['openline.presence.read'] = () => { reads++; return snapshot() }
  line = await made.openLine()
})

const open = async () => {
  const presence = new RoomPresence(line, clock, 'lobby', () => 'u_me')
  await settle()
  return presence
}

test('shows who is here, and follows', async () => {
  const presence = await open()
  assert.deepEqual(shown(presence), ['ada'])
  come('bob')
  assert.deepEqual(shown(presence), ['ada', 'bob'])
  assert.equal(reads, 1)
})

test('what comes while it reads is not lost, nor taken twice', async () => {
  node.procedures['openline.presence.read'] = () => { const answer = snapshot(); come('bob'); return answer }
  const presence = await open()
  assert.deepEqual(shown(presence), ['ada', 'bob'])
  assert.equal(presence.state.version, 2)
})

test('reads again at a hole', async () => {
  const presence = await open()
  version++
  here = ['ada', 'eve']
  come('bob')
  await settle()
  assert.deepEqual(shown(presence), ['ada', 'eve', 'bob'])
  assert.equal(reads, 2)
})

test('reads again after a reconnection, and does not draw people away meanwhile', async () => {
  const presence = await open()
  node.cut()
  here = ['bob']
  version += 2
  assert.deepEqual(shown(presence), ['ada'])
  await clock.advance(2_000)
  assert.deepEqual(shown(presence), ['bob'])
})

test('tries again while nobody knows who is here', async () => {
  const { 'openline.presence.read': read } = node.procedures
  node.procedures['openline.presence.read'] = () => { throw new LineError('openline.presence.error.not_yet') }
  const presence = await open()
  assert.deepEqual(shown(presence), [])
  node.procedures['openline.presence.read'] = read
  await clock.advance(2_000)
  assert.deepEqual(shown(presence), ['ada'])
})

test('reads anew now and then, and no more once it is closed', async () => {
  const presence = await open()
  await clock.advance(11 * 60_000)
  assert.equal(reads, 2)
  presence.close()
  await clock.advance(30 * 60_000)
  come('bob')
  assert.equal(reads, 2)
})
