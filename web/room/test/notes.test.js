import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentences } from '../notes.js'

const note = (what, name, by = name) =>
  ({ kind: 'note', id: 1, time: 0, by: { id: by, name: by }, who: { id: name, name }, what })

test('those who came and those who left are named', () => {
  assert.deepEqual(sentences([note('joined', 'Ada'), note('left', 'Bob')]), [
    { what: 'joined', names: ['Ada'], more: 0 }, { what: 'left', names: ['Bob'], more: 0 },
  ])
})

test('of somebody who came and went, only the last is told', () => {
  assert.deepEqual(sentences([note('joined', 'Ada'), note('left', 'Ada'), note('joined', 'Ada')]),
    [{ what: 'joined', names: ['Ada'], more: 0 }])
})

test('a crowd is counted', () => {
  const [{ names, more }] = sentences(['a', 'b', 'c', 'd', 'e'].map(name => note('joined', name)))
  assert.deepEqual([names, more], [['a', 'b', 'c'], 2])
})

test('who was removed is named, and by whom', () => {
  const notes = [note('kicked', 'Ada', 'Bob'), note('joined', 'Cleo'), note('kicked', 'Dan', 'Olga'), note('kicked', 'Eve', 'Olga')]
  assert.deepEqual(sentences(notes), [
    { what: 'joined', names: ['Cleo'], more: 0 },
    { what: 'was removed by', names: ['Ada'], more: 0, by: 'Bob' },
    { what: 'were removed by', names: ['Dan', 'Eve'], more: 0, by: 'Olga' },
  ])
})

test('who was removed and came back is here', () => {
  assert.deepEqual(sentences([note('kicked', 'Ada', 'Bob'), note('joined', 'Ada')]), [{ what: 'joined', names: ['Ada'], more: 0 }])
})

test('who was banned was removed too, and is told of once', () => {
  assert.deepEqual(sentences([note('kicked', 'Ada', 'Bob'), note('banned', 'Ada', 'Bob'), note('muted', 'Cleo', 'Bob')]), [
    { what: 'was banned by', names: ['Ada'], more: 0, by: 'Bob' },
    { what: 'was muted by', names: ['Cleo'], more: 0, by: 'Bob' },
  ])
})
