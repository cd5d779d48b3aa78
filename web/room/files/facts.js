// @ts-check
// What a page says and shows of files, as far as it is arithmetic.

/**
 * @typedef {object} File  as messages have it
 * @property {string} id
 * @property {string} name
 * @property {string} type
 * @property {number} size  in bytes
 * @property {number | null} [width]  of a picture, in pixels
 * @property {number | null} [height]
 * @property {boolean} [thumb]  whether there is a smaller copy
 */

export const MOST = 10 // files of a message
const WIDEST = 360
const TALLEST = 300

/** @param {File} file */
export const isPicture = ({ width, height }) => Boolean(width && height)

/** The box in which a picture is shown, known before a byte of it is there. @param {File} file */
export const box = ({ width, height }) => {
  const scale = Math.min(1, WIDEST / Number(width), TALLEST / Number(height))
  return { width: Math.max(1, Math.round(Number(width) * scale)), height: Math.max(1, Math.round(Number(height) * scale)) }
}

/** @param {number} size  in bytes */
export const sizeWords = size => {
  if (size < 1000) return size === 1 ? '1 byte' : `${size} bytes`
  const [unit, value] = size < 999_500 ? ['KB', size / 1e3] : ['MB', size / 1e6]
  return `${value < 10 && unit === 'MB' ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** How a file's name ends, in a few capitals for its card. @param {string} name */
export const ending = name => {
  const found = /\.([A-Za-z0-9]{1,5})$/.exec(name)
  return found ? found[1].toUpperCase() : 'FILE'
}

/** What a picture is called for those who do not see it. @param {string} name */
export const altOf = name => name.replace(/\.[A-Za-z0-9]{1,5}$/, '').replace(/[_-]+/g, ' ').trim() || name

/** Where a file is. @param {File} file @param {'small' | 'save' | ''} [how] */
export const address = ({ id, name, thumb }, how = '') => {
  const more = how === 'save' ? '?save=1' : how === 'small' && thumb ? '?size=small' : ''
  return `files/${id}/${encodeURIComponent(name)}${more}`
}

/** What a message says where there is place for words alone. @param {{text: string, files?: File[]}} message */
export const inWords = ({ text, files = [] }) =>
  [text, files.length > 1 ? `${files.length} files` : files[0]?.name].filter(Boolean).join(' · ')

/** How far several are, from 0 to 1. @param {{sent: number, size: number}[]} parts */
export const progressOf = parts => {
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  return size ? parts.reduce((sum, part) => sum + Math.min(part.sent, part.size), 0) / size : 1
}
