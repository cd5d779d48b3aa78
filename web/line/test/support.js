// A clock that tests move, and a node in memory that tests can make fail in every way a real one does.

import { LineError } from '../errors.js'
import { Line } from '../line.js'
import { MemoryStorage } from '../storage.js'

const turn = () => new Promise(resolve => setImmediate(resolve))

/** Lets everything run that does not wait for time. */
export async function settle() {
  for (let turns = 0; turns < 10; turns++) await turn()
}

export class FakeClock {
  time = 1_795_000_000_000
  chance = 0.5
  #timers = new Set()

  now = () => this.time
  random = () => this.chance
  after = (ms, act) => {
    const timer = { at: this.time + ms, act }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** how many timers are set */
  get waiting() {
    return this.#timers.size
  }

  async advance(ms) {
    const until = this.time + ms
    for (;;) {
      await settle()
      const timer = this.#next(until)
      if (!timer) break
      this.#timers.delete(timer)
      this.time = Math.max(this.time, timer.at)
      timer.act()
    }
    this.time = until
    await settle()
  }

  #next(until) {
    const due = [...this.#timers].filter(timer => timer.at <= until)
    return due.reduce((first, timer) => (!first || timer.at < first.at ? timer : first), null)
  }
}

class Log {
  events = []
  oldest = 1
  keys = new Map()

  constructor(stream, epoch) {
    this.stream = stream
    this.epoch = epoch
  }

  get head() {
    return this.events.length
  }

  append(data, key = null) {
    const offset = this.events.length + 1
    const by = { id: 'u_1', name: 'Ada' }
    const event = { stream: this.stream, epoch: this.epoch, offset, time: offset, by, key, type: 'said', data }
    this.events.push(event)
    return event
  }

  read({ after = 0, before = Infinity, limit = 100, reverse = false }, mostInPage) {
    const kept = this.events.filter(({ offset }) => offset >= this.oldest && offset > after && offset < before)
    if (reverse) kept.reverse()
    return {
      epoch: this.head ? this.epoch : '',
      head: this.head,
      oldest: this.oldest,
      events: structuredClone(kept.slice(0, Math.min(limit, mostInPage))),
    }
  }
}

export class FakeNode {
  /** every call that arrived: { uri, kwargs, id } */ calls = []
  /** what sign-in answers: null takes everybody, a LineError refuses, 'silent' never answers */ door = null
  /** the tokens that are refused */ refusedTokens = new Set()
  /** takes calls, and answers nothing */ silent = false
  /** what does not get through, and how: 'refused' or 'silent' @type {Record<string, string>} */ blocked = {}
  /** whether ordinary requests get through */ reachable = false
  /** the connections that were tried: { rung, url, at } */ tries = []
  /** how an event gets to a subscriber */ deliver = (event, send) => send(event)
  /** how a finished call gets back to the caller */ answer = (call, send) => send()
  /** how long a call is under way, in ms; null for no time at all */ latency = null
  /** how long everything takes to a client, in ms, without changing places; null for no time at all */ lag = null
  publications = 0
  mostInPage = 300
  epochs = 0
  logs = new Map()
  connections = new Set()
  procedures = {
    'openline.router.ping': () => ({}),
    'openline.stream.read': kwargs => this.log(kwargs.stream).read(kwargs, this.mostInPage),
    'openline.room.post': ({ room, text, key }) => this.append(`openline.room.${room}`, { text }, key),
  }

  constructor(clock) {
    this.clock = clock
  }

  log(stream) {
    if (!this.logs.has(stream)) this.logs.set(stream, new Log(stream, `e${++this.epochs}`))
    return this.logs.get(stream)
  }

  /** Commits, then publishes, once for each key. */
  append(stream, data, key = null) {
    const log = this.log(stream)
    const known = log.keys.get(key)
    if (key !== null && known) return { ...known, duplicate: true }
    const event = log.append(data, key)
    if (key !== null) log.keys.set(key, { epoch: event.epoch, offset: event.offset })
    this.publish(stream, event)
    return { epoch: event.epoch, offset: event.offset, duplicate: false }
  }

  publish(topic, event, author = null) {
    const details = { topic, publication: ++this.publications }
    for (const connection of this.connections) if (connection !== author) connection.event(structuredClone(event), details)
  }

  /** Loses a log; the next event begins another one. */
  reset(stream) {
    this.logs.delete(stream)
  }

  /** Ends every connection. */
  cut(error = new LineError('client.connection_lost')) {
    for (const connection of [...this.connections]) connection.die(error)
  }

  called(uri) {
    return this.calls.filter(call => call.uri === uri)
  }

  connect = target => {
    const connection = new FakeConnection(this, target)
    this.tries.push({ rung: target.rung, url: target.url, at: this.clock.now() })
    setImmediate(() => connection.open())
    return connection
  }
}

class FakeConnection {
  subscriptions = new Map()
  #over = false
  #waiting = new Set()
  #finishing = []
  #changing = new Set()

  constructor(node, target) {
    this.node = node
    this.target = target
  }

  open() {
    const { node, target } = this
    if (node.blocked[target.rung] === 'refused') return this.die(new LineError('client.connection_lost'))
    if (node.blocked[target.rung] === 'silent') return
    const refused = node.refusedTokens.has(target.token) ? new LineError('wamp.error.not_authorized', 'expired') : node.door
    if (this.#over || refused === 'silent') return
    if (refused) return this.die(refused)
    node.connections.add(this)
    this.since = node.clock.now()
    target.onOpen({ id: target.id, role: 'guest' })
  }

  die(error) {
    if (this.#over) return
    this.close()
    this.target.onClose(error)
  }

  close() {
    this.#over = true
    this.node.connections.delete(this)
    for (const reject of [...this.#waiting]) reject(new LineError('client.connection_lost'))
    this.#settled()
  }

  finish() {
    return new Promise(resolve => {
      this.#finishing.push(resolve)
      this.#settled()
    })
  }

  #settled() {
    if (this.#over || !this.#waiting.size) for (const resolve of this.#finishing.splice(0)) resolve()
  }

  call(uri, kwargs, onProgress) {
    const { node } = this
    const call = { uri, kwargs, id: this.target.id, connection: this, canceled: false, onProgress }
    const answer = this.#request(async () => {
      node.calls.push(call)
      if (node.latency) await new Promise(resolve => node.clock.after(node.latency(call), resolve))
      if (node.silent || this.#over) await new Promise(() => {})
      const procedure = node.procedures[uri]
      if (!procedure) throw new LineError('wamp.error.no_such_procedure')
      const reply = await procedure(kwargs, call)
      return new Promise(resolve => node.answer(call, () => resolve(reply)))
    })
    return { answer, cancel: () => { call.canceled = true } }
  }

  publish(topic, kwargs) {
    return { answer: this.#request(async () => this.node.publish(topic, kwargs, this)), cancel() {} }
  }

  // As with AutobahnJS, a SUBSCRIBE while the topic's UNSUBSCRIBE is under way gives a subscription without events, and
  // nothing is heard from the moment of an UNSUBSCRIBE.
  async subscribe(topic, onEvent, onRevoked) {
    const subscription = { onEvent, onRevoked, heard: true }
    await this.#change(topic, dead => {
      const refusal = this.node.refuseTopic?.(topic)
      if (refusal) throw refusal
      if (dead) subscription.heard = false
      this.subscriptions.set(topic, subscription)
    })
    return () => {
      subscription.heard = false
      return this.#change(topic, () => this.subscriptions.delete(topic))
    }
  }

  async #change(topic, change) {
    const dead = this.#changing.has(topic)
    this.#changing.add(topic)
    try {
      await this.#request(() => turn().then(() => change(dead)))
    } finally {
      this.#changing.delete(topic)
    }
  }

  revoke(topic) {
    const subscription = this.subscriptions.get(topic)
    this.subscriptions.delete(topic)
    this.#arrive(() => {
      subscription.heard = false
      subscription.onRevoked()
    })
  }

  event(event, details) {
    const subscription = this.subscriptions.get(details.topic)
    if (!subscription) return
    this.node.deliver(event, sent => this.#arrive(() => {
      if (this.#over || !subscription.heard) return
      this.target.onHeard()
      subscription.onEvent(sent, details)
    }))
  }

  #arrive(act) {
    const { clock, lag } = this.node
    if (lag) clock.after(lag(this), act)
    else act()
  }

  #request(run) {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new LineError('client.connection_lost'))
      this.#waiting.add(reject)
      const settled = act => value => this.#arrive(() => {
        this.#waiting.delete(reject)
        if (!this.#over) this.target.onHeard()
        act(value)
        this.#settled()
      })
      Promise.resolve().then(run).then(settled(resolve), settled(reject))
    })
  }
}

/** A clock, a node, and what makes lines to it; `wake()` is the browser coming back. */
export function world() {
  const clock = new FakeClock()
  const node = new FakeNode(clock)
  const wakers = new Set()
  const storage = new MemoryStorage()
  const wakeParts = onWake => {
    wakers.add(onWake)
    return () => wakers.delete(onWake)
  }
  const memory = { kept: null, get: () => memory.kept, set: fall => { memory.kept = fall } }
  const reaches = async () => node.reachable
  const parts = { clock, connect: node.connect, wake: wakeParts, exclusively: (_, act) => act(), memory, reaches }
  const signIn = async () => ({ id: 'u_1', token: 't1', name: 'Ada', role: 'guest' })
  const makeLine = (options = {}, more = {}) =>
    new Line({ url: 'ws://test/ws', outbox: storage, signIn, ...options }, { ...parts, ...more })
  const openLine = async (options, more) => {
    const line = makeLine(options, more)
    line.open()
    await settle()
    return line
  }
  return { clock, node, storage, memory, parts, makeLine, openLine, wake: () => wakers.forEach(onWake => onWake()) }
}

/** Follows a stream and writes down what it is told. */
export function record(line, stream, options = {}) {
  const events = []
  const states = []
  const following = line.follow(stream, {
    onEvent: event => events.push(event),
    onState: state => states.push(state),
    ...options,
  })
  return {
    following,
    events,
    states,
    get offsets() { return events.map(({ offset }) => offset) },
    get breaks() { return states.filter(({ recovered }) => !recovered) },
    get last() { return states.at(-1) },
  }
}

/** A generator of numbers that a seed repeats (mulberry32). */
export function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
