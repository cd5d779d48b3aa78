// @ts-check
// What this browser remembers. Storage may be switched off or full: then it remembers nothing, and all else works.

/** @param {Storage} storage */
const kept = storage => ({
  /** @param {string} name @returns {any} */
  get(name) {
    try {
      return JSON.parse(storage.getItem(`openline.${name}`) ?? 'null')
    } catch {
      return null
    }
  },
  /** @param {string} name @param {any} value  null forgets it */
  set(name, value) {
    try {
      if (value === null) storage.removeItem(`openline.${name}`)
      else storage.setItem(`openline.${name}`, JSON.stringify(value))
    } catch { /* nothing to be done about it, and nothing depends on it */ }
  },
})

/** @type {Storage} */
const none = { length: 0, clear() {}, getItem: () => null, key: () => null, removeItem() {}, setItem() {} }

/** @param {() => Storage} open */
const allowed = open => {
  try {
    return open()
  } catch {
    return none
  }
}

/** Kept until it is cleared. */
export const local = kept(allowed(() => localStorage))
/** Kept while this tab is open. */
export const tab = kept(allowed(() => sessionStorage))
