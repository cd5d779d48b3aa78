// @ts-check
/** What can go wrong on the line, by name. */

/** A failed request: `uri` for programs, `message` for people, `fields` with what else the node said. */
export class LineError extends Error {
  /** @param {string} uri @param {string} [message] @param {Record<string, unknown>} [fields] */
  constructor(uri, message = uri, fields = {}) {
    super(message)
    this.name = 'LineError'
    this.uri = uri
    this.fields = fields
  }
}

// What the router says of these is for those who run it.
const SENTENCES = new Map([
  ['wamp.error.not_authorized', 'You may not do this.'],
  ['wamp.error.authorization_failed', 'It could not be found out whether you may do this.'],
  ['wamp.error.no_such_procedure', 'Nobody answers this right now.'],
  ['wamp.error.canceled', 'This was interrupted before it was done.'],
])

/**
 * An error as it came over the wire: a component's has its sentence in `kwargs`, the router's has one in `args`.
 * @param {string} uri @param {any[]} [args] @param {Record<string, any>} [kwargs]
 */
export function fromWire(uri, args = [], kwargs = {}) {
  const { message, ...fields } = kwargs
  if (typeof message === 'string') return new LineError(uri, message, fields)
  const detail = typeof args[0] === 'string' ? args[0] : uri
  return new LineError(uri, SENTENCES.get(uri) ?? detail, { ...fields, detail })
}

const IDENTITY = new Set([
  'wamp.error.not_authorized',
  'wamp.error.authentication_failed',
  'wamp.error.authentication_denied',
  'wamp.error.no_auth_method',
  'openline.error.signed_out',
])

// What a call meets while a component is starting, stopping or out of breath.
const PASSING = new Set([
  'openline.error.unavailable',
  'openline.error.too_fast',
  'openline.room.error.too_fast',
  'wamp.error.no_such_procedure',
  'wamp.error.no_eligible_callee',
  'wamp.error.authorization_failed',
  'wamp.error.canceled',
  'wamp.error.timeout',
  'wamp.error.unavailable',
  'wamp.error.network_failure',
  'wamp.close.goodbye_and_out',
])

const LOCAL = new Set([
  'client.offline', 'client.connection_lost', 'client.timeout', 'client.unreachable', 'client.blocked', 'client.error',
])

const CRASHES = new Set(['openline.error.internal', 'wamp.error.runtime_error'])

/** When the connection was refused for this reason, knocking again with the same token does not help. */
export const isIdentityRefused = (/** @type {LineError} */ error) => IDENTITY.has(error.uri)

/** It may well work in a moment, and nothing was said about the request itself. */
export const isPassing = (/** @type {LineError} */ error) => PASSING.has(error.uri) || LOCAL.has(error.uri)

/** The other side broke over it: worth a few more tries, not endless ones. */
export const isCrash = (/** @type {LineError} */ error) => CRASHES.has(error.uri)

/** The request was understood and refused: the same request will be refused again. */
export const isFinal = (/** @type {LineError} */ error) => !isPassing(error) && !isCrash(error)

/** A connection ended, or did not open, without a word of the node. */
export const isUnreached = (/** @type {LineError} */ error) =>
  error.uri === 'client.timeout' || (error.uri === 'client.connection_lost' && error.fields.code === undefined)

/** There is no connection to ask over. */
export const isOffline = (/** @type {LineError} */ error) =>
  error.uri === 'client.offline' || error.uri === 'client.connection_lost'

/**
 * Makes a `LineError` of whatever was thrown. An error that names no `uri` may have any cause: it becomes
 * `client.error`, which counts as passing.
 * @param {any} thrown @returns {LineError}
 */
export function toLineError(thrown) {
  if (thrown instanceof LineError) return thrown
  const uri = typeof thrown?.uri === 'string' ? thrown.uri : 'client.error'
  const error = new LineError(uri, thrown instanceof Error ? thrown.message : String(thrown))
  error.cause = thrown
  return error
}

/** Shows an error to the page's developer without stopping anything. @param {unknown} error */
export function report(error) {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
