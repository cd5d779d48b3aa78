import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../digest.js'
import { EMPTY, fold, prepend } from '../state.js'
import { bob, created, deleted, edited, joined, pinned, posted, reacted, unreacted } from './events.js'

const TALK = [
  created(), joined(2, bob), posted(3, 'Grüße 🎈'), posted(4, 'two'), edited(5, 3, 'Grüße!'), reacted(6, 3), reacted(7, 3, '🎉'),
  unreacted(8, 3), pinned(9, 4), posted(10, 'gone'), deleted(11, 10),
]
const all = fold(EMPTY, TALK)

test('is the same however the events came', async () => {
  const parts = prepend(fold(EMPTY, TALK.slice(6)), { events: TALK.slice(0, 6), oldest: 1, epoch: 'e1' })
  assert.equal(await digest(parts), await digest(all))
})

test('is that of what another program writes', async () => {
  const lines = [
    '[1,"created","u_ada"]', '[2,"joined","u_bob"]', '[3,"u_ada","Grüße!",true,0,0,[["🎉",["u_bob"]]],""]',
    '[4,"u_ada","two",false,0,0,[],"u_bob"]', '[10,"u_ada","deleted"]',
  ]
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(lines.join('\n')))
  assert.equal(await digest(all), Buffer.from(hash).toString('hex'))
})

test('differs with every difference that somebody could see, from where it counts', async () => {
  const of = new Set([await digest(all)])
  for (const more of [posted(12), edited(12, 4, 'zwei'), deleted(12, 4), reacted(12, 4), unreacted(12, 3, '🎉')]) {
    of.add(await digest(fold(all, [more])))
  }
  assert.equal(of.size, 6)
  assert.equal(await digest(all, 4), await digest(fold(EMPTY, TALK.slice(3)), 4))
})
