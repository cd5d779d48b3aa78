// @ts-check
// By what a room is known at a glance: everybody's, by invitation, or between a few.
import { html } from '../ui/html.js'
import { Lock, Person } from '../ui/icons.js'

/** @param {{kind?: string}} props */
export const RoomMark = ({ kind }) => kind === 'private' ? html`<span class="lock-mark"><${Lock} /><span class="hidden">Private: </span></span>`
  : kind === 'direct' ? html`<span class="lock-mark"><${Person} /></span>`
    : html`<span class="hash" aria-hidden="true">#</span>`
