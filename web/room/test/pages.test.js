import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Aside } from '../aside.js'
import { Pages } from '../pages.js'
import { KEPT, MOST } from '../span.js'
import { EMPTY, fold } from '../state.js'
import { edited, posted, reacted, texts, under } from './events.js'

/** A room whose log can be read in pages, and what was asked of the node. */
class Log {
  asked = []
  told = { events: [], marks: [] }
  broken = false

  constructor(events, last = 50) {
    this.events = events
    this.live = fold(EMPTY, events.slice(-last))
    this.pages = new Pages({
      read: async range => this.read(range),
      changes: async span => this.told,
      live: () => this.live,
      keep: live => { this.live = live },
      changed: () => {},
    })
    this.pages.ready = true
  }

  read({ before = Infinity, after = 0, limit }) {
    if (this.broken) throw new Error('no')
    this.asked.push({ before, after, limit })
    const fits = this.events.filter(({ offset }) => offset < before && offset > after)
    return { epoch: 'e1', oldest: 1, head: this.events.length, events: after ? fits.slice(0, limit) : fits.slice(-limit) }
  }

  says(...events) {
    this.events.push(...events)
    this.live = fold(this.live, events)
    this.pages.take(events)
  }
}

const many = count => Array.from({ length: count }, (_, at) => posted(at + 1))
const settled = async () => { for (let turn = 0; turn < 20; turn++) await null }
const ids = state => state.entries.map(({ id }) => id)

test('a far message is gone to with one page, not with all between', async () => {
  const log = new Log(many(100_000))
  log.pages.openAt(500)
  assert.ok(log.pages.isGoing)
  await settled()
  assert.equal(log.asked.length, 1)
  assert.deepEqual(log.pages.gone, { offset: 500 })
  assert.ok(!log.pages.isGoing && ids(log.pages.past).includes(500))
  assert.ok(log.pages.past.entries.length <= 100)
})

test('a near one is read back to, and nothing is missing', async () => {
  const log = new Log(many(300))
  log.pages.openAt(200)
  await settled()
  assert.equal(log.pages.past, null)
  assert.ok(ids(log.live).includes(200) && ids(log.live).includes(300))
  assert.equal(log.live.entries.length, log.live.head - log.live.first + 1)
})

test('scrolling down fills the gap until it is one room again', async () => {
  const log = new Log(many(700))
  log.pages.openAt(100)
  await settled()
  for (let step = 0; log.pages.past; step++) {
    assert.ok(step < 10)
    await log.pages.loadNewer()
  }
  assert.deepEqual(ids(log.live), Array.from({ length: 700 - log.live.first + 1 }, (_, at) => log.live.first + at))
})

test('scrolling up through all of a long room keeps little of it, and so does the way down', async () => {
  const log = new Log(many(12_000))
  const looked = () => log.pages.base
  while (looked().first > 1) {
    log.pages.seen = { first: looked().first, last: looked().first + 200 }
    await log.pages.loadOlder(300)
    assert.ok(looked().entries.length <= MOST && log.live.entries.length <= MOST)
  }
  assert.ok(log.live.entries.length >= KEPT)
  for (let step = 0; log.pages.past; step++) {
    assert.ok(step < 200)
    log.pages.seen = { first: looked().head - 200, last: looked().head }
    await log.pages.loadNewer()
    assert.ok(looked().entries.length <= MOST)
    const all = ids(looked())
    assert.ok(all.every((id, at) => at === 0 || id === all[at - 1] + 1), 'no hole, nothing twice')
  }
  assert.equal(log.live.head, 12_000)
})

test('much that comes while somebody reads at the end is let go at the other end', () => {
  const log = new Log(many(10))
  for (let at = 0; at < 100; at++) log.says(...Array.from({ length: 100 }, (_, more) => posted(11 + at * 100 + more)))
  assert.ok(log.live.entries.length <= MOST)
  assert.equal(log.live.head, 10_010)
})

test('much that comes while somebody reads above takes nothing from them', () => {
  const log = new Log(many(400), 400)
  log.pages.seen = { first: 50, last: 250 }
  for (let at = 0; at < 100; at++) log.says(...Array.from({ length: 100 }, (_, more) => posted(401 + at * 100 + more)))
  assert.ok(ids(log.pages.base).includes(50) && ids(log.pages.base).includes(250))
  assert.ok(log.live.entries.length + log.pages.past.entries.length <= 2 * MOST)
})

test('what happens meanwhile is seen, also while the page is on its way', async () => {
  const log = new Log(many(1000))
  log.told = { events: [edited(400, 90, 'ninety')], marks: [] }
  log.pages.openAt(100)
  log.says(reacted(1001, 101))
  await settled()
  log.says(edited(1002, 100, 'hundred'))
  const { entries } = log.pages.past
  const of = id => entries.find(one => one.id === id)
  assert.deepEqual([of(90).text, of(100).text, of(101).marks.size], ['ninety', 'hundred', 1])
})

test('a page that does not come can be asked for again', async () => {
  const log = new Log(many(1000))
  log.broken = true
  log.pages.openAt(100)
  await settled()
  assert.equal(log.pages.older, 'failed')
  assert.ok(!log.pages.isGoing)
  log.broken = false
  await log.pages.loadOlder()
  await settled()
  assert.deepEqual(log.pages.gone, { offset: 100 })
})

test('who goes back to the newest before the far page came stays there', async () => {
  const log = new Log(many(1000))
  log.pages.openAt(100)
  log.pages.leave()
  await settled()
  assert.equal(log.pages.past, null)
  assert.equal(log.pages.gone, null)
})

test('a log that was begun anew leaves nothing of the old one', async () => {
  const log = new Log(many(1000))
  log.pages.openAt(100)
  await settled()
  log.live = fold(log.live, [posted(1, 'new', { epoch: 'e2' })])
  log.pages.take([])
  assert.deepEqual([log.pages.past, texts(log.pages.base)], [null, ['new']])
})

test('a thread is read on from where it begins', async () => {
  const events = many(9_000)
  events[99] = posted(100, 'root')
  events[149] = under(150, 100, 'first')
  events[8_989] = under(8_990, 100, 'last')
  const log = new Log(events), aside = new Aside(log.pages)
  await aside.open(100)
  assert.deepEqual(texts(aside.view(100)).slice(0, 2), ['root', 'first'])
  assert.equal(aside.left, 'more')
  while (aside.left === 'more') await aside.more()
  assert.equal(aside.left, '')
  assert.ok(texts(aside.view(100)).includes('last'))
})

test('a thread of the newest part needs nothing to be read', async () => {
  const log = new Log(many(60)), aside = new Aside(log.pages)
  await aside.open(40)
  assert.deepEqual([log.asked, aside.view(40)], [[], log.live])
})
