import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import vm from 'node:vm'

const SCOPE = 'https://line.example.com/'
const text = readFileSync(new URL('../sw.js', import.meta.url), 'utf8')
const shell = (version, files) => text.replace("{ version: '', files: [] }", JSON.stringify({ version, files }))
const FILES = ['app.js', 'index.html', 'vendor/preact.js?v=1']

/** A browser with a service worker, as far as it needs one. */
const browser = (script = shell('one', FILES)) => {
  const kept = new Map(), heard = {}, shown = [], opened = [], pages = [], said = []
  const known = { answer: () => null }
  const answer = async request => {
    const url = typeof request === 'string' ? request : request.url
    const found = await known.answer(url.slice(SCOPE.length).replace(/[?#].*/, ''))
    if (!found) throw new TypeError('Failed to fetch')
    return found
  }
  const cacheOf = name => {
    if (!kept.has(name)) kept.set(name, new Map())
    const files = kept.get(name), path = what => (what.url ?? what).replace(/[?#].*/, '')
    return {
      addAll: async requests => { for (const one of requests) files.set(path(one), await answer(one)) },
      match: async what => files.get(path(what)),
    }
  }
  const caches = { open: async name => cacheOf(name), keys: async () => [...kept.keys()], delete: async name => kept.delete(name) }
  const registration = {
    scope: SCOPE,
    getNotifications: async () => shown.filter(one => !one.isClosed),
    showNotification: async (title, options) => {
      for (const one of shown) if (one.tag === options.tag) one.isClosed = true
      shown.push({ title, ...options, close() { this.isClosed = true } })
    },
  }
  const clients = { claim: async () => {}, matchAll: async () => pages, openWindow: async url => opened.push(url) }
  const navigator = { setAppBadge: async count => said.push(count), clearAppBadge: async () => said.push(0) }
  const self = {
    registration, clients, navigator, skipWaiting: async () => {}, addEventListener: (name, act) => { heard[name] = act },
  }
  class Request { constructor(url, options = {}) { Object.assign(this, options, { url: String(url), method: 'GET' }) } }
  vm.runInNewContext(script, { self, caches, Request, fetch: answer, URL, Response: { error: () => 'an error' }, Set, setTimeout, clearTimeout, Date })
  const happens = async (name, event = {}) => {
    let done
    heard[name]({ ...event, waitUntil: promise => { done = promise } })
    await done
  }
  const ask = (path, { mode = 'cors', method = 'GET', client = 'c', scope = SCOPE } = {}) => {
    let answered
    heard.fetch({ request: { url: scope + path, mode, method }, clientId: client, resultingClientId: client, respondWith: promise => { answered = promise } })
    return answered
  }
  const push = told => happens('push', { data: told === undefined ? null : { json: () => JSON.parse(JSON.stringify(told)) } })
  return { known, kept, shown, opened, pages, said, happens, ask, push, open: () => shown.filter(one => !one.isClosed) }
}

const page = (visibilityState = 'hidden') => {
  const said = []
  return { url: `${SCOPE}#/room/lobby`, visibilityState, said, postMessage: data => said.push(data), focus: async () => said.push('focus') }
}

test('only files of the page are answered for, and only where they are read', async () => {
  const { ask, known } = browser()
  known.answer = name => ({ status: 200, name })
  for (const path of ['auth/ways', 'auth/refresh', 'events?stream=a', 'streams/a', 'lp/open', 'ws', 'files/1', 'hooks/1', 'other.js', 'vendor/more.js', 'sw.js']) {
    assert.equal(ask(path), undefined, path)
    assert.equal(ask(path, { mode: 'navigate' }), undefined, path)
  }
  assert.equal(ask('app.js', { method: 'POST' }), undefined)
  assert.equal(ask('app.js', { scope: 'https://elsewhere.example.com/' }), undefined)
  for (const path of ['', '?source=home', 'index.html']) assert.equal((await ask(path, { mode: 'navigate' })).status, 200, path)
  assert.equal((await ask('vendor/preact.js?v=2')).status, 200)
})

test('the network is preferred, and what is kept is there without one', async () => {
  const { ask, known, happens } = browser()
  known.answer = name => ({ status: 200, name, from: 'one' })
  await happens('install')
  known.answer = name => ({ status: 200, name, from: 'two' })
  assert.equal((await ask('app.js')).from, 'two')
  known.answer = () => null
  assert.equal((await ask('', { mode: 'navigate' })).from, 'one')
  assert.equal((await ask('vendor/preact.js?v=9')).from, 'one')
  known.answer = name => ({ status: 502, name, from: 'a proxy' })
  assert.equal((await ask('', { mode: 'navigate' })).from, 'one')
})

test('a page that was opened from here gets all of its parts from here', async () => {
  const { ask, known, happens } = browser()
  known.answer = () => ({ status: 200, from: 'one' })
  await happens('install')
  known.answer = () => null
  await ask('', { mode: 'navigate', client: 'old' })
  known.answer = () => ({ status: 200, from: 'two' })
  assert.equal((await ask('app.js', { client: 'old' })).from, 'one')
  assert.equal((await ask('app.js', { client: 'new' })).from, 'two')
})

test('where nothing is kept and there is no network, there is an error', async () => {
  const { ask } = browser()
  assert.equal(await ask('', { mode: 'navigate' }), 'an error')
})

test('a version is kept whole or not at all, and takes the place of others', async () => {
  const { known, kept, happens } = browser(shell('two', FILES))
  kept.set('openline one', new Map())
  kept.set('somebody else', new Map())
  known.answer = name => name === 'app.js' ? null : { status: 200 }
  await assert.rejects(happens('install'))
  known.answer = () => ({ status: 200 })
  await happens('install')
  await happens('activate')
  assert.deepEqual([...kept.keys()].sort(), ['openline two', 'somebody else'])
  assert.equal(kept.get('openline two').size, 3)
})

const TOLD = { room: 'lobby', offset: 7, title: 'Bob in Lobby', body: 'hello', at: 1, unread: 3, rooms: ['lobby', 'tea'] }

test('what is pushed is shown, one for each room, and counted', async () => {
  const { push, shown, open, said } = browser()
  await push(TOLD)
  await push({ ...TOLD, offset: 8, body: 'again' })
  assert.deepEqual(open().map(({ title, body, tag, data }) => [title, body, tag, { ...data }]), [['Bob in Lobby', 'again', 'openline lobby', { room: 'lobby', offset: 8 }]])
  assert.deepEqual(shown.map(({ renotify, silent }) => [renotify, silent]), [[true, false], [true, false]])
  assert.deepEqual(said, [3, 3])
  await push({ ...TOLD, unread: 0 })
  assert.equal(said.at(-1), 0)
})

test('what is shown already makes no noise again', async () => {
  const { push, shown } = browser()
  await push(TOLD)
  await push(TOLD)
  assert.deepEqual([shown[1].renotify, shown[1].silent], [false, true])
})

test('what was read on another device is taken away with the next that comes', async () => {
  const { push, open } = browser()
  await push({ ...TOLD, room: 'tea' })
  await push({ ...TOLD, rooms: ['lobby'] })
  assert.deepEqual(open().map(({ tag }) => tag), ['openline lobby'])
  await push({ ...TOLD, room: 'tea', rooms: null })
  assert.equal(open().length, 2)
})

test('a page that somebody looks at tells by itself; a test is shown all the same', async () => {
  const { push, open, pages } = browser()
  pages.push(page('visible'))
  await push(TOLD)
  assert.equal(open().length, 0)
  await push({ title: 'Openline', body: 'Notifications arrive on this device.' })
  assert.equal(open().length, 1)
})

test('something is shown whatever comes', async () => {
  const { push, open } = browser()
  await push(undefined)
  assert.equal(open()[0].title, 'Openline')
})

test('a press opens the message, on a page that is open if there is one', async () => {
  const { happens, opened, pages } = browser()
  const notification = { data: { room: 'lobby', offset: 7 }, close() {} }
  await happens('notificationclick', { notification })
  assert.deepEqual(opened, [`${SCOPE}#/room/lobby/7`])
  pages.push({ url: 'https://line.example.com/files/1', visibilityState: 'visible' }, page())
  await happens('notificationclick', { notification })
  assert.equal(opened.length, 1)
  assert.deepEqual(JSON.parse(JSON.stringify(pages[1].said)), [{ open: { room: 'lobby', offset: 7 } }, 'focus'])
})
