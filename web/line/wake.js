// @ts-check
/** Tells when the browser is back: online again, or looked at again. */

/** @param {() => void} onWake @returns {() => void} what stops it */
export function onWake(onWake) {
  const seen = () => { if (!document.hidden) onWake() }
  // `offline` too: the browser may be wrong about it, and an open connection can be asked.
  const events = ['online', 'offline']
  for (const name of events) addEventListener(name, onWake)
  document.addEventListener('visibilitychange', seen)
  return () => {
    for (const name of events) removeEventListener(name, onWake)
    document.removeEventListener('visibilitychange', seen)
  }
}
