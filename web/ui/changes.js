// @ts-check
// Draw again when something says that it has changed: once a frame at most, however often it does.
import { useEffect, useReducer } from 'preact/hooks'

const HIDDEN = 100 // ms, where no frames are drawn

/** Run at the next frame, or soon if there is none. @param {() => void} run @returns {() => void} to take it back */
const atFrame = run => {
  const act = () => {
    cancel()
    run()
  }
  const frame = requestAnimationFrame(act), timer = setTimeout(act, HIDDEN)
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  return cancel
}

/** @param {EventTarget | null | undefined} target @param {string} [type] @param {number} [every]  ms between two times, at least */
export const useChanges = (target, type = 'change', every = 0) => {
  const [, draw] = useReducer((/** @type {number} */ count, /** @type {void} */ _) => count + 1, 0)
  useEffect(() => {
    if (!target) return undefined
    let waits = false, drawn = -Infinity, cancel = () => {}
    const now = () => {
      waits = false
      drawn = performance.now()
      draw()
    }
    const changed = () => {
      if (waits) return
      waits = true
      const wait = drawn + every - performance.now()
      if (wait <= 0) cancel = atFrame(now)
      else {
        const timer = setTimeout(() => { cancel = atFrame(now) }, wait)
        cancel = () => clearTimeout(timer)
      }
    }
    target.addEventListener(type, changed)
    draw()   // it may have changed before anybody listened
    return () => {
      target.removeEventListener(type, changed)
      cancel()
    }
  }, [target, type])
}
