import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { local, tab } from '../storage.js'

class Disk {
  items = new Map()
  full = false
  getItem(key) { return this.items.get(key) ?? null }
  removeItem(key) { this.items.delete(key) }
  setItem(key, value) {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.items.set(key, value)
  }
}

const use = (name, get) => Object.defineProperty(globalThis, name, { get, configurable: true })
let disk

beforeEach(() => {
  disk = new Disk()
  use('localStorage', () => disk)
  use('sessionStorage', () => { throw new DOMException('switched off', 'SecurityError') })
})

test('what is set is there, under a name of our own', () => {
  local.set('session', { name: 'Ada' })
  assert.deepEqual(local.get('session'), { name: 'Ada' })
  assert.deepEqual([...disk.items.keys()], ['openline.session'])
  local.set('session', null)
  assert.equal(local.get('session'), null)
  assert.equal(disk.items.size, 0)
})

test('what somebody else wrote is nothing', () => {
  disk.setItem('openline.session', 'no JSON')
  assert.equal(local.get('session'), null)
})

test('a page goes on where storage is full', () => {
  disk.full = true
  local.set('read.lobby', 7)
  assert.equal(local.get('read.lobby'), 7)
  disk.full = false
  local.set('read.lobby', 8)
  assert.deepEqual([local.get('read.lobby'), disk.getItem('openline.read.lobby')], [8, '8'])
})

test('a page goes on where storage is switched off', () => {
  assert.equal(tab.get('draft.lobby'), null)
  tab.set('draft.lobby', 'half a thought')
  assert.equal(tab.get('draft.lobby'), 'half a thought')
  tab.set('draft.lobby', null)
  assert.equal(tab.get('draft.lobby'), null)
})
