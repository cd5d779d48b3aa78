// @ts-check
// Shortcuts that hold for the whole page.
import { useEffect } from 'preact/hooks'

export const command = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'

/** @param {EventTarget | null} target */
const typing = target => target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

/** @param {{switcher: () => void, help: () => void, search: () => void, readAll: () => void}} actions */
export const useShortcuts = actions => {
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing || event.altKey) return
      const key = event.key.toLowerCase(), held = event.ctrlKey || event.metaKey
      const wanted = held ? { k: actions.switcher, f: event.shiftKey ? actions.search : null }[key]
        : key === 'escape' ? (event.shiftKey ? actions.readAll : null)
        : typing(event.target) ? null : { '?': actions.help, '/': actions.search }[key]
      if (!wanted || document.querySelector('dialog[open]')) return
      event.preventDefault()
      wanted()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
}
