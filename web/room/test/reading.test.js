import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

const stored = new Map()
globalThis.localStorage = { getItem: key => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value), removeItem: key => stored.delete(key) }
globalThis.window = globalThis
const { Reading } = await import('../reading.js')

beforeEach(() => stored.clear())

const turns = async () => { for (let i = 0; i < 10; i++) await null }
const node = (answer = async (_, { room, upto }) => ({ room, read: upto })) => {
  const line = { state: 'online', said: [], call: (uri, args) => (line.said.push(args.upto), answer(uri, args)) }
  return line
}

test('what the node has taken is kept here no more', async () => {
  const told = [], reading = new Reading(node(), () => 'u_ada', own => told.push(own.read))
  reading.say('lobby', 5)
  assert.equal(reading.upto('lobby'), 5)
  await turns()
  assert.deepEqual([told, reading.upto('lobby'), stored.size], [[5], 0, 0])
})

test('what was read without a connection is known to the next page, which tells the farthest', async () => {
  const line = node(), before = new Reading({ ...line, state: 'offline' }, () => 'u_ada', () => {})
  for (const upto of [5, 9, 7]) before.say('lobby', upto)
  const after = new Reading(line, () => 'u_ada', () => {})
  assert.equal(after.upto('lobby'), 9)
  after.say('lobby', 9)
  await turns()
  assert.deepEqual(line.said, [9])
})

test('what somebody else has read in this browser is theirs', () => {
  new Reading({ state: 'offline' }, () => 'u_ada', () => {}).say('lobby', 5)
  assert.equal(new Reading(node(), () => 'u_bob', () => {}).upto('lobby'), 0)
})

test('who was removed meanwhile has nothing to tell; a node that is away is told later', async () => {
  const failing = uri => node(async () => { throw Object.assign(new Error('no'), { uri }) })
  for (const [uri, kept] of [['openline.room.error.not_a_member', 0], ['openline.error.unavailable', 5]]) {
    const reading = new Reading(failing(uri), () => 'u_ada', () => {})
    reading.say('lobby', 5)
    await turns()
    assert.equal(reading.upto('lobby'), kept)
    reading.close()
  }
})
