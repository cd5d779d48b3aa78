// @ts-check
// Light or dark: the system's choice, unless one was made here. `early.js` reads it again before a page is drawn.
import { useEffect, useState } from 'preact/hooks'
import { html } from './html.js'
import { Moon, Sun } from './icons.js'

/** @typedef {'light' | 'dark'} Theme */

const root = document.documentElement
const dark = matchMedia('(prefers-color-scheme: dark)')

/** @returns {Theme} */
const system = () => dark.matches ? 'dark' : 'light'
/** @returns {Theme} */
export const theme = () => /** @type {Theme | undefined} */ (root.dataset.theme) ?? system()

/** Change to the other one. A choice that equals the system's is none. */
export const toggleTheme = () => {
  const wanted = theme() === 'dark' ? 'light' : 'dark'
  if (wanted === system()) delete root.dataset.theme
  else root.dataset.theme = wanted
  keep(root.dataset.theme)
}

/** @param {string | undefined} choice */
const keep = choice => {
  try {
    if (choice) localStorage.setItem('openline.theme', choice)
    else localStorage.removeItem('openline.theme')
  } catch { /* it holds for this page, then */ }
}

export const ThemeButton = () => {
  const [now, setNow] = useState(theme)
  useEffect(() => {
    const changed = () => setNow(theme())
    dark.addEventListener('change', changed)
    return () => dark.removeEventListener('change', changed)
  }, [])
  const toggle = () => {
    toggleTheme()
    setNow(theme())
  }
  const label = now === 'dark' ? 'Use the light theme' : 'Use the dark theme'
  return html`<button class="icon-button" aria-label=${label} title=${label} onClick=${toggle}>
    <${now === 'dark' ? Sun : Moon} />
  </button>`
}
