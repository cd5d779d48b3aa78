import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outgoing } from '../outgoing.js'

const entry = (uri, kwargs, more = {}) =>
  ({ key: kwargs.key, uri, kwargs, lane: kwargs.room, owner: 'u_ada', state: 'waiting', error: null, at: 5000, ...more })

test('what is written for this room is on its way to it, and nothing else', () => {
  const found = outgoing([
    entry('openline.room.post', { room: 'lobby', text: 'hi', key: 'a' }),
    entry('openline.room.edit', { room: 'lobby', message: 3, text: 'ho', key: 'b' }, { state: 'sending' }),
    entry('openline.room.delete', { room: 'lobby', message: 4, key: 'c' }),
    entry('openline.room.post', { room: 'kitchen', text: 'elsewhere', key: 'd' }),
    entry('app.something.else', { room: 'lobby', key: 'e' }),
  ], 'lobby')
  assert.deepEqual(found.map(({ key, kind, message, text, state, at }) => [key, kind, message, text, state, at]), [
    ['a', 'post', 0, 'hi', 'waiting', 5],
    ['b', 'edit', 3, 'ho', 'sending', 5],
    ['c', 'delete', 4, '', 'waiting', 5],
  ])
})

test('a refusal brings its sentence', () => {
  const error = { uri: 'openline.room.error.not_a_member', message: 'Join the room first.', fields: {} }
  const [found] = outgoing([entry('openline.room.post', { room: 'lobby', text: 'hi', key: 'a' }, { state: 'failed', error })], 'lobby')
  assert.deepEqual([found.state, found.error], ['failed', 'Join the room first.'])
})
