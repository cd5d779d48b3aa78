// @ts-check
// Makes an avatar of a picture: square, small, and as text that fits into a profile.

const MOST = 16_000 // characters of a data URL
const SIZES = [96, 80, 64, 48, 32]
const QUALITIES = [0.85, 0.7, 0.5]
const NOT_READ = 'This picture cannot be read. Choose a PNG, JPEG or WebP image.'

/** The middle of a picture, as large a square as fits. @param {{width: number, height: number}} picture */
export const middle = ({ width, height }) => {
  const side = Math.min(width, height)
  return { x: (width - side) / 2, y: (height - side) / 2, side }
}

/**
 * The first that fits: sharp before large enough, large before small. Browsers that cannot write WebP write PNG.
 * @param {(size: number, quality: number) => string} write @returns {string | undefined}
 */
export const fitting = write => {
  for (const size of SIZES) {
    for (const quality of QUALITIES) {
      const made = write(size, quality)
      if (made.length <= MOST) return made
      if (!made.startsWith('data:image/webp')) break // its quality makes no difference
    }
  }
  return undefined
}

/** @param {Blob} file @returns {Promise<string>} */
export const shrink = async file => {
  const picture = await createImageBitmap(file).catch(() => { throw new Error(NOT_READ) })
  const { x, y, side } = middle(picture)
  const made = fitting((size, quality) => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = size
    const context = canvas.getContext('2d')
    if (context) context.imageSmoothingQuality = 'high'
    context?.drawImage(picture, x, y, side, side, 0, 0, size, size)
    return canvas.toDataURL('image/webp', quality)
  })
  picture.close()
  if (!made) throw new Error(NOT_READ)
  return made
}
