// @ts-check
/** Makes the keys by which the node knows a write that it has seen before. */

/** A key that nobody else makes. Not `randomUUID`: pages on a plain http:// address do not have it. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
