// @ts-check
// How files come into a message: dropped, pasted or picked. Each stands above the words, with how far it is.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useChanges } from '../../ui/changes.js'
import { html } from '../../ui/html.js'
import { Clip, Close } from '../../ui/icons.js'
import { toast } from '../../ui/toast.js'
import { ending, MOST, progressOf, sizeWords } from './facts.js'
import { send } from './sending.js'
import { batchWords, Uploads } from './uploads.js'

/** @import { Room } from '../room.js' */
/** @import { Batch, Named, Upload } from './uploads.js' */

/** They stay while one looks into another room. @type {Map<string, Uploads>} */
const all = new Map()

/** @param {Room} room @param {string} draft */
const uploadsOf = (room, draft) => {
  const key = `${room.me.id} ${draft}`
  const found = all.get(key)
  if (found) return found
  const made = new Uploads(room.name, {
    send, discard: file => room.discard(file), preview: blob => URL.createObjectURL(blob), forget: preview => URL.revokeObjectURL(preview),
  })
  all.set(key, made)
  return made
}

addEventListener('beforeunload', event => {
  if ([...all.values()].some(({ isBusy }) => isBusy)) event.preventDefault()
})
addEventListener('online', () => all.forEach(uploads => uploads.retryAll()))

/** @param {DataTransfer | null} data */
const hasFiles = data => [...data?.types ?? []].includes('Files')

/**
 * @param {Room} room @param {string} draft @param {import('preact').RefObject<HTMLFormElement | null>} form @param {boolean} stopped
 */
export const useAttachments = (room, draft, form, stopped) => {
  const uploads = uploadsOf(room, draft)
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null))
  const [over, setOver] = useState(false)
  useChanges(uploads)

  /** @param {Iterable<Named>} files */
  const add = files => {
    if (stopped) return
    const left = uploads.add(files)
    if (left) toast({ text: `A message has at most ${MOST} files. ${left === 1 ? 'One was' : `${left} were`} left out.` })
  }
  useDrop(form, setOver, add)
  return {
    uploads,
    over,
    /** @param {ClipboardEvent} event */
    pasted: event => {
      const files = [...event.clipboardData?.files ?? []]
      if (!files.length) return
      event.preventDefault()
      add(files)
    },
    button: html`<button type="button" class="attach" aria-label="Attach files" title="Attach files" disabled=${stopped} onClick=${() => picker.current?.click()}><${Clip} /></button>
      <input ref=${picker} type="file" multiple hidden tabindex="-1" aria-label="Files to attach" onChange=${(/** @type {any} */ { target }) => {
        add([...target.files])
        target.value = ''
      }} />`,
    chips: html`<${Waiting} uploads=${uploads} /><${Chips} uploads=${uploads} />`,
  }
}

/** @param {import('preact').RefObject<HTMLFormElement | null>} form @param {(over: boolean) => void} setOver @param {(files: File[]) => void} add */
const useDrop = (form, setOver, add) => {
  const latest = useRef(add)
  latest.current = add
  useEffect(() => {
    const aside = form.current?.closest('.thread')
    const zone = aside ?? form.current?.closest('.room-view')
    if (!(zone instanceof HTMLElement)) return undefined
    let depth = 0
    const mine = (/** @type {DragEvent} */ { target, dataTransfer }) =>
      hasFiles(dataTransfer) && (aside || !(target instanceof Element && target.closest('.thread')))
    /** @param {number} now */
    const entered = now => {
      depth = Math.max(0, now)
      setOver(depth > 0)
    }
    const handlers = {
      dragenter: (/** @type {DragEvent} */ event) => { if (mine(event)) entered(depth + 1) },
      dragleave: (/** @type {DragEvent} */ event) => { if (mine(event)) entered(depth - 1) },
      dragover: (/** @type {DragEvent} */ event) => { if (hasFiles(event.dataTransfer)) event.preventDefault() },
      drop: (/** @type {DragEvent} */ event) => {
        entered(0)
        if (!mine(event)) return
        event.preventDefault()
        latest.current([...event.dataTransfer?.files ?? []])
      },
    }
    const each = /** @type {[string, EventListener][]} */ (Object.entries(handlers))
    for (const [name, handler] of each) zone.addEventListener(name, handler)
    return () => { for (const [name, handler] of each) zone.removeEventListener(name, handler) }
  }, [])
}

/** @param {{uploads: Uploads}} props */
const Chips = ({ uploads }) => uploads.list.length
  ? html`<ul class="chips" aria-label="Files to send">${uploads.list.map(one => html`<${Chip} key=${one.id} upload=${one} uploads=${uploads} />`)}</ul>`
  : null

/** @param {{upload: Upload, uploads: Uploads}} props */
const Chip = ({ upload, uploads }) => {
  const { blob, preview, state, sent, size, error, again } = upload
  const name = upload.file?.name ?? (blob.name || 'file')
  return html`<li class="chip" data-state=${state}>
    ${preview ? html`<img class="chip-picture" src=${preview} alt="" />` : html`<span class="chip-picture" aria-hidden="true">${ending(name)}</span>`}
    <span class="chip-words">
      <bdi class="chip-name">${name}</bdi>
      ${state === 'failed' ? html`<span class="chip-error" role="alert">${error}</span>` : html`<span class="dim">${stateWords(state, sent, size)}</span>`}
      ${state !== 'done' && state !== 'failed' && html`<progress max="1" value=${progressOf([upload])} aria-label=${`Sending ${name}`} />`}
    </span>
    ${state === 'failed' && again && html`<button type="button" class="link" onClick=${() => uploads.retry(upload)}>Try again</button>`}
    <button type="button" class="icon-button" aria-label=${`${state === 'done' || state === 'failed' ? 'Remove' : 'Cancel'} ${name}`} title="Remove" onClick=${() => uploads.remove(upload)}><${Close} /></button>
  </li>`
}

/** @param {Upload['state']} state @param {number} sent @param {number} size */
const stateWords = (state, sent, size) => {
  if (state === 'done') return sizeWords(size)
  if (state === 'waiting') return `${sizeWords(size)} · waiting`
  return sent >= size ? `${sizeWords(size)} · being checked` : `${sizeWords(sent)} of ${sizeWords(size)}`
}

/** Messages that wait for their files. @param {{uploads: Uploads}} props */
const Waiting = ({ uploads }) => html`<div role="status">${uploads.batches.map(batch => html`<${WaitingMessage} key=${batch.id} batch=${batch} uploads=${uploads} />`)}</div>`

/** @param {{batch: Batch, uploads: Uploads}} props */
const WaitingMessage = ({ batch, uploads }) => {
  const failed = batch.uploads.filter(({ state }) => state === 'failed')
  return html`<div class="batch" data-failed=${failed.length ? '' : null}>
    <span class="batch-words"><bdi>${batch.text || batch.uploads.map(({ blob }) => blob.name).join(', ')}</bdi> <span class="dim">${failed[0]?.error ?? ''} ${batchWords(batch)}</span></span>
    ${failed.some(({ again }) => again) && html`<button type="button" class="link" onClick=${() => uploads.retryAll()}>Try again</button>`}
    <button type="button" class="link" onClick=${() => uploads.giveBack(batch)}>Take back</button>
  </div>`
}
