// Somebody on the line, without a browser: the pages' own client, driven by a test.
//
//   node driver.mjs URL NAME ROOM follow|write
//
// Follows the room from its first event on and prints a line of JSON for each: {"shown": offset, "key", "epoch"}, and
// {"state", "recovered"} for each change. With `write` it also posts 50 messages a second, and prints {"sent": key} and
// {"acked": key, "offset"} or {"refused": key, "error"}. Ends when its standard input closes; a writer first sees all of
// its messages answered.
import { Line } from '../../web/line/line.js'
import { newKey } from '../../web/line/key.js'
import { MemoryStorage } from '../../web/line/storage.js'

const [url, name, room, what] = process.argv.slice(2)
const say = it => process.stdout.write(JSON.stringify(it) + '\n')
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

let given = null
const signIn = async ({ refused } = {}) => {
  if (!given || refused) {
    const answer = await fetch(`${url}/auth/guest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    given = await answer.json()
  }
  return given
}

const parts = { wake: () => () => {}, exclusively: (_, act) => act() }
const line = new Line({ url: url.replace('http', 'ws') + '/ws', signIn, outbox: new MemoryStorage() }, parts)
line.open()

for (let joined = false; !joined; ) {
  joined = await line.call('openline.room.join', { room }).then(() => true, () => pause(100))
}
line.follow(`openline.room.${room}`, {
  after: 0,
  onEvent: ({ offset, key, epoch }) => say({ shown: offset, key, epoch }),
  onState: ({ state, recovered }) => say({ state, recovered }),
})

let writing = what === 'write'
process.stdin.on('end', async () => {
  writing = false
  while (line.outbox.list().length) await pause(20)
  process.exit(0)
})
process.stdin.resume()

for (let number = 0; writing; number++) {
  const key = newKey()
  say({ sent: key })
  line.send('openline.room.post', { room, text: `message ${number}`, key }).then(
    ({ offset }) => say({ acked: key, offset }),
    error => say({ refused: key, error: error.uri }),
  )
  await pause(20)
}
