import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inAll, sections } from '../sections.js'

const info = (room, more = {}) => ({ room, title: room, stream: `openline.room.${room}`, members: 1, joined: true, ...more })
const mine = (...owns) => new Map(owns.map(([room, more]) => [room, {
  own: { room, head: 9, read: 1, unread: 0, mentions: 0, active: 0, favourite: false, muted: false, level: 'default', ...more }, read: 1, later: [],
}]))
const listed = (...args) => sections(...args).map(({ title, rooms }) => [title, ...rooms.map(({ room }) => room)])

test('the liveliest room comes first, a muted one last, and those one is not in apart', () => {
  const list = [info('a'), info('b'), info('c'), info('far', { joined: false }), info('near', { joined: false })]
  const active = mine(['a', { active: 1 }], ['b', { active: 9, muted: true }], ['c', { active: 5 }])
  assert.deepEqual(listed(list, active, room => room === 'near'), [['', 'c', 'a', 'near', 'b'], ['More rooms', 'far']])
})

test('favourites come before all, and people after rooms', () => {
  const list = [info('a'), info('b'), info('bob', { kind: 'direct' })]
  assert.deepEqual(listed(list, mine(['b', { favourite: true }]), () => false), [['Favourites', 'b'], ['Other rooms', 'a'], ['Direct messages', 'bob']])
})

test('in all there is what is not muted, and what names us', () => {
  const rooms = mine(['a', { unread: 3, mentions: 1 }], ['b', { unread: 5, mentions: 2, muted: true }])
  assert.deepEqual(inAll(rooms), { unread: 5, mentions: 3 })
})
