// @ts-check
// The names of rooms, as addresses spell them.

const LONGEST = 40

/** Make a name of a title. @param {string} title */
export const nameOf = title => title
  .normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  .replace(/[^a-z0-9]+/g, '_').replace(/^_+/, '').slice(0, LONGEST).replace(/_+$/, '')

/** What is wrong with a name, for people; nothing if it will do. @param {string} name */
export const checkName = name => {
  if (!name) return 'Give the room a name.'
  if (name.startsWith('on_')) return 'A name must not begin with on_.'
  if (!/^[a-z0-9_]+$/.test(name)) return 'Use small letters from a to z, digits and _ only.'
  if (name.startsWith('_')) return 'Begin with a letter or a digit.'
  return name.length > LONGEST ? `Use at most ${LONGEST} characters.` : ''
}

/**
 * Rooms of which a part is called so. Those that begin with the words come first.
 * @template {{room: string, title: string}} T
 * @param {T[]} rooms @param {string} words @returns {T[]}
 */
export const match = (rooms, words) => {
  const wanted = words.trim().toLocaleLowerCase()
  const place = (/** @type {T} */ { room, title }) => {
    const at = [title.toLocaleLowerCase(), room].map(text => text.indexOf(wanted)).filter(index => index >= 0)
    return at.length ? Math.min(...at) : -1
  }
  return rooms.filter(room => place(room) >= 0).sort((a, b) => place(a) - place(b))
}
