// @ts-check
// Works for the page while there is no page, or no network: shows what is pushed, and has the page's files at hand.
//
// What comes from the network is always preferred, so that nobody is left with an old page. The files here are all of one
// version: this script is another one when any of them is, and a browser that takes it up keeps all of them anew before it
// lets go of those from before. Only these files are ever answered for; whatever else is asked goes to the network as it is.

/** The page's files, and one word for all of them as they are. Put in by the site (router/http/shell.py). */
const SHELL = { version: '', files: [] }

/** @typedef {{room?: string, offset?: number, title?: string, body?: string, at?: number, unread?: number, rooms?: string[] | null}} Told */
/** @typedef {{room?: string, offset?: number}} Place */

const worker = /** @type {any} */ (self)
const NAME = 'openline '
const CACHE = NAME + SHELL.version
/** Milliseconds that the network has to begin with an answer, where there is one here. */
const PATIENCE = 4000
const NAMES = new Set(SHELL.files.map((/** @type {string} */ file) => file.replace(/\?.*/, '')))
/** @type {Set<string>} pages that were opened from here: they get all of their parts from here */
const fromHere = new Set()

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()))
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(begin()))

const keepAll = async () => {
  const cache = await caches.open(CACHE)
  await cache.addAll(SHELL.files.map(file => new Request(new URL(file, worker.registration.scope), { cache: 'no-cache' })))
  await worker.skipWaiting()
}

const begin = async () => {
  const others = (await caches.keys()).filter(name => name.startsWith(NAME) && name !== CACHE)
  await Promise.all(others.map(name => caches.delete(name)))
  await worker.clients.claim()
}

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event
  if (request.method !== 'GET' || !isOurs(request)) return
  event.respondWith(request.mode === 'navigate' ? page(event) : part(event))
})

/** @param {Request} request */
const isOurs = ({ url, mode }) => {
  const { scope } = worker.registration, [address] = url.split(/[?#]/)
  if (!address.startsWith(scope)) return false
  const name = address.slice(scope.length) || 'index.html'
  return mode === 'navigate' ? name === 'index.html' : NAMES.has(name)
}

/** @param {any} event */
const page = async ({ request, resultingClientId }) => {
  const answer = await soon(request)
  if (answer && answer.status < 500) return answer
  const kept = await find('index.html')
  if (kept && resultingClientId) fromHere.add(resultingClientId)
  return kept ?? answer ?? Response.error()
}

/** @param {any} event */
const part = async ({ request, clientId }) => {
  const kept = () => find(request)
  if (fromHere.has(clientId)) return await kept() ?? fetch(request)
  const answer = await soon(request)
  return answer && answer.status < 500 ? answer : await kept() ?? answer ?? Response.error()
}

/** @param {Request | string} what */
const find = async what => {
  const request = typeof what === 'string' ? new URL(what, worker.registration.scope).href : what
  return (await caches.open(CACHE)).match(request, { ignoreSearch: true })
}

/** What the network answers, if it does. @param {Request} request @returns {Promise<Response | null>} */
const soon = request => new Promise(resolve => {
  const timer = setTimeout(() => resolve(null), PATIENCE)
  fetch(request).then(resolve, () => resolve(null)).finally(() => clearTimeout(timer))
})

worker.addEventListener('push', (/** @type {any} */ event) => event.waitUntil(tell(read(event.data))))
worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close()
  event.waitUntil(goTo(event.notification.data ?? {}))
})

/** @param {any} data @returns {Told} */
const read = data => {
  try {
    return data.json() ?? {}
  } catch {
    return {}
  }
}

/** Show what was pushed. Browsers ask for that each time, so nothing is pushed only to take something away. @param {Told} told */
const tell = async ({ room = '', offset = 0, title = 'Openline', body = 'Something new was said.', at, unread, rooms }) => {
  const { registration } = worker
  /** @type {any[]} */ const shown = await registration.getNotifications()
  // What was read on another device meanwhile.
  if (rooms) for (const one of shown) if (one.data?.room && !rooms.includes(one.data.room)) one.close()
  if (unread !== undefined) await badge(unread)
  if (room && await isSeen()) return // A page that somebody looks at tells by itself.
  const tag = `openline ${room}`, isKnown = shown.some(one => one.tag === tag && one.data?.offset >= offset)
  await registration.showNotification(title, {
    body, tag, data: { room, offset }, icon: 'icons/icon-192.png', badge: 'icons/badge-96.png',
    timestamp: at ? at * 1000 : Date.now(), renotify: !isKnown, silent: isKnown,
  })
}

/** @returns {Promise<any[]>} the pages that are open */
const pages = async () => {
  const all = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  return all.filter((/** @type {any} */ one) => isOurs(/** @type {any} */ ({ url: one.url, mode: 'navigate' })))
}

const isSeen = async () => (await pages()).some(one => one.visibilityState === 'visible')

/** @param {number} count */
const badge = async count => {
  try {
    await (count ? worker.navigator.setAppBadge(count) : worker.navigator.clearAppBadge())
  } catch { /* the page is not installed, or this browser has none */ }
}

/** Go to a message: on a page that is open, the one looked at last, or on a new one. @param {Place} place */
const goTo = async ({ room, offset }) => {
  const [first] = await pages()
  if (first) {
    first.postMessage({ open: { room, offset } })
    return first.focus().catch(() => { /* a browser lets only a press bring a window to the front */ })
  }
  return worker.clients.openWindow(worker.registration.scope + (room ? `#/room/${room}/${offset}` : ''))
}
