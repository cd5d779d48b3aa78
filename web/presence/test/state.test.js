import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY, begin, take } from '../state.js'

const entry = (id, state = 'active', devices = 1) => ({ id, state, devices, text: '', until: null })
const snapshot = (version, ...people) => ({ epoch: 'e', version, count: people.length, many: false, people })
const change = (version, changed, left = [], more = {}) => ({ epoch: 'e', version, count: 1, many: false, changed, left, ...more })
const shown = state => [...state.people.values()].map(({ id, state: is }) => `${id} ${is}`)

test('a snapshot and the changes that follow it', () => {
  let state = begin(snapshot(3, entry('ada')))
  state = take(state, change(4, [entry('bob')]))
  state = take(state, change(5, [entry('ada', 'away')], ['bob']))
  assert.deepEqual(shown(state), ['ada away'])
  assert.equal(state.version, 5)
})

test('what is not newer changes nothing', () => {
  const state = begin(snapshot(3, entry('ada')))
  assert.equal(take(state, change(3, [], ['ada'])), state)
})

test('a hole, or another epoch, is to be read again', () => {
  const state = begin(snapshot(3, entry('ada')))
  assert.equal(take(state, change(5, [])), null)
  assert.equal(take(state, change(4, [], [], { epoch: 'f' })), null)
  assert.equal(take(EMPTY, change(4, [])), null)
})

test('too many are counted', () => {
  const state = take(begin(snapshot(3, entry('ada'))), change(4, [], [], { many: true, count: 1001 }))
  assert.deepEqual([state.people.size, state.count, state.many], [0, 1001, true])
})

test('does not change the state that it was given', () => {
  const state = begin(snapshot(3, entry('ada')))
  take(state, change(4, [entry('bob')], ['ada']))
  assert.deepEqual(shown(state), ['ada active'])
})
