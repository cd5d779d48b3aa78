import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

const stored = new Map()
globalThis.localStorage = { getItem: key => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value), removeItem: key => stored.delete(key) }
const { Bookmark, lastRead } = await import('../bookmark.js')

beforeEach(() => stored.clear())

test('for who was never here, nothing is new, and all that comes later is', () => {
  const bookmark = new Bookmark('lobby')
  bookmark.open({ epoch: 'e1', head: 9 })
  assert.equal(bookmark.in({ epoch: 'e1' }), 9)
  assert.deepEqual(lastRead('lobby'), { epoch: 'e1', offset: 9 })
})

test('reading goes on where it ended, in each room for itself', () => {
  const before = new Bookmark('lobby')
  before.open({ epoch: 'e1', head: 5 })
  before.move({ epoch: 'e1', head: 7 })
  const after = new Bookmark('lobby'), elsewhere = new Bookmark('kitchen')
  after.open({ epoch: 'e1', head: 20 })
  elsewhere.open({ epoch: 'e1', head: 20 })
  assert.equal(after.in({ epoch: 'e1' }), 7)
  assert.equal(elsewhere.in({ epoch: 'e1' }), 20)
})

test('a place in another log is no place in this one', () => {
  const before = new Bookmark('lobby')
  before.move({ epoch: 'e1', head: 7 })
  const after = new Bookmark('lobby')
  after.open({ epoch: 'e2', head: 3 })
  assert.equal(after.in({ epoch: 'e2' }), 3)
  assert.equal(after.in({ epoch: 'e3' }), 0)
})

test('an empty log is nothing to remember', () => {
  new Bookmark('lobby').open({ epoch: '', head: 0 })
  assert.equal(lastRead('lobby'), null)
})
