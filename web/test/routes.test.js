import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWayIn, parse } from '../routes.js'

const at = (screen, room, code = '') => ({ screen, room, code })

test('an address says where the page is', () => {
  for (const [hash, route] of [
    ['', at('room', 'lobby')],
    ['#/room/a_room', at('room', 'a_room')],
    ['#/room/a_room/42', { ...at('room', 'a_room'), at: 42 }],
    ['#/room/a_room/x', at('room', 'lobby')],
    ['#/room/No Room', at('room', 'lobby')],
    ['#/nowhere', at('room', 'lobby')],
    ['#/room', at('room', 'lobby')],
    ['#/rooms', at('rooms', 'before')],
    ['#/account', at('account', 'before')],
    ['#/people', at('people', 'before')],
    ['#/sign-in', at('sign-in', 'before')],
    ['#/sign-up', at('sign-up', 'before')],
    ['#/invite/aZ09-_x', at('invite', 'before', 'aZ09-_x')],
    ['#/reset/aZ09-_x', at('reset', 'before', 'aZ09-_x')],
    ['#/join/aZ09-_x', at('join', 'before', 'aZ09-_x')],
    ['#/forgot', at('forgot', 'before')],
    ['#/forgot/ada.l', at('forgot', 'before', 'ada.l')],
    ['#/invite', at('room', 'lobby')],
    ['#/invite/<b>', at('room', 'lobby')],
  ]) assert.deepEqual(parse(hash, 'before'), route, hash)
})

test('a sign-in that ended elsewhere leads back to the sign-in page, with a word why', () => {
  assert.deepEqual(parse('#/sign-in?error=denied', 'before'), { ...at('sign-in', 'before'), error: 'denied' })
  for (const hash of ['#/sign-in?error=<b>', '#/sign-in?error=', '#/room/x?error=denied']) assert.equal(parse(hash).error, undefined, hash)
  assert.ok(isWayIn(parse('#/sign-in?error=denied')))
})

test('the ways in are told from the pages of those who are in', () => {
  assert.deepEqual(['#/sign-in', '#/sign-up', '#/guest', '#/invite/x', '#/reset/x', '#/account', '#/room/lobby', '#/people'].map(hash => isWayIn(parse(hash))),
    [true, true, true, true, true, false, false, false])
})
