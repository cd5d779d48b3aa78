// AutobahnJS as npm has it, by long-poll and nothing else, driven by a test.
//
//   node longpoll.mjs URL ID TICKET talk|idle|shout COUNT
//
// Prints a line of JSON for all that happens, and for each request that was refused. `talk`: follows app.demo.longpoll,
// adds COUNT entries to it, and leaves when it has heard them all; `idle`: says nothing until COUNT polls were answered,
// then calls something and leaves; `shout`: sends a message of COUNT characters.
import { createRequire } from 'node:module'

const STREAM = 'app.demo.longpoll'
const [url, authid, ticket, what, count] = process.argv.slice(2)
const say = it => process.stdout.write(JSON.stringify(it) + '\n')
let polled = () => {}

// What AutobahnJS needs of a browser's XMLHttpRequest.
globalThis.XMLHttpRequest = class {
  readyState = 0
  open(method, url) {
    Object.assign(this, { method, url, headers: {} })
  }
  setRequestHeader(name, value) {
    this.headers[name] = value
  }
  async send(body = null) {
    try {
      const { method, headers, timeout } = this
      const answer = await fetch(this.url, { method, headers, body, signal: AbortSignal.timeout(timeout) })
      this.responseText = await answer.text()
      this.status = answer.status
      this.statusText = answer.statusText
    } catch (error) {
      if (error.name === 'TimeoutError') return this.ontimeout()
      this.status = 0
      this.statusText = ''
    }
    if (this.status !== 200 && this.status !== 204) say({ status: this.status, phrase: this.statusText })
    this.readyState = 4
    this.onreadystatechange()
    if (this.url.endsWith('/receive')) polled(this.status)
  }
}

const autobahn = createRequire(new URL('../../web/package.json', import.meta.url))('autobahn')
autobahn.log.warn = () => {}

const connection = new autobahn.Connection({
  transports: [{ type: 'longpoll', url: `${url}/lp` }],
  realm: 'openline',
  authid,
  authmethods: ['ticket'],
  onchallenge: () => ticket,
  max_retries: 0,
})

const plans = {
  async talk(session) {
    await session.subscribe(STREAM, (_, event) => {
      say({ heard: event.data.number, offset: event.offset })
      if (event.data.number === Number(count)) connection.close()
    })
    for (let number = 1; number <= Number(count); number++) {
      const { offset } = await session.call('openline.stream.publish', [], { stream: STREAM, type: 'said', data: { number } })
      say({ added: number, offset })
    }
  },
  async idle(session) {
    const statuses = []
    await new Promise(resolve => {
      polled = status => statuses.push(status) === Number(count) && resolve()
    })
    say({ polls: statuses })
    say({ heads: await session.call('openline.stream.heads', [], { streams: [STREAM] }) })
    connection.close()
  },
  async shout(session) {
    session.publish(STREAM, [], { words: 'x'.repeat(Number(count)) })
  },
}

connection.onopen = async (session, { authid, authrole }) => {
  say({ joined: authid, role: authrole })
  await plans[what](session).catch(error => say({ refused: error.error ?? String(error), words: error.kwargs }))
}
connection.onclose = (reason, details) => {
  say({ closed: reason, why: details.reason ?? null })
  process.exit()
}
connection.open()
