// @ts-check
// Where one searches: beside the room where there is space, else in its place.
import { useEffect, useRef } from 'preact/hooks'
import { Avatar } from '../../ui/avatar.js'
import { useChanges } from '../../ui/changes.js'
import { html } from '../../ui/html.js'
import { Close, Search as Glass } from '../../ui/icons.js'
import { When } from '../../ui/time.js'
import { RoomMark } from '../mark.js'
import { pieces, withFilter } from './state.js'

/** @import { Search } from './search.js' */
/** @import { Found, State } from './state.js' */

const MOST = 300
const PAGE = 5

/** Whether the pane takes the place of the room. */
export const narrow = matchMedia('(max-width: 1099px)')

/** @param {{search: Search, room: string, title: string, onPick: (found: Found) => void, onClose: () => void}} props */
export const SearchPane = ({ search, room, title, onPick, onClose }) => {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null))
  useChanges(search)
  const { state } = search
  useEffect(() => field.current?.select(), [])
  useEffect(() => document.getElementById(`found-${state.at}`)?.scrollIntoView({ block: 'nearest' }), [state.at])

  /** @param {string} words */
  const type = words => {
    search.type(words)
    field.current?.focus()
  }
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key]
    const chosen = state.results?.[state.at]
    if (step) search.move(step)
    else if (event.key === 'Enter' && chosen && !state.busy) onPick(chosen)
    else if (event.key === 'Enter') search.again()
    else return
    event.preventDefault()
  }
  const closing = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.isComposing) return
    event.preventDefault()
    onClose()
  }
  const results = state.results ?? []
  return html`<section class="search-pane" aria-label="Search" onKeyDown=${closing}>
    <header class="search-head">
      <div class="search-box">
        <${Glass} />
        <input ref=${field} id="search-field" role="combobox" aria-label="Search messages" aria-autocomplete="list" aria-controls="search-results"
          aria-expanded=${results.length > 0} aria-activedescendant=${results[state.at] ? `found-${state.at}` : null} aria-describedby="search-said"
          type="text" inputmode="search" enterkeyhint="search" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength=${MOST}
          placeholder="Search messages" value=${state.words} onKeyDown=${pressed}
          onInput=${(/** @type {any} */ event) => search.type(event.target.value)} />
        ${state.words && html`<button class="icon-button" aria-label="Clear the search" title="Clear" onClick=${() => type('')}><${Close} /></button>`}
      </div>
      <button class="button quiet" onClick=${onClose}>Close</button>
    </header>
    <div class="search-body" aria-busy=${state.busy}>
      ${state.trouble && html`<${Trouble} state=${state} search=${search} />`}
      <ul id="search-results" role="listbox" aria-label="Messages found" hidden=${!results.length}>${results.map((found, at) => html`<${Result}
        key=${`${found.room} ${found.offset}`} found=${found} id=${`found-${at}`} chosen=${at === state.at}
        onPick=${() => { search.choose(at); onPick(found) }} />`)}</ul>
      ${state.next && html`<button class="button search-more" disabled=${state.busy} onClick=${() => search.more()}>Load more</button>`}
      ${state.results && !results.length && !state.trouble && html`<${Nothing} />`}
      ${!results.length && html`<${Help} room=${calledIn(room, title)} words=${state.words} onType=${type} />`}
    </div>
    <p id="search-said" class="hidden" role="status">${said(state)}</p>
  </section>`
}

/** @param {State} state */
const said = ({ busy, results, next, trouble }) => {
  if (busy || trouble || !results) return trouble?.text ?? ''
  if (!results.length) return 'Nothing found.'
  return `${results.length}${next ? ' or more' : ''} ${results.length === 1 ? 'message' : 'messages'} found, newest first.`
}

/** @param {{found: Found, id: string, chosen: boolean, onPick: () => void}} props */
const Result = ({ found, id, chosen, onPick }) => html`<li id=${id} class="result" role="option" aria-selected=${chosen} onClick=${onPick}>
  <${Avatar} of=${found.by} />
  <div class="result-main">
    <p class="result-head"><bdi class="author">${found.by.name}</bdi> <span class="dim"><${RoomMark} kind=${found.kind} /><bdi>${found.title}</bdi> · <${When} at=${found.time} /></span></p>
    <p class="result-words" dir="auto">${pieces(found).map(({ text, marked }) => marked ? html`<mark>${text}</mark>` : text)}</p>
  </div>
</li>`

/** @param {{state: State, search: Search}} props */
const Trouble = ({ state: { trouble }, search }) => trouble?.kind === 'unclear'
  ? html`<p class="search-note">${trouble.text}</p>`
  : html`<p class="search-note" role="alert">${trouble?.text} <button class="link" onClick=${search.again}>Try again</button></p>`

const Nothing = () => html`<div class="search-note">
  <p class="search-title">Nothing found</p>
  <p class="dim">In the rooms that you have joined, nobody said that. Whole words are found; the last one may go on.</p>
</div>`

/** By what `in:` knows a room: names that were made up are nothing to read. @param {string} room @param {string} title */
const calledIn = (room, title) => /^(private|direct)_/.test(room) ? `"${title}"` : room

/** @param {string} room @returns {[string, string, string][]} what is put, what is shown, and what it means */
const filters = room => [
  ['from:', 'from:ada', 'What somebody said; from:me is you'],
  [`in:${room}`, `in:${room}`, 'In one room'],
  ['before:', 'before:2026-01-31', 'Before a day'],
  ['after:', 'after:2026-01-31', 'After a day'],
  ['has:link', 'has:link', 'With a link'],
  ['has:code', 'has:code', 'With code'],
  ['"', '"night train"', 'Words that stand together'],
  ['-', '-word', 'Without a word; also before a filter'],
]

/** @param {{room: string, words: string, onType: (words: string) => void}} props */
const Help = ({ room, words, onType }) => html`<div class="search-help">
  <h2 id="search-help">Narrow it down</h2>
  <ul aria-labelledby="search-help">${filters(room).map(([put, shown, meaning]) => html`<li key=${shown}>
    <button class="search-filter" onClick=${() => onType(withFilter(words, put))}><code>${shown}</code><span>${meaning}</span></button>
  </li>`)}</ul>
</div>`
