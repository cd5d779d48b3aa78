// @ts-check
// Shortcuts that hold for the whole page.
import { useEffect } from 'preact/hooks'

export const command = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'

/** @param {EventTarget | null} target */
const typing = target => target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

/** @param {{switcher: () => void, help: () => void}} actions */
export const useShortcuts = actions => {
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing || event.altKey) return
      const wanted = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' ? actions.switcher
        : event.key === '?' && !event.ctrlKey && !event.metaKey && !typing(event.target) ? actions.help : null
      if (!wanted || document.querySelector('dialog[open]')) return
      event.preventDefault()
      wanted()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
}
