// @ts-check
// How somebody is, at a glance: a dot whose shape says it too, and the word for who does not see it.
import { Avatar } from '../ui/avatar.js'
import { useChanges } from '../ui/changes.js'
import { html } from '../ui/html.js'
import { people, stateOf, wordsOf } from './people.js'

/** @param {{of: string}} props  whose, by their id */
export const Dot = ({ of }) => {
  useChanges(people, of)
  const entry = people.of(of), state = stateOf(entry)
  const words = [wordsOf(state), entry?.text].filter(Boolean).join(': ')
  return html`<span class="presence-dot" data-state=${state} title=${words}><span class="hidden">${words}</span></span>`
}

/** An avatar with its dot; of who is not here, only where that is known. @param {{of: {id: string, name: string}, absent?: boolean}} props */
export const AvatarWithDot = ({ of, absent = false }) => {
  useChanges(people, of.id)
  const dot = absent || people.of(of.id)
  return html`<span class="avatar-box"><${Avatar} of=${of} />${dot && html`<${Dot} of=${of.id} />`}</span>`
}
