// @ts-check
// All public rooms, to look for one: by words in its title, its name or its topic.
import { useEffect, useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Search } from '../ui/icons.js'

/** @import { RoomInfo } from './room.js' */
/** @typedef {{rooms: RoomInfo[] | null, next: string | null}} Found */

const TYPING = 200

/** @param {{line: import('../line/line.js').Line, onClose: () => void, onPick: (room: string) => void}} props */
export const BrowseRooms = ({ line, onClose, onPick }) => {
  const [words, setWords] = useState('')
  const { rooms, next, error, more } = useFound(line, words)
  return html`<${Dialog} title="Browse rooms" kind="browse" onClose=${onClose}>
    <div class="browse-box"><${Search} />
      <input class="field" type="search" aria-label="Search rooms" placeholder="Title or topic" autocomplete="off" spellcheck="false" autofocus
        value=${words} onInput=${(/** @type {any} */ { target }) => setWords(target.value)} />
    </div>
    <p class="field-error" role="alert">${error}</p>
    <ul class="found" aria-label="Rooms">${rooms?.map(room => html`<${Item} key=${room.room} room=${room} onPick=${onPick} />`)}</ul>
    ${rooms?.length === 0 && html`<p class="empty dim">No room is like that.</p>`}
    ${next && html`<div class="row centre"><button class="button" onClick=${more}>Show more</button></div>`}
    <p class="hidden" role="status">${rooms && words ? `${rooms.length}${next ? ' or more' : ''} found` : ''}</p>
  <//>`
}

/** @param {{room: RoomInfo, onPick: (room: string) => void}} props */
const Item = ({ room: { room, title, subject, members, joined }, onPick }) => html`<li class="found-room">
  <div class="found-words">
    <p class="found-title"><span class="hash" aria-hidden="true">#</span><bdi>${title}</bdi></p>
    <p class="dim">${members === 1 ? '1 member' : `${members} members`}${subject && html` · <bdi>${subject}</bdi>`}</p>
  </div>
  <button class=${`button ${joined ? '' : 'primary'}`} aria-label=${`${joined ? 'Open' : 'Join'} ${title}`} onClick=${() => onPick(room)}>${joined ? 'Open' : 'Join'}</button>
</li>`

/** @param {import('../line/line.js').Line} line @param {string} words */
const useFound = (line, words) => {
  const [{ rooms, next }, setFound] = useState(/** @type {Found} */ ({ rooms: null, next: null }))
  const [error, setError] = useState('')
  const ask = async (after = '') => {
    setError('')
    return line.call('openline.room.browse', { words: words.trim(), ...(after ? { after } : {}) })
      .catch((/** @type {Error} */ problem) => setError(problem.message))
  }
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(async () => {
      const page = await ask()
      if (wanted && page) setFound(page)
    }, rooms ? TYPING : 0)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [words])
  const more = async () => {
    const page = await ask(next ?? '')
    if (page) setFound({ rooms: [...rooms ?? [], ...page.rooms], next: page.next })
  }
  return { rooms, next, error, more }
}
