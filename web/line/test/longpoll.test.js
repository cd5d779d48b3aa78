// The long-poll transport against a node that is played here, over a network that loses requests, answers, or both.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { connect } from '../connection.js'
import { openLongPoll } from '../longpoll.js'
import { FakeClock, range, seeded, settle } from './support.js'

const OPENED = { transport: 'abc', protocol: 'wamp.2.json.batched' }

/** What docs/reference/longpoll.md says of a node, for one transport. */
class FakePolls {
  /** the messages that were taken */ taken = []
  /** every request: { path, body } */ requests = []
  /** the network: gives 'lost' or 'unanswered', or a Response that somebody else answers with */ trouble = () => null
  /** how many sends are under way, and were at most */ underway = 0
  most = 0
  #outgoing = []
  #answers = 0
  #unacknowledged = null
  #expected = 1
  #poll = null
  over = null

  constructor(clock) {
    this.clock = clock
  }

  /** Sends messages to the client. */
  say(...messages) {
    this.#outgoing.push(...messages)
    this.#poll?.()
  }

  fetch = async (url, { method, body, signal, keepalive }) => {
    assert.equal(method, 'POST')
    const { pathname, searchParams } = new URL(url)
    const path = pathname.replace('/lp/', '')
    this.requests.push({ path, body, keepalive })
    const trouble = this.trouble(path, body)
    if (trouble instanceof Response) return trouble
    if (trouble === 'lost') throw new TypeError('network')
    const aborted = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))))
    aborted.catch(() => {})
    const answer = await Promise.race([this.#answer(path, body, searchParams), aborted])
    if (trouble === 'unanswered') throw new TypeError('network')
    return answer
  }

  async #answer(path, body, query) {
    if (path === 'open') return Response.json(OPENED)
    if (path === 'abc/close') this.over ??= new Response('{}', { status: 410 })
    if (this.over) return this.over.clone()
    return path === 'abc/send' ? this.#send(Number(query.get('n')), body) : this.#receive(Number(query.get('ack')))
  }

  async #send(n, body) {
    this.most = Math.max(this.most, ++this.underway)
    await new Promise(resolve => setImmediate(resolve))
    this.underway--
    if (n > this.#expected) return Response.json({ expected: this.#expected }, { status: 409 })
    if (n === this.#expected) {
      this.#expected++
      this.taken.push(...body.split('\x18').filter(Boolean).map(text => JSON.parse(text)))
    }
    return new Response(null, { status: 204 })
  }

  async #receive(ack) {
    if (this.#unacknowledged?.number === ack) this.#unacknowledged = null
    if (!this.#unacknowledged && !this.#outgoing.length) await this.#news()
    if (this.over) return this.over.clone()
    if (!this.#unacknowledged && !this.#outgoing.length) return new Response(null, { status: 204 })
    this.#unacknowledged ??= { number: ++this.#answers, messages: this.#outgoing.splice(0) }
    const { number, messages } = this.#unacknowledged
    const text = messages.map(message => JSON.stringify(message) + '\x18').join('')
    return new Response(text, { headers: { 'Openline-Answer': `${number}` } })
  }

  #news() {
    this.#poll?.()
    return new Promise(resolve => {
      const stop = this.clock.after(10_000, resolve)
      this.#poll = () => { stop(); resolve() }
    })
  }

  end(answer) {
    this.over = answer
    this.#poll?.()
  }
}

let clock, polls, transport, seen

/** Opens a transport, and writes down what it tells. */
function open() {
  transport = openLongPoll('http://test/lp', { clock, fetch: polls.fetch })
  seen = { opened: 0, messages: [], ends: [] }
  transport.onopen = () => seen.opened++
  transport.onmessage = message => seen.messages.push(message)
  transport.onclose = end => seen.ends.push(end)
}

beforeEach(async () => {
  clock = new FakeClock()
  polls = new FakePolls(clock)
  open()
  await settle()
})

const paths = () => polls.requests.map(({ path }) => path)

test('it opens, polls, and closes', async () => {
  assert.equal(seen.opened, 1)
  assert.deepEqual(paths(), ['open', 'abc/receive'])
  assert.deepEqual(JSON.parse(polls.requests[0].body), { protocols: ['wamp.2.json.batched'] })
  transport.close(1000)
  assert.deepEqual(seen.ends, [{ code: 1000, reason: '' }])
  await settle()
  assert.deepEqual(polls.requests.at(-1), { path: 'abc/close', body: undefined, keepalive: true })
  await clock.advance(60_000)
  assert.equal(polls.requests.length, 3)
  assert.equal(clock.waiting, 0)
})

test('messages arrive in order, several in one answer', async () => {
  polls.say([1], [2])
  polls.say([3, 'a\u0018b €'])
  await settle()
  assert.deepEqual(seen.messages, [[1], [2], [3, 'a\u0018b €']])
})

test('an idle transport polls once in ten seconds', async () => {
  await clock.advance(100_000)
  assert.equal(paths().filter(path => path === 'abc/receive').length, 11)
  assert.deepEqual(seen.ends, [])
})

test('what is sent in one turn goes together, and one send is under way at a time', async () => {
  for (const n of [1, 2, 3]) transport.send([n])
  await settle()
  assert.equal(polls.requests.filter(({ path }) => path === 'abc/send').length, 1)
  for (const n of [4, 5]) transport.send([n])
  await settle()
  transport.send([6])
  await settle()
  await settle()
  assert.deepEqual(polls.taken, [[1], [2], [3], [4], [5], [6]])
  assert.equal(polls.most, 1)
})

test('a lot that waits goes in several sends, none of them too large', async () => {
  const large = '€'.repeat(20_000)
  for (let n = 0; n < 10; n++) transport.send([n, large])
  await clock.advance(1_000)
  const sizes = polls.requests.filter(({ path }) => path === 'abc/send').map(({ body }) => Buffer.byteLength(body))
  assert.ok(sizes.length > 1 && sizes.every(size => size < 250_000), `${sizes}`)
  assert.deepEqual(polls.taken.map(([n]) => n), range(0, 9))
})

for (const trouble of ['lost', 'unanswered']) {
  test(`a send that is ${trouble} is sent again and taken once`, async () => {
    let left = 2
    polls.trouble = path => (path === 'abc/send' && left-- > 0 ? trouble : null)
    transport.send([1])
    await settle()
    transport.send([2])
    await clock.advance(5_000)
    assert.deepEqual(polls.taken, [[1], [2]])
    assert.deepEqual(seen.ends, [])
  })

  test(`an answer that is ${trouble} comes again and is handed out once`, async () => {
    let left = 3
    polls.trouble = path => (path === 'abc/receive' && left-- > 0 ? trouble : null)
    polls.say([1])
    await settle()
    polls.say([2])
    await clock.advance(5_000)
    polls.say([3])
    await settle()
    assert.deepEqual(seen.messages, [[1], [2], [3]])
  })
}

for (const [whose, answer] of [
  ['a page that is in between', () => new Response('<html>Please sign in', { status: 200 })],
  ['a proxy whose node is away', () => new Response('Bad gateway', { status: 502 })],
]) {
  test(`an answer of ${whose} is none, for a while`, async () => {
    let left = 3
    polls.trouble = path => (path !== 'open' && left-- > 0 ? answer() : null)
    polls.say([1])
    transport.send([2])
    await clock.advance(10_000)
    polls.say([3])
    await clock.advance(5_000)
    assert.deepEqual([seen.messages, polls.taken, seen.ends], [[[1], [3]], [[2]], []])
  })

  test(`with nothing but the answers of ${whose} it ends`, async () => {
    polls.trouble = () => answer()
    transport.send([1])
    await clock.advance(20_000)
    assert.deepEqual(seen.ends, [{ code: 1006, reason: '' }])
    assert.equal(clock.waiting, 0)
  })
}

test('without a network it gives up after eight seconds, not before', async () => {
  polls.trouble = () => 'lost'
  transport.send([1])
  await clock.advance(7_500)
  assert.deepEqual(seen.ends, [])
  await clock.advance(2_500)
  assert.deepEqual(seen.ends, [{ code: 1006, reason: '' }])
  assert.equal(clock.waiting, 0)
})

test('a request that nobody answers is given up after fifteen seconds', async () => {
  const fetch = polls.fetch
  polls.fetch = (url, options) => (new URL(url).pathname.endsWith('send') && !polls.mended
    ? new Promise((_, reject) => options.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))))
    : fetch(url, options))
  open()
  await settle()
  transport.send([1])
  await clock.advance(14_000)
  polls.mended = true
  assert.deepEqual(polls.taken, [])
  await clock.advance(2_000)
  assert.deepEqual(polls.taken, [[1]])
  assert.deepEqual(seen.ends, [])
})

test('when the node ends it, it says why, and when to come back', async () => {
  const body = { error: 'openline.error.flood', message: 'Too much was sent at once.', code: 3002, retry_after: 2.5 }
  polls.end(Response.json(body, { status: 410 }))
  await settle()
  assert.deepEqual(seen.ends, [{ code: 3002, reason: 'Too much was sent at once.', retryAfter: 2.5 }])
  transport.send([1])
  await clock.advance(60_000)
  assert.deepEqual(polls.taken, [])
})

test('a transport that the node does not know any more is over at once', async () => {
  polls.end(new Response('Not found', { status: 404 }))
  await settle()
  assert.equal(seen.ends.length, 1)
  assert.equal(seen.ends[0].code, 1006)
})

test('a node that has too much to do is asked again when it says', async () => {
  let times = []
  polls.trouble = path => {
    if (path !== 'abc/send') return null
    times.push(clock.now())
    return times.length < 4 ? new Response('{}', { status: 429, headers: { 'Retry-After': '6' } }) : null
  }
  transport.send([1])
  await clock.advance(30_000)
  assert.deepEqual(times.map(time => time - times[0]), [0, 6_000, 12_000, 18_000])
  assert.deepEqual([polls.taken, seen.ends], [[[1]], []])
})

test('opening is tried once, and says what was answered', async () => {
  const crowded = { error: 'openline.error.crowded', message: 'Too many.', code: 3005 }
  for (const [trouble, end] of [
    [() => 'lost', { code: 1006, reason: '' }],
    [() => new Response('<html>', { status: 200 }), { code: 1006, reason: '' }],
    [() => Response.json({ odd: true }), { code: 1006, reason: '' }],
    [() => new Response('nginx', { status: 404 }), { code: 1006, reason: '', retryAfter: 0 }],
    [() => Response.json(crowded, { status: 503, headers: { 'Retry-After': '7' } }), { code: 3005, reason: 'Too many.', retryAfter: 7 }],
  ]) {
    polls = new FakePolls(clock)
    polls.trouble = trouble
    open()
    await settle()
    assert.deepEqual(seen.ends, [end])
    assert.deepEqual([paths(), seen.opened], [['open'], 0])
  }
})

test('closing while it opens leaves nothing open', async () => {
  let answer
  const fetch = polls.fetch
  polls.fetch = async (url, options) => {
    if (url.endsWith('open')) await new Promise(resolve => { answer = resolve })
    return fetch(url, { ...options, signal: undefined })
  }
  open()
  transport.close(1000)
  answer()
  await settle()
  assert.deepEqual([seen.opened, seen.ends.length], [0, 1])
  assert.equal(paths().at(-1), 'abc/close')
})

test('answers without news do not make it spin', async () => {
  polls.trouble = path => (path === 'abc/receive' ? new Response(null, { status: 204 }) : null)
  open()
  await clock.advance(10_000)
  assert.ok(paths().length <= 25, `${paths().length} requests`)
})

test('a handler that throws does not harm the rest', async t => {
  const reported = t.mock.method(console, 'error', () => {})
  transport.onmessage = message => {
    seen.messages.push(message)
    if (message[0] === 1) throw new Error('handler')
  }
  polls.say([1], [2])
  await settle()
  polls.say([3])
  await settle()
  assert.deepEqual(seen.messages, [[1], [2], [3]])
  assert.equal(reported.mock.callCount(), 1)
})

test('AutobahnJS signs in and calls over it', async t => {
  t.mock.method(globalThis, 'fetch', polls.fetch)
  const welcomes = []
  const connection = connect({
    rung: 'longpoll', url: 'http://test/lp', realm: 'openline', id: 'u_1', token: 'secret',
    onOpen: welcome => welcomes.push(welcome), onClose: error => assert.fail(error), onHeard() {},
  })
  await settle()
  assert.deepEqual(polls.taken[0].slice(0, 2), [1, 'openline'])
  polls.say([4, 'ticket', {}])
  await settle()
  assert.deepEqual(polls.taken[1], [5, 'secret', {}])
  polls.say([2, 7, { roles: { broker: {}, dealer: {} }, authid: 'u_1', authrole: 'guest' }])
  await settle()
  assert.deepEqual(welcomes, [{ id: 'u_1', role: 'guest', name: undefined }])
  const call = connection.call('app.add', { a: 1 })
  await settle()
  polls.say([50, polls.taken[2][1], {}, [{ sum: 2 }]])
  assert.deepEqual(await call.answer, { sum: 2 })
  connection.close()
})

for (let seed = 1; seed <= 40; seed++) {
  test(`nothing is lost, doubled or out of order over a bad network, seed ${seed}`, async () => {
    const random = seeded(seed)
    polls.trouble = path => {
      const fate = path === 'open' ? 1 : random()
      if (fate < 0.1) return 'lost'
      if (fate < 0.2) return 'unanswered'
      return fate < 0.24 ? new Response('', { status: 503 }) : null
    }
    for (let n = 1; n <= 100; n++) {
      transport.send([n])
      polls.say([n])
      await clock.advance(Math.floor(random() * 200))
    }
    polls.trouble = () => null
    await clock.advance(20_000)
    assert.deepEqual(seen.ends, [])
    assert.deepEqual(polls.taken.map(([n]) => n), range(1, 100))
    assert.deepEqual(seen.messages.map(([n]) => n), range(1, 100))
  })
}
