// Wampy.js, by its author's own means.
import { CborSerializer } from 'wampy/CborSerializer.js'
import { JsonSerializer } from 'wampy/JsonSerializer.js'
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js'
import { Wampy } from 'wampy'
import WebSocket from 'ws'
import { TOPIC, authid, entry, say, serializer, ticket, url, words } from './report.mjs'

const SERIALIZERS = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer }

const client = new Wampy(url, {
  realm: 'openline',
  ws: WebSocket,
  serializer: new SERIALIZERS[serializer](),
  authid,
  authmethods: ['ticket'],
  onChallenge: () => ticket,
  autoReconnect: false,
})

const welcome = await client.connect()
say({ joined: { authid: welcome.authid, authrole: welcome.authrole } })

let leave
const left = new Promise(resolve => { leave = resolve })
const hear = ({ argsDict, details }) => {
  say({ heard: argsDict, by: details.publisher_authid })
  if (argsDict.end) leave()
}
// Left out, Wampy.js sends these as `undefined` in MessagePack and CBOR, which is no WAMP value and is refused. With
// them, it does not find its subscription again to end it.
const options = serializer === 'json' ? undefined : { match: 'exact', get_retained: false }
const { subscriptionId } = await client.subscribe(TOPIC, hear, options)
await client.publish(TOPIC, words('wampy'))
const answer = await client.call('openline.stream.publish', entry)
say({ answered: answer.argsList[0] })
await client.call('wamp.session.list').catch(error => say({ refused: error.error ?? error.errorUri }))
say({ ready: true })
await left
if (!options) await client.unsubscribe(subscriptionId)
await client.disconnect()
say({ left: true })
process.exit(0)
