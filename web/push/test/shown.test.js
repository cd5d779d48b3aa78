import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Shown, read } from '../shown.js'

const one = (room, offset) => ({ tag: `openline ${room}`, data: { room, offset }, closed: false, close() { this.closed = true } })

test('what was read is taken away, and nothing else', async () => {
  const shown = [one('lobby', 7), one('tea', 9), { tag: 'openline ', data: {}, close() { assert.fail() } }]
  assert.deepEqual(read(shown, room => room === 'lobby' ? 7 : 8).map(({ tag }) => tag), ['openline lobby'])
  const registration = { getNotifications: async () => shown }
  await new Shown(async () => registration, () => true).tidy(() => 8)
  assert.deepEqual(shown.slice(0, 2).map(({ closed }) => closed), [true, false])
})

test('the service worker shows only where this device is told', async () => {
  const told = []
  const registration = { showNotification: async (...what) => told.push(what) }
  assert.equal(await new Shown(async () => registration, () => false).show('Bob', { tag: 'x' }), false)
  assert.equal(await new Shown(async () => null, () => true).show('Bob', { tag: 'x' }), false)
  assert.equal(await new Shown(async () => registration, () => true).show('Bob', { tag: 'x' }), true)
  assert.deepEqual(told.map(([title, { tag, silent }]) => [title, tag, silent]), [['Bob', 'x', true]])
})
