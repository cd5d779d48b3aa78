// @ts-check
// Below the rooms, only when there is something to do about the page itself: install it, or take a newer one.
import { useChanges } from '../ui/changes.js'
import { html } from '../ui/html.js'
import { Again, Install } from '../ui/icons.js'
import { shell } from './shell.js'

export const ShellMenu = () => {
  useChanges(shell)
  if (!shell.isOld && !shell.canInstall) return null
  return html`<div class="more">
    ${shell.isOld && html`<button class="room shell-button" onClick=${() => location.reload()}>
      <${Again} /><span>A new version is there<span class="dim">Reload to use it</span></span></button>`}
    ${shell.canInstall && html`<button class="room shell-button" onClick=${() => void shell.install()}>
      <${Install} /><span>Install Openline<span class="dim">In a window of its own</span></span></button>`}
  </div>`
}
