// @ts-check
// A field for words that grows with them, and the keys that belong to it.
import { useLayoutEffect } from 'preact/hooks'

export const LONGEST = 5000
const TELL = 500

/** @param {import('preact').RefObject<HTMLTextAreaElement | null>} ref @param {string} text */
export const useGrowing = (ref, text) => {
  useLayoutEffect(() => {
    const field = ref.current
    if (!field) return
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  }, [text])
}

/** Whether a key means "done" rather than a new line, or a word of an input method. @param {KeyboardEvent} event */
export const isDone = event => event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229

// The node counts characters as people do; the length of a JavaScript string counts some of them twice.
/** @param {string} text */
export const lengthOf = text => text.length <= LONGEST - TELL ? text.length : [...text].length

/** What is left to say, once that is worth knowing. @param {string} text */
export const leftOf = text => {
  const left = LONGEST - lengthOf(text.trim())
  return left <= TELL ? left : null
}
