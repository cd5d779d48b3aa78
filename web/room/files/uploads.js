// @ts-check
// The files of a message that is being written, and of those that wait for theirs: sent at once, a few at a time.
import { MOST, progressOf } from './facts.js'

/** @typedef {import('./facts.js').File} File */
/** @typedef {Blob & {name: string}} Named */
/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {Named} blob
 * @property {string} preview  the address of a picture on this machine, or nothing
 * @property {'waiting' | 'sending' | 'done' | 'failed'} state
 * @property {number} sent  in bytes
 * @property {number} size
 * @property {string} error
 * @property {boolean} again  whether another try may help
 * @property {File | null} file
 * @property {AbortController} control
 */
/** @typedef {{id: number, text: string, uploads: Upload[], resolve: (files: File[]) => void, reject: (why: Error) => void}} Batch  a message that waits */
/** @typedef {(room: string, blob: Named, how: {onProgress: (sent: number) => void, signal: AbortSignal}) => Promise<File>} Send */
/** @typedef {{send: Send, discard: (file: string) => Promise<unknown>, preview: (blob: Named) => string, forget: (preview: string) => void}} Parts */

const AT_ONCE = 2
const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/

/** Files that this page has sent, for messages that the log does not show yet. @type {Map<string, File>} */
export const known = new Map()

/** Tells of every change by a `change` event. */
export class Uploads extends EventTarget {
  /** @type {Upload[]} */ list = []
  /** @type {Batch[]} */ batches = []
  #last = 0

  /** @param {string} room @param {Parts} parts */
  constructor(room, parts) {
    super()
    this.room = room
    this.parts = parts
  }

  /** Whether something would be lost if the page went away now. */
  get isBusy() { return this.batches.length > 0 || this.list.some(({ state }) => state !== 'done') }

  /** Take files in. Answers how many were too many. @param {Iterable<Named>} blobs */
  add(blobs) {
    const all = [...blobs], taken = all.slice(0, MOST - this.list.length)
    for (const blob of taken) {
      const preview = SHOWN.test(blob.type) ? this.parts.preview(blob) : ''
      this.list = [...this.list, {
        id: ++this.#last, blob, preview, state: 'waiting', sent: 0, size: blob.size, error: '', again: true, file: null, control: new AbortController(),
      }]
    }
    this.#next()
    return all.length - taken.length
  }

  /** @param {Upload} upload */
  remove(upload) {
    upload.control.abort()
    if (upload.file) this.parts.discard(upload.file.id).catch(() => { /* it goes with the hour */ })
    if (upload.preview) this.parts.forget(upload.preview)
    this.list = this.list.filter(one => one !== upload)
    for (const batch of this.batches) batch.uploads = batch.uploads.filter(one => one !== upload)
    this.#next()
  }

  /** @param {Upload} upload */
  retry(upload) {
    if (upload.state !== 'failed') return
    Object.assign(upload, { state: 'waiting', error: '', sent: 0 })
    this.#next()
  }

  /** There is a connection again: try what a lost one has stopped. */
  retryAll() {
    for (const upload of this.#all()) if (upload.state === 'failed' && upload.again) this.retry(upload)
  }

  /** Take all files for a message. Settles with them when all are there. @param {string} text @returns {Promise<File[]>} */
  take(text) {
    const uploads = this.list
    this.list = []
    return new Promise((resolve, reject) => {
      this.batches = [...this.batches, { id: ++this.#last, text, uploads, resolve, reject }]
      this.#next()
    })
  }

  /** A message waits no more: its files are in the composer again. @param {Batch} batch */
  giveBack(batch) {
    this.batches = this.batches.filter(one => one !== batch)
    this.list = [...batch.uploads, ...this.list].slice(0, MOST)
    batch.reject(new Error('Taken back'))
    this.#next()
  }

  #all() { return [...this.batches.flatMap(batch => batch.uploads), ...this.list] }

  #next() {
    for (const batch of this.batches.filter(({ uploads }) => uploads.every(({ state }) => state === 'done'))) this.#settle(batch)
    const waiting = this.#all().filter(({ state }) => state === 'waiting')
    const free = AT_ONCE - this.#all().filter(({ state }) => state === 'sending').length
    for (const upload of waiting.slice(0, Math.max(0, free))) void this.#send(upload)
    this.#changed()
  }

  /** @param {Batch} batch */
  #settle(batch) {
    this.batches = this.batches.filter(one => one !== batch)
    for (const { preview } of batch.uploads) if (preview) setTimeout(() => this.parts.forget(preview), 60_000)
    batch.resolve(batch.uploads.map(({ file }) => /** @type {File} */ (file)))
  }

  /** @param {Upload} upload */
  async #send(upload) {
    upload.state = 'sending'
    upload.control = new AbortController()
    const { signal } = upload.control
    /** @param {number} sent */
    const onProgress = sent => {
      upload.sent = sent
      this.#changed()
    }
    try {
      const file = await this.parts.send(this.room, upload.blob, { onProgress, signal })
      if (signal.aborted) return void this.parts.discard(file.id).catch(() => {})
      known.set(file.id, file)
      Object.assign(upload, { state: 'done', file, sent: upload.size })
    } catch (error) {
      if (signal.aborted) return
      const { message, again = true } = /** @type {Error & {again?: boolean}} */ (error)
      Object.assign(upload, { state: 'failed', error: message, again })
    }
    this.#next()
  }

  #changed() { this.dispatchEvent(new CustomEvent('change')) }
}

/** What a message that waits says of itself. @param {Batch} batch */
export const batchWords = ({ uploads }) => {
  const failed = uploads.filter(({ state }) => state === 'failed').length
  if (failed) return failed === 1 ? 'A file could not be sent.' : `${failed} files could not be sent.`
  return `Sent when its files are there: ${Math.floor(progressOf(uploads) * 100)} %`
}
