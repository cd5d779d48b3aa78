// @ts-check
// What this browser remembers. Where its storage is switched off or full, this page does, for as long as it is open.

/** @param {() => Storage} open */
const kept = open => {
  /** @type {Map<string, string | null>} what storage would not take */ const here = new Map()
  return {
    /** @param {string} name @returns {any} */
    get(name) {
      try {
        return JSON.parse(here.get(name) ?? open().getItem(`openline.${name}`) ?? 'null')
      } catch {
        return null
      }
    },
    /** @param {string} name @param {any} value  null forgets it */
    set(name, value) {
      here.delete(name)
      try {
        if (value === null) open().removeItem(`openline.${name}`)
        else open().setItem(`openline.${name}`, JSON.stringify(value))
      } catch {
        here.set(name, JSON.stringify(value))
      }
    },
  }
}

/** Kept until it is cleared. */
export const local = kept(() => localStorage)
/** Kept while this tab is open. */
export const tab = kept(() => sessionStorage)
