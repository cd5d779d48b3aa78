// @ts-check
// One picture in all its size, and from it to the next.
import { useEffect } from 'preact/hooks'
import { Dialog } from '../../ui/dialog.js'
import { html } from '../../ui/html.js'
import { Back, Down, Jump } from '../../ui/icons.js'
import { address, isPicture, sizeWords } from './facts.js'
import { Loaded, saved } from './shown.js'

/** @import { File } from './facts.js' */
/** @import { State } from '../state.js' */

/** All pictures of a room that are loaded, in their order. @param {State} state @returns {File[]} */
export const picturesOf = state => state.entries.flatMap(entry => entry.kind === 'message' && !entry.deleted ? entry.files.filter(isPicture) : [])

/** @param {{pictures: File[], file: File, onPick: (file: File) => void, onClose: () => void}} props */
export const Viewer = ({ pictures, file, onPick, onClose }) => {
  const at = pictures.findIndex(({ id }) => id === file.id)
  const before = pictures[at - 1], after = at < 0 ? undefined : pictures[at + 1]
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      const next = { ArrowLeft: before, ArrowRight: after }[event.key]
      if (!next) return
      event.preventDefault()
      onPick(next)
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [before, after])
  return html`<${Dialog} title=${file.name} kind="viewer" onClose=${onClose}>
    <div class="viewer-picture"><${Loaded} key=${file.id} file=${file} /></div>
    <p class="viewer-foot">
      <button class="icon-button" aria-label="The picture before" title="The picture before (←)" disabled=${!before} onClick=${() => before && onPick(before)}><${Back} /></button>
      <span class="dim" role="status">${at < 0 ? '' : `${at + 1} of ${pictures.length} · `}${file.width} × ${file.height} · ${sizeWords(file.size)}</span>
      <a class="icon-button" aria-label="Download" title="Download" href=${address(file, 'save')} download=${file.name} onClick=${saved}><${Down} /></a>
      <button class="icon-button" aria-label="The next picture" title="The next picture (→)" disabled=${!after} onClick=${() => after && onPick(after)}><${Jump} /></button>
    </p>
  <//>`
}
