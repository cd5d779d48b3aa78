import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitting, middle } from '../shrink.js'

const image = (type, length) => `data:image/${type};base64,`.padEnd(length, 'A')

test('the middle of a picture is cut out', () => {
  assert.deepEqual(middle({ width: 300, height: 100 }), { x: 100, y: 0, side: 100 })
  assert.deepEqual(middle({ width: 100, height: 300 }), { x: 0, y: 100, side: 100 })
})

test('a picture stays as good as fits', () => {
  const tried = []
  const write = (type, bytes) => (size, quality) => {
    tried.push([size, quality])
    return image(type, Math.round(bytes(size, quality)))
  }
  assert.equal(fitting(write('webp', () => 5000)).length, 5000)
  assert.deepEqual(tried.splice(0), [[96, 0.85]])
  fitting(write('webp', (_, quality) => (quality > 0.5 ? 20_000 : 15_000)))
  assert.deepEqual(tried.splice(0), [[96, 0.85], [96, 0.7], [96, 0.5]])
  fitting(write('png', size => size * size * 3))
  assert.deepEqual(tried.splice(0).map(([size]) => size), [96, 80, 64])
  assert.equal(fitting(write('png', () => 20_000)), undefined)
})
