import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY, answered, asked, continued, failed, isReady, moved, pieces, typed, withFilter } from '../state.js'

const found = offset => ({ room: 'lobby', title: 'Lobby', offset, time: 0, by: { id: 'u', name: 'U' }, snippet: '', marks: [] })
const place = { room: 'lobby', offset: 1, time: 0 }
const refusal = (uri, message) => Object.assign(new Error(message), { uri })

test('a snippet is cut where its marks are, counted as people count', () => {
  const cut = (snippet, marks) => pieces({ snippet, marks }).map(({ text, marked }) => marked ? `[${text}]` : text).join('|')
  assert.equal(cut('the night train', [[4, 9], [10, 15]]), 'the |[night]| |[train]')
  assert.equal(cut('🚀🚀 up', [[0, 1], [1, 2]]), '[🚀]|[🚀]| up')
  assert.equal(cut('<b>', []), '<b>')
  assert.equal(cut('', []), '')
})

test('nothing is asked while a filter waits for its value', () => {
  assert.deepEqual(['', '  ', 'from:', 'train -in:', 'a HAS:'].map(isReady), [false, false, false, false, false])
  assert.deepEqual(['a', 'from:ada', 'from: ', 'http:'].map(isReady), [true, true, true, true])
})

test('former results stay until others come, and go when the words do', () => {
  const first = answered(typed(EMPTY, 'tra'), { results: [found(2), found(1)], next: place })
  assert.deepEqual([first.busy, first.at, first.next], [false, 0, place])
  const more = typed(first, 'train')
  assert.deepEqual([more.busy, more.results.length], [true, 2])
  assert.equal(typed(more, '').results, null)
})

test('older results come behind the others, and the same one stays chosen', () => {
  const first = moved(answered(EMPTY, { results: [found(3), found(2)], next: place }), 1)
  const all = continued(asked(first), { results: [found(1)], next: null })
  assert.deepEqual([all.results.map(({ offset }) => offset), all.at, all.next], [[3, 2, 1], 1, null])
})

test('what is wrong with a search takes its results away; a lost connection does not', () => {
  const first = answered(EMPTY, { results: [found(1)], next: place })
  const unclear = failed(first, refusal('openline.room.error.unclear_search', 'in: needs a room.'))
  assert.deepEqual([unclear.trouble, unclear.results], [{ kind: 'unclear', text: 'in: needs a room.' }, null])
  const lost = failed(first, refusal('client.offline', 'There is no connection.'))
  assert.deepEqual([lost.trouble.kind, lost.results.length], ['failed', 1])
})

test('the chosen result stays within those that there are', () => {
  const state = answered(EMPTY, { results: [found(2), found(1)], next: null })
  assert.equal(moved(moved(state, 1), 1).at, 1)
  assert.equal(moved(state, -1).at, 0)
  assert.equal(moved(EMPTY, 1).at, -1)
})

test('a filter comes behind what was typed', () => {
  assert.equal(withFilter('', 'from:'), 'from:')
  assert.equal(withFilter('train ', 'has:link'), 'train has:link')
})
