import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PushDevice, encoded, forget } from '../device.js'

const bytes = text => Uint8Array.from(Buffer.from(text, 'base64url')).buffer

/** A browser, a node, and somebody. */
const world = ({ permission = 'default', grants = true, hasPush = true, id = 'u_ada', role = 'member' } = {}) => {
  const calls = [], kept = new Map(), is = { permission, subscription: null, key: 'BKey', id, refuse: null }
  const subscribe = async ({ applicationServerKey }) => {
    is.subscription ??= {
      endpoint: `https://push.example.com/${applicationServerKey}`,
      options: { applicationServerKey: bytes(applicationServerKey) },
      getKey: name => bytes(name === 'auth' ? 'Auth' : 'P256'),
      unsubscribe: async () => { is.subscription = null },
    }
    return is.subscription
  }
  const pushManager = { getSubscription: async () => is.subscription, subscribe }
  const line = Object.assign(new EventTarget(), {
    state: 'online',
    call: async (uri, kwargs) => {
      calls.push([uri.replace('openline.push.', ''), kwargs])
      if (is.refuse && uri.endsWith('.on')) throw Object.assign(new Error('no'), { uri: is.refuse })
      return uri.endsWith('.key') ? { key: is.key } : {}
    },
  })
  const parts = {
    worker: async () => hasPush ? { pushManager, getNotifications: async () => [] } : null,
    permission: () => is.permission,
    ask: async () => { is.permission = grants ? 'granted' : 'denied' },
    kept: { get: name => kept.get(name) ?? null, set: (name, value) => void kept.set(name, value) },
  }
  const made = async () => {
    const device = new PushDevice(line, () => ({ id: is.id, role }), parts)
    await device.renew()
    return device
  }
  return { is, calls, kept, line, parts, made }
}

test('it is turned on after a permission, and off again', async () => {
  const { made, calls, is } = world()
  const device = await made()
  assert.equal(device.state, 'off')
  await device.turnOn()
  assert.equal(device.state, 'on')
  assert.deepEqual(calls, [['key', undefined], ['on', { endpoint: 'https://push.example.com/BKey', p256dh: 'P256', auth: 'Auth', key: 'BKey' }]])
  await device.turnOff()
  assert.equal(device.state, 'off')
  assert.deepEqual(calls.at(-1), ['off', { endpoint: 'https://push.example.com/BKey' }])
  assert.equal(is.subscription, null)
})

test('each state has a name', async () => {
  assert.equal((await world({ permission: 'denied' }).made()).state, 'denied')
  assert.equal((await world({ permission: 'none' }).made()).state, 'none')
  assert.equal((await world({ hasPush: false }).made()).state, 'none')
  const { made } = world({ grants: false })
  const device = await made()
  await device.turnOn()
  assert.equal(device.state, 'denied')
})

test('a page says once that its device is still there, and takes up another key', async () => {
  const { made, calls, is } = world()
  await (await made()).turnOn()
  is.key = 'BNew'
  calls.length = 0
  const next = await made()
  await next.renew()
  assert.deepEqual(calls.map(([what]) => what), ['key', 'on'])
  assert.equal(calls[1][1].endpoint, 'https://push.example.com/BNew')
  assert.equal(next.state, 'on')
})

test('it is one person\'s: whoever comes next is not told in their place', async () => {
  const { made, is, calls } = world()
  await (await made()).turnOn()
  calls.length = 0
  is.id = 'u_bob'
  const next = await made()
  assert.equal(next.state, 'off')
  assert.equal(is.subscription, null)
  assert.deepEqual(calls, [])
})

test('a guest goes on under another id, and the node hears of it', async () => {
  const { made, is, calls, line } = world({ role: 'guest' })
  const device = await made()
  await device.turnOn()
  calls.length = 0
  is.id = 'g_next'
  line.dispatchEvent(new Event('state'))
  await new Promise(resolve => setTimeout(resolve, 10))
  assert.deepEqual(calls.map(([what]) => what), ['key', 'on'])
  assert.equal(device.state, 'on')
})

test('what the node refuses is not left half done', async () => {
  const { made, is } = world()
  const device = await made()
  is.refuse = 'openline.push.error.not_allowed'
  await assert.rejects(device.turnOn())
  assert.equal(is.subscription, null)
})

test('at the end nothing is left', async () => {
  const { made, is, kept, parts } = world()
  await (await made()).turnOn()
  await forget(parts)
  assert.equal(is.subscription, null)
  assert.equal(kept.get('push'), null)
})

test('bytes are written as the node writes them', () => {
  assert.equal(encoded(bytes('-_8')), '-_8')
  assert.equal(encoded(null), '')
})
