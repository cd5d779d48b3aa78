import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkName, match, nameOf } from '../names.js'

test('makes a name of a title', () => {
  assert.equal(nameOf('The Engine Room'), 'the_engine_room')
  assert.equal(nameOf('  Café  № 2!  '), 'cafe_no_2')
  assert.equal(nameOf('Łódź'), 'odz')
  assert.equal(nameOf('会議'), '')
})

test('a made name is one that will do, or none', () => {
  for (const title of ['A', '_x_', 'x'.repeat(60), `${'x'.repeat(39)} y`, '42', '!!', '---a']) {
    const name = nameOf(title)
    assert.ok(name === '' || checkName(name) === '', `${title} → ${name}`)
  }
})

test('says what is wrong with a name', () => {
  assert.match(checkName(''), /name/)
  assert.match(checkName('on_fire'), /on_/)
  assert.match(checkName('Big'), /Small|small/)
  assert.match(checkName('a room'), /small/)
  assert.match(checkName('_a'), /letter/)
  assert.match(checkName('a'.repeat(41)), /40/)
  assert.equal(checkName('a'.repeat(40)), '')
  assert.equal(checkName('one'), '')
})

const rooms = [{ room: 'lobby', title: 'Lobby' }, { room: 'engine', title: 'The engine room' }, { room: 'en_route', title: 'Travel' }]
const found = words => match(rooms, words).map(({ room }) => room)

test('rooms are found by a part of their title or name, those that begin with it first', () => {
  assert.deepEqual(found(''), ['lobby', 'engine', 'en_route'])
  assert.deepEqual(found('EN'), ['engine', 'en_route'])
  assert.deepEqual(found('room'), ['engine'])
  assert.deepEqual(found('nothing'), [])
})
