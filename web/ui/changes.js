// @ts-check
// Draw again when something says that it has changed.
import { useEffect, useReducer } from 'preact/hooks'

/** @param {EventTarget | null | undefined} target @param {string} [type] */
export const useChanges = (target, type = 'change') => {
  const [, draw] = useReducer((/** @type {number} */ count, /** @type {void} */ _) => count + 1, 0)
  useEffect(() => {
    if (!target) return undefined
    const changed = () => draw()
    target.addEventListener(type, changed)
    draw()   // it may have changed before anybody listened
    return () => target.removeEventListener(type, changed)
  }, [target, type])
}
