// Many people on the line without browsers: the pages' own client and state, driven by a test.
//
//   node crowd.mjs URL ROOM PEOPLE MESSAGES
//
// All of them come in, and {"ready": people} is printed. Then they say MESSAGES together, edit some, delete some, and
// react to some; {"said": count, "seconds"} is printed once all of it was taken. For each number that is read from the
// standard input, each says what they see of the room up to that offset: {"name", "first", "head", "digest"}. Ends when
// the standard input does.
import { createInterface } from 'node:readline'
import { Line } from '../../web/line/line.js'
import { MemoryStorage } from '../../web/line/storage.js'
import { digest } from '../../web/room/digest.js'
import { KEPT, newestOf } from '../../web/room/span.js'
import { EMPTY, fold } from '../../web/room/state.js'

const [url, room, people, messages] = process.argv.slice(2)
const say = it => process.stdout.write(JSON.stringify(it) + '\n')
const parts = { wake: () => () => {}, exclusively: (_, act) => act() }

class Somebody {
  state = EMPTY
  waiting = []
  given = null

  constructor(name) {
    this.name = name
    this.line = new Line({ url: url.replace('http', 'ws') + '/ws', signIn: why => this.signIn(why), outbox: new MemoryStorage() }, parts)
  }

  async signIn({ refused } = {}) {
    if (this.given && !refused) return this.given
    const answer = await fetch(`${url}/auth/guest`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: this.name }),
    })
    return this.given = await answer.json()
  }

  async come() {
    this.line.open()
    await this.line.online()
    await this.line.call('openline.room.join', { room })
    await new Promise(live => this.line.follow(`openline.room.${room}`, {
      last: 50,
      onEvent: event => this.hear(event),
      onState: ({ state }) => state === 'live' && live(),
    }))
  }

  // As the page does: bursts are folded at once, and what is far from the end is let go.
  hear(event) {
    if (this.waiting.push(event) === 1) setTimeout(() => this.fold(), 16)
  }

  fold() {
    const now = fold(this.state, this.waiting)
    this.waiting = []
    this.state = now.entries.length > 2 * KEPT ? newestOf(now) : now
  }

  send(what, more) { return this.line.send(`openline.room.${what}`, { room, ...more }) }

  async talk(count, number) {
    for (let at = 0; at < count; at++) {
      const { offset: message } = await this.send('post', { text: `${this.name} says ${at}: **words** and \`code\` for number ${number}` })
      if (at % 10 === 3) await this.send('edit', { message, text: `${this.name} corrects ${at}` })
      if (at % 25 === 7) await this.send('delete', { message })
      const last = this.state.entries.findLast(entry => entry.kind === 'message' && !entry.deleted && entry.by.name !== this.name)
      if (at % 20 === 5 && last) await this.send('react', { message: last.id, emoji: '👍' }).catch(() => {})
    }
  }

  async tell(offset) {
    while (this.state.head < offset) await new Promise(done => setTimeout(done, 50))
    const { first, head } = this.state
    say({ name: this.name, first, head, digest: await digest(this.state, first) })
  }
}

const crowd = Array.from({ length: Number(people) }, (_, number) => new Somebody(`Person ${number}`))
for (const one of crowd) await one.come()
say({ ready: crowd.length })
const lines = createInterface({ input: process.stdin })
lines.on('line', offset => { if (Number(offset)) for (const one of crowd) void one.tell(Number(offset)) })
lines.on('close', () => process.exit(0))
const start = performance.now()
await Promise.all(crowd.map((one, number) => one.talk(Math.ceil(Number(messages) / crowd.length), number)))
say({ said: Number(messages), seconds: (performance.now() - start) / 1000 })
