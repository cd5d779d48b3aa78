// AutobahnJS, the version that pages get, with the serializers that pages leave out.
import { createRequire } from 'node:module'
import WebSocket from 'ws'
import { TOPIC, authid, entry, say, serializer, ticket, url, words } from './report.mjs'

globalThis.WebSocket ??= WebSocket // Node.js has one of its own from version 22 on.
const autobahn = createRequire(new URL('../../web/package.json', import.meta.url))('autobahn')

const { JSONSerializer, MsgpackSerializer, CBORSerializer } = autobahn.serializer
const SERIALIZERS = { json: JSONSerializer, msgpack: MsgpackSerializer, cbor: CBORSerializer }

const connection = new autobahn.Connection({
  url,
  realm: 'openline',
  serializers: [new SERIALIZERS[serializer]()],
  authid,
  authmethods: ['ticket'],
  onchallenge: () => ticket,
  max_retries: 0,
})

connection.onopen = async (session, details) => {
  say({ joined: { authid: details.authid, authrole: details.authrole } })
  const subscription = await session.subscribe(TOPIC, async (_, kwargs, { publisher_authid }) => {
    say({ heard: kwargs, by: publisher_authid })
    if (kwargs.end) {
      await session.unsubscribe(subscription)
      connection.close()
    }
  })
  await session.publish(TOPIC, [], words('autobahn'), { acknowledge: true })
  say({ answered: await session.call('openline.stream.publish', [], entry) })
  await session.call('wamp.session.list').catch(error => say({ refused: error.error }))
  say({ ready: true })
}
connection.onclose = reason => {
  say(reason === 'closed' ? { left: true } : { failed: reason })
  process.exit(reason === 'closed' ? 0 : 1)
}
connection.open()
