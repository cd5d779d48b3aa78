import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { Memory } from '../memory.js'

const original = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')
const give = storage => Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: storage })
let items

beforeEach(() => {
  items = new Map()
  give(() => ({ getItem: key => items.get(key) ?? null, setItem: (key, text) => items.set(key, text), removeItem: key => items.delete(key) }))
})
afterEach(() => {
  if (original) Object.defineProperty(globalThis, 'localStorage', original)
  else delete globalThis.localStorage
})

test('what one page remembers another one knows, under its own key', () => {
  const memory = new Memory('one')
  assert.equal(memory.get(), null)
  memory.set({ at: 1 })
  assert.deepEqual(new Memory('one').get(), { at: 1 })
  assert.equal(new Memory('two').get(), null)
  memory.set(null)
  assert.equal(items.size, 0)
})

test('what is there but makes no sense is nothing', () => {
  items.set('one', '{')
  assert.equal(new Memory('one').get(), null)
})

test('without storage, or with a full one, it is remembered here', () => {
  for (const storage of [() => { throw new DOMException('denied', 'SecurityError') }, () => ({ getItem: () => null, setItem() { throw new Error('full') } })]) {
    give(storage)
    const memory = new Memory('one')
    assert.equal(memory.get(), null)
    memory.set({ at: 1 })
    assert.deepEqual(memory.get(), { at: 1 })
  }
})
