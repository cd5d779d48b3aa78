// @ts-check
// About a room: what it is for, and what can be done with it.
import { Dialog } from '../ui/dialog.js'
import { html } from '../ui/html.js'
import { Link, Plug, Settings, Shield } from '../ui/icons.js'
import { moderates, span } from './standing.js'

/** @typedef {'invite' | 'settings' | 'desk' | 'hooks'} Next */

/** @param {{room: import('./room.js').Room, onClose: () => void, onPick: (next: Next) => void}} props */
export const AboutRoom = ({ room, onClose, onPick }) => {
  const { info } = room
  const runs = moderates(info, room.me)
  const invites = info?.kind === 'public' || (info?.kind === 'private' && runs)
  return html`<${Dialog} title="About this room" kind="sheet" onClose=${onClose}>
    <p class="about-kind dim">${kindWords[info?.kind ?? 'public']}${info?.archived ? ' It is archived.' : ''}${info?.slow ? ` Slow mode: one message every ${span(info.slow)}.` : ''}</p>
    ${info?.subject && html`<h3>Topic</h3><p class="about-words"><bdi>${info.subject}</bdi></p>`}
    ${info?.description && html`<h3>Description</h3><p class="about-words long" dir="auto">${info.description}</p>`}
    <div class="stack">
      ${invites && html`<button class="button" onClick=${() => onPick('invite')}><${Link} />Invite people</button>`}
      ${runs && html`<button class="button" onClick=${() => onPick('settings')}><${Settings} />Room settings</button>
        <button class="button" onClick=${() => onPick('desk')}><${Shield} />Moderation</button>
        ${info?.kind !== 'direct' && html`<button class="button" onClick=${() => onPick('hooks')}><${Plug} />Webhooks</button>`}`}
    </div>
  <//>`
}

const kindWords = {
  public: 'Everybody finds this room, and may come in.',
  private: 'Only who is invited knows of this room.',
  direct: 'Only you who are in it know of this conversation.',
}
