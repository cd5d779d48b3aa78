// @ts-check
// The files of a message: pictures in a box that is known before they are there, others as cards.
import { useEffect, useState } from 'preact/hooks'
import { html } from '../../ui/html.js'
import { Down } from '../../ui/icons.js'
import { address, altOf, box, ending, isPicture, sizeWords } from './facts.js'
import { isOpen, open } from './pass.js'

/** @import { File } from './facts.js' */

/** @param {{files: File[], onView: (file: File) => void}} props */
export const Files = ({ files, onView }) => {
  const pictures = files.filter(isPicture), others = files.filter(file => !isPicture(file))
  return html`<div class="files">
    ${pictures.length > 0 && html`<ul class="pictures" aria-label="Pictures">${pictures.map(file => html`<li key=${file.id}><${Picture} file=${file} onView=${onView} /></li>`)}</ul>`}
    ${others.length > 0 && html`<ul class="cards" aria-label="Files">${others.map(file => html`<li key=${file.id}><${Card} file=${file} /></li>`)}</ul>`}
  </div>`
}

/** @param {{file: File, onView: (file: File) => void}} props */
const Picture = ({ file, onView }) => html`<button class="picture" aria-label=${`${altOf(file.name)}: show the picture`} title=${file.name} onClick=${() => onView(file)}>
  <${Loaded} file=${file} small=${true} ...${box(file)} />
</button>`

/** A picture, once this browser may read it. @param {{file: File, small?: boolean, width?: number, height?: number}} props */
export const Loaded = ({ file, small = false, width, height }) => {
  const [ready, setReady] = useState(isOpen())
  const [tries, setTries] = useState(0)
  useEffect(() => {
    let here = true
    if (!ready) open().catch(() => {}).then(() => { if (here) setReady(true) })
    return () => { here = false }
  }, [ready])
  const failed = () => {
    if (tries > 1) return
    void open(true).catch(() => {}).then(() => setTries(tries + 1))
  }
  const src = ready ? `${address(file, small ? 'small' : '')}${tries ? `${small && file.thumb ? '&' : '?'}try=${tries}` : ''}` : null
  return html`<img src=${src} alt=${altOf(file.name)} width=${width ?? file.width} height=${height ?? file.height} loading=${small ? 'lazy' : 'eager'} decoding="async" onError=${failed} />`
}

/** @param {{file: File}} props */
const Card = ({ file }) => html`<a class="card" href=${address(file, 'save')} download=${file.name} onClick=${saved}>
  <span class="card-kind" aria-hidden="true">${ending(file.name)}</span>
  <span class="card-words"><bdi class="card-name">${file.name}</bdi><span class="dim">${sizeWords(file.size)}</span></span>
  <span class="hidden">Download</span><${Down} />
</a>`

/** Go to a file when it may be read. @param {MouseEvent} event */
export const saved = event => {
  const link = event.currentTarget
  if (isOpen() || !(link instanceof HTMLAnchorElement)) return
  event.preventDefault()
  void open().then(() => link.click())
}
