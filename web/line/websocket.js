// @ts-check
/** Carries WAMP messages over a WebSocket. */

/**
 * How a transport ended. A `code` from 3000 on is the node's own; from 3500 on it will do the same again.
 * @typedef {{ code: number, reason: string, retryAfter?: number }} End
 */
/**
 * What an AutobahnJS session needs to carry its messages. It sets the three handlers.
 * @typedef {object} Transport
 * @property {() => void} onopen
 * @property {(message: any) => void} onmessage
 * @property {(end: End) => void} onclose  once
 * @property {(message: any) => void} send
 * @property {(code?: number, reason?: string) => void} close
 */

/** @param {string} url @returns {Transport} */
export function openWebSocket(url) {
  /** @type {Transport} */
  const transport = { onopen() {}, onmessage() {}, onclose() {}, send() {}, close() {} }
  /** @type {WebSocket} */ let socket
  try {
    socket = new WebSocket(url, ['wamp.2.json'])
  } catch (error) {
    queueMicrotask(() => transport.onclose({ code: 1006, reason: String(error) })) // a browser that forbids it, or has none
    return transport
  }
  socket.onopen = () => transport.onopen()
  socket.onmessage = ({ data }) => transport.onmessage(JSON.parse(data))
  socket.onclose = ({ code, reason }) => transport.onclose({ code, reason })
  transport.send = message => socket.send(JSON.stringify(message))
  transport.close = (code = 1000, reason) => socket.close(code, reason)
  return transport
}
