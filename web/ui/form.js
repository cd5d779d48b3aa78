// @ts-check
// Forms: what is wrong stands beside its field, a wait is counted down on the button, and nothing moves about.
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { Eye, EyeOff } from './icons.js'
import { useCountdown } from './time.js'

/** @typedef {Record<string, string>} Values  by the name of a field */
/** @typedef {Record<string, string>} Problems  sentences by the name of a field; `''` is the form as a whole */
/**
 * @typedef {object} Means
 * @property {(values: Values) => Problems} [check]  before it is sent
 * @property {(values: Values) => Promise<unknown>} send
 * @property {(error: any, has: (field: string) => boolean) => Problems} [problemsOf]  where an error belongs
 * @property {(error: any) => number} [waitIn]  seconds until it may be sent again
 */

let ids = 0

/** @param {Means} means */
export const useForm = ({ check = () => ({}), send, problemsOf = ({ message }) => ({ '': message }), waitIn = () => 0 }) => {
  const ref = useRef(/** @type {HTMLFormElement | null} */ (null))
  const id = useRef('')
  id.current ||= `form-${++ids}`
  const [problems, setProblems] = useState(/** @type {Problems} */ ({}))
  const [busy, setBusy] = useState(false)
  const [until, setUntil] = useState(0)
  const wait = useCountdown(until)
  useEffect(() => { if (until && !wait) setProblems({}) }, [until, !wait])
  const input = (/** @type {string} */ name) => {
    const found = ref.current?.elements.namedItem(name)
    return found instanceof HTMLInputElement ? found : null
  }

  /** @param {Problems} found */
  const refuse = found => {
    setBusy(false)
    setProblems(found)
    const first = [...ref.current?.elements ?? []].find(one => one instanceof HTMLInputElement && found[one.name])
    if (!(first instanceof HTMLInputElement)) return
    first.focus()
    if (first.type !== 'radio') first.select()
  }
  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    if (busy || wait || !ref.current) return
    /** @type {Values} */ const values = {}
    for (const [name, value] of new FormData(ref.current)) values[name] = String(value)
    const found = check(values)
    if (Object.values(found).some(Boolean)) return refuse(found)
    setBusy(true)
    setProblems({})
    try {
      await send(values)
      setBusy(false)
    } catch (error) {
      const seconds = waitIn(error)
      if (seconds) setUntil(Date.now() + seconds * 1000)
      refuse(problemsOf(error, name => input(name) !== null))
    }
  }
  const clear = (/** @type {string} */ name) => { if (problems[name]) setProblems({ ...problems, [name]: '' }) }
  return { ref, id: id.current, problems, busy, wait, input, submit, clear }
}

/** @typedef {ReturnType<typeof useForm>} Form */

/** @param {{form: Form, kind?: string, label?: string, children: any}} props */
export const FormOf = ({ form, kind = '', label, children }) => html`<form ref=${form.ref} class=${`form ${kind}`} aria-label=${label} onSubmit=${form.submit} noValidate>
  ${children}
</form>`

/** What an input needs to be known by its name, its label and what is said of it. @param {Form} form @param {string} name @param {string} hint */
const about = (form, name, hint) => ({
  id: `${form.id}-${name}`,
  name,
  class: 'field',
  'aria-describedby': form.problems[name] ? `${form.id}-${name}-error` : hint ? `${form.id}-${name}-hint` : null,
  'aria-invalid': form.problems[name] ? 'true' : null,
})

/** The line below a field: what is wrong with it, or else what to know. @param {{form: Form, name: string, hint: string}} props */
const Note = ({ form, name, hint }) => html`<div class="note">
  <p class="field-error" id=${`${form.id}-${name}-error`} role="alert">${form.problems[name]}</p>
  ${hint && !form.problems[name] && html`<p class="dim" id=${`${form.id}-${name}-hint`}>${hint}</p>`}
</div>`

/** @param {{form: Form, name: string, label: string, hint?: string, onInput?: (event: any) => void} & Record<string, any>} props */
export const Field = ({ form, name, label, hint = '', onInput, ...rest }) => html`<div class="entry">
  <label for=${`${form.id}-${name}`}>${label}</label>
  <input spellcheck="false" ...${rest} ...${about(form, name, hint)} onInput=${(/** @type {any} */ event) => {
    form.clear(name)
    onInput?.(event)
  }} />
  <${Note} form=${form} name=${name} hint=${hint} />
</div>`

/** A password, which can be looked at. @param {{form: Form, name: string, label: string, hint?: string} & Record<string, any>} props */
export const PasswordField = ({ form, name, label, hint = '', ...rest }) => {
  const [shown, setShown] = useState(false)
  const words = shown ? 'Hide password' : 'Show password'
  return html`<div class="entry">
    <label for=${`${form.id}-${name}`}>${label}</label>
    <div class="field-box">
      <input spellcheck="false" autocapitalize="none" ...${rest} ...${about(form, name, hint)} type=${shown ? 'text' : 'password'} onInput=${() => form.clear(name)} />
      <button type="button" class="icon-button" aria-label=${words} title=${words} onClick=${() => setShown(!shown)}>
        <${shown ? EyeOff : Eye} />
      </button>
    </div>
    <${Note} form=${form} name=${name} hint=${hint} />
  </div>`
}

/** What is wrong with the form as a whole. @param {{form: Form}} props */
export const FormError = ({ form }) => html`<p class="form-error" role="alert">${form.problems['']}</p>`

/** Keeps the focus, also while it does nothing. @param {{form: Form, kind?: string, children: any}} props */
export const Submit = ({ form: { busy, wait }, kind = 'primary', children }) => {
  const waited = useRef(false)
  useEffect(() => { waited.current ||= wait > 0 }, [wait])
  return html`<button class=${`button ${kind}`} aria-disabled=${busy || wait ? 'true' : null}>
      ${wait ? `Try again in ${wait} s` : busy ? 'One moment…' : children}
    </button>
    <span class="hidden" role="status">${waited.current && !wait ? 'You can try again now.' : ''}</span>`
}
