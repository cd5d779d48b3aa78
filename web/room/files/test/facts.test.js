import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address, altOf, box, ending, inWords, progressOf, sizeWords } from '../facts.js'

test('a picture has its box before it is there', () => {
  assert.deepEqual(box({ width: 4000, height: 3000 }), { width: 360, height: 270 })
  assert.deepEqual(box({ width: 300, height: 3000 }), { width: 30, height: 300 })
  assert.deepEqual(box({ width: 20, height: 10 }), { width: 20, height: 10 })
  assert.deepEqual(box({ width: 50_000, height: 1 }), { width: 360, height: 1 })
})

test('sizes are said as people say them', () => {
  assert.deepEqual([1, 999, 1000, 999_400, 1_250_000, 25_000_000].map(sizeWords), ['1 byte', '999 bytes', '1 KB', '999 KB', '1.3 MB', '25 MB'])
})

test('names tell what a file is, and what a picture is called', () => {
  assert.deepEqual(['a.pdf', 'a', 'a.tar.gz', 'a.longer'].map(ending), ['PDF', 'FILE', 'GZ', 'FILE'])
  assert.deepEqual(['red_house-1.jpg', '.jpg'].map(altOf), ['red house 1', '.jpg'])
})

test('an address has the name in it, whatever that is', () => {
  const file = { id: 'ab', name: 'a b/?#.png', type: 'image/png', size: 1, thumb: true }
  assert.equal(address(file), 'files/ab/a%20b%2F%3F%23.png')
  assert.equal(address(file, 'small'), 'files/ab/a%20b%2F%3F%23.png?size=small')
  assert.equal(address({ ...file, thumb: false }, 'small'), 'files/ab/a%20b%2F%3F%23.png')
})

test('a message without words is called by its files', () => {
  assert.equal(inWords({ text: 'look', files: [{ name: 'a.png' }] }), 'look · a.png')
  assert.equal(inWords({ text: '', files: [{ name: 'a.png' }, { name: 'b' }] }), '2 files')
  assert.equal(inWords({ text: 'hi' }), 'hi')
})

test('progress is of all bytes', () => {
  assert.equal(progressOf([{ sent: 50, size: 100 }, { sent: 0, size: 100 }]), 0.25)
  assert.equal(progressOf([]), 1)
})
