// @ts-check
// A name, and the image or the colour beside it. What is chosen shows at once, and holds once it is saved.
import { useRef, useState } from 'preact/hooks'
import { Face, faces } from '../ui/avatar.js'
import { useChanges } from '../ui/changes.js'
import { Field, FormError, FormOf, Submit, useForm } from '../ui/form.js'
import { html } from '../ui/html.js'
import { toast } from '../ui/toast.js'
import { problemsOf, waitIn } from './rules.js'
import { shrink } from './shrink.js'

/** @import { Line } from '../line/line.js' */
/** @typedef {import('./account.js').Profile} Profile */

const LONGEST = 40
/** @type {[colour: string, name: string][]} */
const COLOURS = [
  ['#b5483f', 'Red'], ['#a85a1e', 'Orange'], ['#87690f', 'Yellow'], ['#5f7417', 'Olive'], ['#357a38', 'Green'], ['#0f7a62', 'Jade'],
  ['#0e7480', 'Teal'], ['#26709f', 'Blue'], ['#4a63b0', 'Indigo'], ['#7256ad', 'Violet'], ['#914b9a', 'Purple'], ['#a84a74', 'Pink'],
]

/** @param {{line: Line, profile: Profile, onChanged: (profile: Profile) => Promise<void>}} props */
export const EditProfile = ({ line, profile, onChanged }) => {
  useChanges(faces, profile.id)
  const saved = faces.of(profile.id)
  const [chosen, setChosen] = useState(/** @type {string | null} */ (null))
  const avatar = chosen ?? saved
  const form = useForm({
    check: ({ name }) => ({ name: name.trim() ? '' : 'Enter a name, so that others know who is talking.' }),
    send: async ({ name }) => {
      await onChanged(await line.call('openline.identity.change_profile', { name: name.trim(), ...(chosen === null ? {} : { avatar: chosen }) }))
      if (chosen !== null) faces.set(profile.id, chosen)
      setChosen(null)
      toast({ text: 'Saved' })
    },
    problemsOf, waitIn,
  })
  return html`<${FormOf} form=${form} label="Profile">
    <${Picture} of=${profile} avatar=${avatar} onChoose=${setChosen} />
    <${Field} form=${form} name="name" label="Your name" autocomplete="name" maxlength=${LONGEST} defaultValue=${profile.name} required />
    ${profile.login && html`<p class="fact"><span class="dim">You sign in as</span> ${profile.login}</p>`}
    <${FormError} form=${form} />
    <div class="row"><${Submit} form=${form}>Save<//></div>
  <//>`
}

/** @param {{of: Profile, avatar: string, onChoose: (avatar: string) => void}} props */
const Picture = ({ of, avatar, onChoose }) => {
  const file = useRef(/** @type {HTMLInputElement | null} */ (null))
  const [error, setError] = useState('')
  const choose = (/** @type {string} */ wanted) => {
    setError('')
    onChoose(wanted)
  }
  const read = async (/** @type {any} */ { target }) => {
    const [picture] = target.files
    target.value = ''
    if (!picture) return
    try {
      choose(await shrink(picture))
    } catch (problem) {
      setError(/** @type {Error} */ (problem).message)
    }
  }
  return html`<div class="picture">
    <${Face} of=${of} avatar=${avatar} />
    <div class="picture-choices">
      <fieldset class="swatches">
        <legend class="hidden">Colour</legend>
        ${[['', 'As at first'], ...COLOURS].map(([colour, name]) => html`<input key=${name} type="radio" name="colour" value=${colour} aria-label=${name} title=${name}
          class=${`swatch ${colour ? '' : 'none'}`} style=${colour ? { '--tint': colour } : null} checked=${avatar === colour} onChange=${() => choose(colour)} />`)}
      </fieldset>
      <div class="row">
        <button type="button" class="button" onClick=${() => file.current?.click()}>Choose an image…</button>
        ${avatar.startsWith('data:') && html`<button type="button" class="button quiet" onClick=${() => choose('')}>Remove image</button>`}
        <input ref=${file} type="file" hidden accept="image/*" aria-label="Image" onChange=${read} />
      </div>
      <p class="field-error" role="alert">${error}</p>
    </div>
  </div>`
}
