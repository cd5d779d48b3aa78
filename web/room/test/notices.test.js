import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { DEFAULT, asTime, fromTime, isQuiet, wants } from '../notices.js'

const at = time => Date.parse(`2026-05-12T${time}:00Z`) / 1000
const table = JSON.parse(readFileSync(new URL('../../../tests/contract/notices.json', import.meta.url), 'utf8'))
const night = { starts: 22 * 60, ends: 7 * 60, zone: 'UTC' }

test('quiet hours go over midnight, and are those of their zone', () => {
  for (const [time, is] of [['21:59', false], ['22:00', true], ['03:00', true], ['06:59', true], ['07:00', false]]) {
    assert.equal(isQuiet({ ...DEFAULT, quiet: night }, at(time)), is, time)
  }
  assert.equal(isQuiet({ ...DEFAULT, quiet: { ...night, zone: 'Asia/Tokyo' } }, at('14:00')), true, '23:00 in Tokyo')
  assert.equal(isQuiet({ ...DEFAULT, quiet: { starts: 600, ends: 660, zone: 'UTC' } }, at('10:30')), true)
})

test('hours that begin and end together are none, and a zone that is not known is this one', () => {
  assert.equal(isQuiet({ ...DEFAULT, quiet: { starts: 60, ends: 60, zone: 'UTC' } }, at('01:00')), false)
  assert.equal(isQuiet({ ...DEFAULT, quiet: { starts: 0, ends: 1439, zone: 'Atlantis/City' } }, at('12:00')), true)
})

test('a pause ends by itself', () => {
  const paused = { ...DEFAULT, paused: at('12:00') }
  assert.deepEqual([isQuiet(paused, at('11:59')), isQuiet(paused, at('12:01'))], [true, false])
})

test('a room has a rule of its own, or the usual one; a muted one tells nothing', () => {
  const wanted = (own, usual, named) => wants({ muted: false, ...own }, { ...DEFAULT, level: usual }, named)
  assert.equal(wanted({ level: 'default' }, 'all', false), true)
  assert.equal(wanted({ level: 'default' }, 'mentions', false), false)
  assert.equal(wanted({ level: 'mentions' }, 'nothing', true), true)
  assert.equal(wanted({ level: 'nothing' }, 'all', true), false)
  assert.equal(wanted({ level: 'all', muted: true }, 'all', true), false)
})

test('the rule is the one by which the node pushes', () => {
  for (const { why, notices, at: time, is } of table.quiet) {
    assert.equal(isQuiet({ ...DEFAULT, ...notices }, Date.parse(time) / 1000), is, why)
  }
  for (const { own: level, muted, usual, named, is } of table.wants) {
    assert.equal(wants({ level, muted }, { ...DEFAULT, level: usual }, named), is, `${level} ${muted} ${usual} ${named}`)
  }
})

test('times are those of a field', () => {
  assert.deepEqual([asTime(425), fromTime('07:05')], ['07:05', 425])
  assert.equal(fromTime(''), NaN)
})
