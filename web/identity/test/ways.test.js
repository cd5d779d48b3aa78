import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherWays, wayOf } from '../ways.js'

const ALL = { guests: true, accounts: true, sign_up: 'open', oidc: [], forgot: false }

/** What is shown at each of these addresses. */
const shown = (ways, known = false) => ['room', 'guest', 'sign-in', 'sign-up', 'invite', 'reset', 'signed-in']
  .map(screen => wayOf(screen, { ...ALL, ...ways }, known))

test('where all is open a name is enough, unless an account signed in here before', () => {
  assert.deepEqual(shown({}), ['guest', 'guest', 'sign-in', 'sign-up', 'invite', 'reset', 'signed-in'])
  assert.deepEqual(shown({}, true), ['sign-in', 'guest', 'sign-in', 'sign-up', 'invite', 'reset', 'signed-in'])
})

test('a way that is closed is not shown', () => {
  assert.deepEqual(shown({ guests: false }), ['sign-in', 'sign-in', 'sign-in', 'sign-up', 'invite', 'reset', 'signed-in'])
  assert.deepEqual(shown({ sign_up: 'closed' }), ['guest', 'guest', 'sign-in', 'closed', 'closed', 'reset', 'signed-in'])
  assert.deepEqual(shown({ accounts: false }, true), ['guest', 'guest', 'guest', 'guest', 'guest', 'guest', 'signed-in'])
})

test('a link to a new password is offered where one is mailed', () => {
  assert.equal(wayOf('forgot', { ...ALL, forgot: true }, false), 'forgot')
  assert.equal(wayOf('forgot', ALL, false), 'sign-in')
  assert.equal(wayOf('forgot', { ...ALL, accounts: false }, false), 'guest')
  assert.deepEqual(otherWays('forgot', { ...ALL, forgot: true }).map(({ href }) => href), ['#/sign-in', '#/sign-up', '#/guest'])
})

test('where nobody comes in by themselves the page says so, or offers the providers', () => {
  const none = { guests: false, accounts: false }
  assert.equal(shown(none)[0], 'elsewhere')
  assert.equal(shown({ ...none, oidc: [{ name: 'uni', title: 'University' }] })[0], 'sign-in')
})

test('each way leads to the others that are open', () => {
  const links = (way, ways = {}) => otherWays(way, { ...ALL, ...ways }).map(({ href }) => href)
  assert.deepEqual(links('guest'), ['#/sign-in', '#/sign-up'])
  assert.deepEqual(links('sign-in'), ['#/sign-up', '#/guest'])
  assert.deepEqual(links('invite', { sign_up: 'invite', guests: false }), ['#/sign-in'])
  assert.deepEqual(links('closed', { sign_up: 'closed' }), ['#/sign-in', '#/guest'])
  assert.deepEqual(otherWays('sign-up', ALL, '#/room/lobby').map(({ href }) => href), ['#/sign-in', '#/room/lobby'])
  assert.deepEqual(links('guest', { accounts: false }), [])
})
