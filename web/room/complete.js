// @ts-check
// What may be meant by what somebody has begun to type: the name of a person after @, or a command after /.

/** @typedef {{kind: 'mention' | 'command', start: number, query: string}} Token */
/** @typedef {{id: string, insert: string, label: string, about: string}} Option */

const MOST = 8

/** What stands before the caret, if it can be completed. @param {string} text @param {number} caret @returns {Token | null} */
export const tokenAt = (text, caret) => {
  const before = text.slice(0, caret)
  const command = /^\/(\w*)$/.exec(before)
  if (command) return { kind: 'command', start: 0, query: command[1] }
  const mention = /(?:^|[\s(])@((?:[^\s@][^@\n]{0,39})?)$/u.exec(before)
  return mention ? { kind: 'mention', start: caret - mention[1].length - 1, query: mention[1] } : null
}

/**
 * People whose name, or a word of it, begins so.
 * @param {{id: string, name: string}[]} people @param {string} query @param {boolean} everybody  whether the room can be called
 * @returns {Option[]}
 */
export const peopleFor = (people, query, everybody) => {
  const wanted = query.toLocaleLowerCase()
  const fits = (/** @type {string} */ name) => {
    const lower = name.toLocaleLowerCase()
    return lower.startsWith(wanted) || lower.split(/\s+/).some(word => word.startsWith(wanted))
  }
  const room = everybody && 'room'.startsWith(wanted) ? [{ id: 'room', insert: '@room ', label: '@room', about: 'Everybody in this room' }] : []
  const found = people.filter(({ name }) => fits(name)).slice(0, MOST)
  return [...found.map(({ id, name }) => ({ id, insert: `@${name} `, label: name, about: '' })), ...room]
}

/** Commands that begin so; none once one is written out. @param {import('./asked.js').Command[]} commands @param {string} query @returns {Option[]} */
export const commandsFor = (commands, query) => {
  const wanted = query.toLowerCase()
  if (commands.some(({ name }) => name === wanted)) return []
  return commands.filter(({ name }) => name.startsWith(wanted)).slice(0, MOST)
    .map(({ name, about, hint }) => ({ id: name, insert: `/${name} `, label: `/${name}${hint && ` ${hint}`}`, about }))
}

/** Put what was chosen in the place of what was begun. @param {string} text @param {number} caret @param {Token} token @param {Option} option */
export const completed = (text, caret, { start }, { insert }) => {
  const rest = text.slice(caret)
  const put = rest.startsWith(' ') ? insert.trimEnd() : insert
  return { text: text.slice(0, start) + put + rest, caret: start + put.length + (put === insert ? 0 : 1) }
}

/** The command that words give, if they do. @param {string} text @param {import('./asked.js').Command[]} commands */
export const commandIn = (text, commands) => {
  const [, name, rest] = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(text) ?? []
  const command = commands.find(one => one.name === name)
  return command ? { command, rest: rest ?? '' } : null
}
