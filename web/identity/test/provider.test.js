// @ts-check
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { endOf } from '../provider.js'

test('there is a sentence for every end of a sign-in that the docs list, and for others', () => {
  const docs = readFileSync(new URL('../../../docs/how-to/oidc.md', import.meta.url), 'utf8')
  const table = docs.slice(docs.indexOf('| `error` |'))
  const words = [...table.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, word]) => word).filter(word => word !== 'error')
  assert.equal(words.length, 8)
  assert.equal(new Set(words.map(endOf)).size, words.length)
  assert.ok(!words.map(endOf).includes(endOf('constructor')))
  assert.match(endOf('constructor'), /try again/i)
  assert.equal(endOf(''), '')
})
