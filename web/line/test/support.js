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
  /** how an event gets to a subscriber */ deliver = (event, send) => send(event)
  /** how a finished call gets back to the caller */ answer = (call, send) => send()
  /** how long a call is under way, in ms; null for no time at all */ latency = null
  mostInPage = 300
  epochs = 0
  logs = new Map()
  connections = new Set()
  procedures = {
    'openline.stream.heads': () => ({ heads: {} }),
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

  publish(topic, event) {
    for (const connection of this.connections) connection.event(topic, structuredClone(event))
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
    setImmediate(() => connection.open())
    return connection
  }
}

class FakeConnection {
  subscriptions = new Map()
  #over = false
  #waiting = new Set()
  #changing = new Set()

  constructor(node, target) {
    this.node = node
    this.target = target
  }

  open() {
    const { node, target } = this
    const refused = node.refusedTokens.has(target.token) ? new LineError('wamp.error.not_authorized', 'expired') : node.door
    if (this.#over || refused === 'silent') return
    if (refused) return this.die(refused)
    node.connections.add(this)
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
  }

  call(uri, kwargs, onProgress) {
    const { node } = this
    const call = { uri, kwargs, id: this.target.id, connection: this, canceled: false, onProgress }
    const answer = this.#request(async () => {
      node.calls.push(call)
      if (node.latency) await new Promise(resolve => node.clock.after(node.latency(), resolve))
      if (node.silent || this.#over) await new Promise(() => {})
      const procedure = node.procedures[uri]
      if (!procedure) throw new LineError('wamp.error.no_such_procedure')
      const reply = await procedure(kwargs, call)
      return new Promise(resolve => node.answer(call, () => resolve(reply)))
    })
    return { answer, cancel: () => { call.canceled = true } }
  }

  publish(topic, kwargs) {
    return { answer: this.#request(async () => this.node.publish(topic, kwargs)), cancel() {} }
  }

  // As with AutobahnJS, a SUBSCRIBE while the topic's UNSUBSCRIBE is under way gives a subscription without events.
  async subscribe(topic, onEvent, onRevoked) {
    await this.#change(topic, dead => {
      const refusal = this.node.refuseTopic?.(topic)
      if (refusal) throw refusal
      this.subscriptions.set(topic, { onEvent: dead ? () => {} : onEvent, onRevoked })
    })
    return () => this.#change(topic, () => this.subscriptions.delete(topic))
  }

  async #change(topic, change) {
    const dead = this.#changing.has(topic)
    this.#changing.add(topic)
    try {
      await this.#request(turn)
    } finally {
      this.#changing.delete(topic)
    }
    change(dead)
  }

  revoke(topic) {
    const { onRevoked } = this.subscriptions.get(topic)
    this.subscriptions.delete(topic)
    onRevoked()
  }

  event(topic, event) {
    this.node.deliver(event, sent => {
      if (this.#over || !this.subscriptions.has(topic)) return
      this.target.onHeard()
      this.subscriptions.get(topic).onEvent(sent, { topic, publication: 1 })
    })
  }

  #request(run) {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new LineError('client.connection_lost'))
      this.#waiting.add(reject)
      const settled = act => value => {
        this.#waiting.delete(reject)
        if (!this.#over) this.target.onHeard()
        act(value)
      }
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
  const parts = { clock, connect: node.connect, wake: wakeParts, exclusively: (_, act) => act() }
  const signIn = async () => ({ id: 'u_1', token: 't1', name: 'Ada', role: 'guest' })
  const makeLine = (options = {}, more = {}) =>
    new Line({ url: 'ws://test/ws', outbox: storage, signIn, ...options }, { ...parts, ...more })
  const openLine = async (options, more) => {
    const line = makeLine(options, more)
    line.open()
    await settle()
    return line
  }
  return { clock, node, storage, parts, makeLine, openLine, wake: () => wakers.forEach(onWake => onWake()) }
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
