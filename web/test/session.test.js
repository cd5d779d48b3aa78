import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Later, Refused, Session } from '../session.js'

const ADA = { id: 'u_1', name: 'Ada', role: 'member', login: 'ada', token: 'a1', expires: 2e9 }
const GUEST = { id: 'u_9', name: 'Guest', role: 'guest', token: 'g1', expires: 2e9 }
let browser, asked, answers

/** What all tabs of a browser share. */
class Browser {
  items = new Map()
  queue = Promise.resolve()
  get = name => JSON.parse(this.items.get(name) ?? 'null')
  set = (name, value) => void (value === null ? this.items.delete(name) : this.items.set(name, JSON.stringify(value)))
  alone = act => {
    const done = this.queue.then(act)
    this.queue = done.catch(() => {})
    return done
  }
}

/** The page in one tab. */
const tab = () => new Session({
  base: () => 'http://test/',
  kept: browser,
  alone: browser.alone,
  fetch: async (url, { body }) => {
    const what = url.pathname.replace('/auth/', '')
    asked.push(what)
    const { status = 200, headers = {}, ...reply } = await answers[what](body && JSON.parse(body))
    return new Response(JSON.stringify(reply), { status, headers })
  },
})

beforeEach(() => {
  browser = new Browser()
  asked = []
  let refreshes = 1
  answers = {
    guest: ({ name }) => ({ ...GUEST, name }),
    signin: () => ADA,
    refresh: () => ({ ...ADA, token: `a${++refreshes}` }),
    signout: () => ({}),
  }
})

test('a guest stays over a reload, and is renewed under the same name when the node refuses', async () => {
  await tab().enter('Grace')
  const session = tab()
  assert.equal(session.person.name, 'Grace')
  assert.equal((await session.credentials(session.person)).token, 'g1')
  assert.equal((await session.credentials(session.person, { renew: true })).token, 'g1')
  assert.deepEqual(asked, ['guest'])
  answers.guest = ({ name }) => ({ ...GUEST, id: 'u_10', name, token: 'g2' })
  assert.equal((await session.credentials(session.person, { refused: {} })).token, 'g2')
})

test('the token of an account is nowhere but in memory', async () => {
  const session = tab()
  await session.signIn({ login: 'ada', password: 'a long password' })
  assert.equal(session.person.token, 'a1')
  for (const kept of browser.items.values()) assert.ok(!kept.includes('a1') && !kept.includes('password'), kept)
  assert.deepEqual({ ...tab().person }, { id: 'u_1', name: 'Ada', role: 'member', login: 'ada' })
})

test('after a reload the cookie gives a new token, once for all who ask', async () => {
  await tab().signIn({ login: 'ada', password: 'x' })
  const session = tab()
  const person = session.person
  const tokens = await Promise.all([1, 2, 3].map(() => session.credentials(person).then(({ token }) => token)))
  assert.deepEqual(tokens, ['a2', 'a2', 'a2'])
  assert.equal((await session.credentials(person)).token, 'a2')
  assert.deepEqual(asked, ['signin', 'refresh'])
})

test('tabs refresh one after the other', async () => {
  await tab().signIn({ login: 'ada', password: 'x' })
  let atOnce = 0, most = 0
  answers.refresh = async () => {
    most = Math.max(most, ++atOnce)
    await new Promise(resolve => setImmediate(resolve))
    atOnce--
    return ADA
  }
  await Promise.all([tab(), tab(), tab()].map(session => session.credentials(session.person)))
  assert.deepEqual([most, asked.filter(what => what === 'refresh').length], [1, 3])
})

test('who signs out in one tab is asked for in no other', async () => {
  const one = tab()
  await one.signIn({ login: 'ada', password: 'x' })
  const other = tab(), { person } = other
  await Promise.all([
    one.signOut(),
    assert.rejects(other.credentials(person), { uri: 'openline.identity.error.signed_out' }),
  ])
  assert.deepEqual(asked, ['signin', 'signout'])
  assert.deepEqual([one.person, tab().person, tab().lastLogin], [null, null, 'ada'])
})

test('a line never goes on as somebody else who signed in', async () => {
  const one = tab()
  const guest = await one.enter('Grace')
  const other = tab()
  await other.signIn({ login: 'ada', password: 'x' })
  await assert.rejects(one.credentials(guest, { renew: true }), /Ada has signed in here in another window/)
  answers.signin = () => ({ ...ADA, id: 'u_2', name: 'Bob' })
  await other.signIn({ login: 'bob', password: 'x' })
  await assert.rejects(one.credentials(ADA, { renew: true }), /Bob has signed in here in another window/)
  answers.refresh = () => ({ ...ADA, id: 'u_3', name: 'Eve' })
  await assert.rejects(one.credentials({ ...ADA, id: 'u_2' }, { renew: true }), /Eve has signed in here in another window/)
})

test('no answer is no refusal, and nobody is signed out by it', async () => {
  await tab().signIn({ login: 'ada', password: 'x' })
  const session = tab()
  answers.refresh = answers.signout = () => { throw new TypeError('Failed to fetch') }
  await assert.rejects(session.credentials(session.person), Later)
  await assert.rejects(session.signOut(), Later)
  assert.equal(session.person.name, 'Ada')
})

test('what the node says comes as it is: a refusal with its fields, a wait with its seconds', async () => {
  answers.signin = () => ({ status: 403, error: 'openline.identity.error.wrong_password', message: 'No.', field: 'password' })
  await assert.rejects(tab().signIn({ login: 'a', password: 'b' }), error =>
    error instanceof Refused && error.uri.endsWith('wrong_password') && error.message === 'No.' && error.fields.field === 'password')
  answers.signin = () => ({ status: 429, headers: { 'retry-after': '8' }, error: 'openline.identity.error.too_many_tries', message: 'Wait.' })
  await assert.rejects(tab().signIn({ login: 'a', password: 'b' }), error => error instanceof Later && error.seconds === 8 && error.message === 'Wait.')
  answers.signin = () => ({ status: 502 })
  await assert.rejects(tab().signIn({ login: 'a', password: 'b' }), Later)
})

test('times are moved where this clock is far from the server\'s', async () => {
  const now = Date.now()
  const at = ahead => ({ ...ADA, expires: now / 1000 - ahead + 900, headers: { date: new Date(now - ahead * 1000).toUTCString() } })
  answers.signin = () => at(7200)
  const { expires } = await tab().signIn({ login: 'ada', password: 'x' })
  assert.ok(Math.abs(expires - now / 1000 - 900) < 5)
  answers.signin = () => at(3)
  assert.equal((await tab().signIn({ login: 'ada', password: 'x' })).expires, now / 1000 - 3 + 900)
})

test('another name is known everywhere in this browser', async () => {
  const session = tab()
  await session.signIn({ login: 'ada', password: 'x' })
  let changes = 0
  session.addEventListener('change', () => changes++)
  session.update({ name: 'Countess' })
  assert.deepEqual([session.person.name, session.person.token, tab().person.name, changes], ['Countess', 'a1', 'Countess', 1])
})

test('who is thrown out takes nobody else along', async () => {
  const session = tab()
  const guest = await session.enter('Grace')
  await session.signIn({ login: 'ada', password: 'x' })
  session.ended(guest)
  session.ended({ ...ADA, id: 'u_2' })
  assert.equal(session.person.name, 'Ada')
  session.ended(ADA)
  assert.equal(session.person, null)
})
