// @ts-check
// The webhooks of a room: the addresses by which programs speak in it, and those that are sent what happens there.
import { useState } from 'preact/hooks'
import { useAsked } from '../../identity/asked.js'
import { Dialog } from '../../ui/dialog.js'
import { html } from '../../ui/html.js'
import { owns } from '../standing.js'
import { Incoming } from './incoming.js'
import { Outgoing } from './outgoing.js'

/** @import { Line } from '../../line/line.js' */
/** @import { Room } from '../room.js' */
/**
 * What the parts of the dialog share.
 * @typedef {object} Desk
 * @property {Line} line
 * @property {Room} room
 * @property {{value: any, error: string, load: () => Promise<void>}} asked
 * @property {(what: 'revoke' | 'rotate' | 'resume' | 'try', hook: string) => Promise<any>} act  answers null where that failed
 */

/** @param {{line: Line, room: Room, onClose: () => void}} props */
export const WebhooksDialog = ({ line, room, onClose }) => {
  const [error, setError] = useState('')
  const asked = useAsked(line, 'openline.hook.list', { room: room.name })
  /** @type {Desk['act']} */
  const act = async (what, hook) => {
    setError('')
    const done = await line.call(`openline.hook.${what}`, { hook }).catch((/** @type {Error} */ problem) => {
      setError(problem.message)
      return null
    })
    await asked.load()
    return done
  }
  const desk = { line, room, asked, act }
  return html`<${Dialog} title="Webhooks" kind="desk" onClose=${onClose}>
    <p class="field-error" role="alert">${error}</p>
    <${Incoming} desk=${desk} />
    ${owns(room.info, room.me) && html`<${Outgoing} desk=${desk} />`}
  <//>`
}
