import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMOJI, findEmoji } from '../emoji.js'

test('each emoji is one, stands once, and can be found', () => {
  const segments = new Intl.Segmenter()
  for (const { emoji, words } of EMOJI) {
    assert.equal([...segments.segment(emoji)].length, 1, emoji)
    assert.match(emoji, /\p{Extended_Pictographic}/u)
    assert.ok(findEmoji(words).some(found => found.emoji === emoji), words)
  }
  assert.equal(new Set(EMOJI.map(({ emoji }) => emoji)).size, EMOJI.length)
})

test('words are found by how they begin', () => {
  assert.equal(findEmoji('rock')[0].emoji, '🚀')
  assert.deepEqual(findEmoji('red hea').map(({ emoji }) => emoji), ['❤️'])
  assert.deepEqual(findEmoji('xyzzy'), [])
  assert.equal(findEmoji(' ').length, EMOJI.length)
})
