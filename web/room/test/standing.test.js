// @ts-check
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { after, holdOn, moderates, outranks, owns, span } from '../standing.js'
import { ada, bob, event } from './events.js'

/** @param {object} more @returns {any} */
const info = (more = {}) => ({ room: 'team', title: 'Team', kind: 'public', role: 'member', slow: 0, archived: false, mute: null, ...more })
const tell = (/** @type {number} */ time) => `t${time}`

test('a room has the words that it was given last', () => {
  const now = after(info(), event(5, 'room_changed', { title: 'New', slow: 30, sneaky: 1 }), ada.id)
  assert.deepEqual([now.title, now.slow, 'sneaky' in now], ['New', 30, false])
  assert.equal(after(now, event(6, 'room_archived', {}), ada.id).archived, true)
})

test('what is done to others changes nothing for oneself', () => {
  const mute = event(5, 'member_muted', { id: bob.id, name: bob.name, until: 9, why: '' })
  assert.equal(after(info(), mute, ada.id).mute, null)
  assert.deepEqual(after(info(), mute, bob.id).mute, { until: 9, why: '' })
  assert.equal(after(info({ mute: { until: 9, why: '' } }), event(6, 'member_unmuted', { id: bob.id }), bob.id).mute, null)
  assert.equal(after(info(), event(5, 'role_changed', { id: bob.id, role: 'owner' }), bob.id).role, 'owner')
})

test('who may what', () => {
  assert.deepEqual([owns(info({ role: 'owner' }), ada), moderates(info({ role: 'moderator' }), ada), moderates(info(), ada)], [true, true, false])
  assert.equal(owns(info(), { ...ada, role: 'operator' }), true)
  assert.equal(moderates(info({ kind: 'direct' }), { ...ada, role: 'operator' }), false)
  assert.equal(outranks(info({ role: 'moderator' }), ada, { ...bob, role: 'member' }), true)
  assert.equal(outranks(info({ role: 'moderator' }), ada, { ...bob, role: 'moderator' }), false)
  assert.equal(outranks(info({ role: 'owner' }), ada, { ...ada, role: 'member' }), false)
})

test('who is muted is told until when, and why', () => {
  const muted = info({ mute: { until: 100, why: 'shouting' } })
  assert.deepEqual(holdOn(muted, ada, 0, 50, tell), { words: 'You are muted until t100: shouting', until: 100, stopped: true })
  assert.equal(holdOn(muted, ada, 0, 100, tell), null)
  assert.equal(holdOn(info({ mute: { until: null, why: '' } }), ada, 0, 50, tell)?.words, 'You are muted.')
  assert.equal(holdOn(info({ archived: true }), ada, 0, 50, tell)?.stopped, true)
})

test('in a slow room one waits, unless one moderates it', () => {
  const slow = info({ slow: 30 })
  assert.deepEqual(holdOn(slow, ada, 40, 50, tell), { words: 'Slow mode: one message every 30 seconds.', until: 70, stopped: false })
  assert.equal(holdOn(slow, ada, 10, 50, tell)?.until, 0)
  assert.equal(holdOn(slow, ada, 500, 50, tell)?.until, 80, 'whatever the clocks say')
  assert.equal(holdOn(info({ slow: 30, role: 'moderator' }), ada, 40, 50, tell), null)
})

test('spans are told in the largest unit that is whole', () => {
  assert.deepEqual([1, 30, 60, 300, 3600, 86_400].map(span), ['second', '30 seconds', '1 minute', '5 minutes', '1 hour', '1 day'])
})
