// @ts-check
// What stands around the words of a message: what they answer, how others reacted, and the thread that hangs on it.
import { useChanges } from '../ui/changes.js'
import { Avatar } from '../ui/avatar.js'
import { html } from '../ui/html.js'
import { Close, Reply, Smile, Thread as ThreadIcon } from '../ui/icons.js'
import { Ago } from '../ui/time.js'
import { inWords } from './files/facts.js'
import { hasReacted, reactedWords, reactions } from './marks.js'

/** @import { Acts } from './actions.js' */
/** @import { Room } from './room.js' */
/** @import { Message } from './state.js' */

const SHOWN = 160
const FACES = 3

/** A message in a few words, without what makes it look as it does. @param {string} text */
export const inShort = text => {
  const plain = text.replace(/```\w*/g, ' ').replace(/[*_~`>]+/g, '').replace(/\s+/g, ' ').trim()
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain
}

/** @param {{room: Room, id: number, quote: Message | null, acts: Acts}} props */
export const Quote = ({ room, id, quote, acts }) => {
  useChanges(quote ? null : room)
  const said = quote ?? room.asked.peek(id)
  return html`<button class="quote" onClick=${() => acts.jump(id)}>
    <${Reply} /><span class="hidden">In reply to </span>
    ${said ? html`<bdi class="quote-by">${said.by.name}</bdi> <span class="quote-words" dir="auto">${inShort(inWords(said)) || 'A deleted message'}</span>`
      : html`<span class="quote-words">An earlier message</span>`}
  </button>`
}

/** What the words that are being written answer. @param {{message: Message, onCancel: () => void}} props */
export const Answering = ({ message, onCancel }) => html`<div class="answering">
  <${Reply} /><span class="answering-words">Replying to <bdi class="quote-by">${message.by.name}</bdi> <span class="dim" dir="auto">${inShort(inWords(message))}</span></span>
  <button type="button" class="icon-button" aria-label="Do not reply" title="Do not reply (Esc)" onClick=${onCancel}><${Close} /></button>
</div>`

/** @param {{room: Room, message: Message, acts: Acts}} props */
export const Reactions = ({ room, message, acts }) => {
  const given = reactions(message)
  if (!given.length) return null
  return html`<ul class="reactions" aria-label="Reactions">${given.map(reaction => {
    const words = reactedWords(reaction, room.me.id), { emoji, people } = reaction
    return html`<li key=${emoji}><button class="pill" aria-pressed=${hasReacted(message, emoji, room.me.id)} title=${words}
      onClick=${() => acts.toggle(message, emoji)}><span class="pill-emoji">${emoji}</span>${people.length}<span class="hidden"> ${words}</span></button></li>`
  })}<li key=""><button class="pill pill-add" aria-label="React with another emoji" title="React" onClick=${() => acts.react(message)}><${Smile} /></button></li></ul>`
}

/** @param {{thread: import('./timeline.js').Thread, message: Message, acts: Acts}} props */
export const Replies = ({ thread: { count, last, people }, message, acts }) => html`<button class="replies" onClick=${() => acts.thread(message)}>
  <${ThreadIcon} />
  <span class="replies-faces" aria-hidden="true">${people.slice(0, FACES).map(person => html`<${Avatar} key=${person.id} of=${person} />`)}</span>
  <span class="replies-count">${count === 1 ? '1 reply' : `${count} replies`}</span>
  <span class="dim replies-last"><${Ago} at=${last} /></span>
</button>`
