import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Uploads, batchWords } from '../uploads.js'

const blob = (name, size = 100) => ({ name, size, type: 'text/plain' })
const settled = () => new Promise(done => setTimeout(done))

const world = () => {
  const sending = new Map(), discarded = []
  const uploads = new Uploads('lobby', {
    send: (room, { name }, how) => new Promise((resolve, reject) => {
      sending.set(name, { ...how, done: () => resolve({ id: `id-${name}`, name }), fail: (again = true) => reject(Object.assign(new Error('Lost'), { again })) })
      how.signal.addEventListener('abort', () => reject(new Error('aborted')))
    }),
    discard: async file => void discarded.push(file),
    preview: () => 'blob:x', forget: () => {},
  })
  return { uploads, sending, discarded }
}
const states = ({ list }) => list.map(({ state }) => state)

test('two are sent at once, and the next when one is there', async () => {
  const { uploads, sending } = world()
  uploads.add([blob('a'), blob('b'), blob('c')])
  assert.deepEqual(states(uploads), ['sending', 'sending', 'waiting'])
  sending.get('a').done()
  await settled()
  assert.deepEqual(states(uploads), ['done', 'sending', 'sending'])
})

test('a message has ten, and the others are counted', () => {
  const { uploads } = world()
  assert.equal(uploads.add(Array.from({ length: 12 }, (_, n) => blob(`${n}`))), 2)
  assert.equal(uploads.list.length, 10)
})

test('a message waits for its files', async () => {
  const { uploads, sending } = world()
  uploads.add([blob('a'), blob('b')])
  const files = uploads.take('hello')
  assert.deepEqual([uploads.list.length, uploads.batches.length], [0, 1])
  sending.get('a').onProgress(50)
  assert.equal(batchWords(uploads.batches[0]), 'Sent when its files are there: 25 %')
  sending.get('b').done()
  sending.get('a').done()
  assert.deepEqual((await files).map(({ id }) => id), ['id-a', 'id-b'])
  assert.equal(uploads.batches.length, 0)
})

test('what was lost is tried again, and what was refused is not', async () => {
  const { uploads, sending } = world()
  uploads.add([blob('a'), blob('b')])
  sending.get('a').fail()
  sending.get('b').fail(false)
  await settled()
  assert.deepEqual(states(uploads), ['failed', 'failed'])
  uploads.retryAll()
  assert.deepEqual(states(uploads), ['sending', 'failed'])
})

test('what is removed is stopped, or let go on the node', async () => {
  const { uploads, sending, discarded } = world()
  uploads.add([blob('a'), blob('b')])
  const [a, b] = uploads.list
  uploads.remove(a)
  assert.ok(a.control.signal.aborted)
  sending.get('b').done()
  await settled()
  uploads.remove(b)
  assert.deepEqual([uploads.list, discarded], [[], ['id-b']])
})

test('a message that is taken back gives its files back', async () => {
  const { uploads } = world()
  uploads.add([blob('a')])
  const files = uploads.take('hello')
  uploads.giveBack(uploads.batches[0])
  await assert.rejects(files)
  assert.deepEqual([uploads.list.length, uploads.batches.length, uploads.isBusy], [1, 0, true])
})
