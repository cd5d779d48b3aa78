// @ts-check
// The part of Markdown that messages may use, as HTML that is safe to show.
import DOMPurify from 'dompurify'
import { Marked } from 'marked'

const KEPT = 1000
const nothing = () => undefined
/** @param {string} text */
const escaped = text => text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`)

// What has no place in a message is left as it was typed: headings, rules, tables, and link definitions, which would
// not show at all. HTML is text here; a picture is a link to it.
const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  tokenizer: { heading: nothing, lheading: nothing, hr: nothing, table: nothing, def: nothing },
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
  },
})

DOMPurify.addHook('afterSanitizeAttributes', node => {
  if (node.nodeName !== 'A') return
  node.setAttribute('rel', 'noopener noreferrer nofollow')
  node.setAttribute('target', '_blank')
})

const ALLOWED = {
  ALLOWED_TAGS: ['p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'blockquote', 'a'],
  ALLOWED_ATTR: ['href', 'start'],
  ADD_URI_SAFE_ATTR: ['start'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  RETURN_TRUSTED_TYPE: true,
}

/** @type {Map<string, any>} */
const cache = new Map()

/**
 * @param {string} text
 * @returns {any} TrustedHTML, or a string where the browser has no Trusted Types
 */
export const toHtml = text => {
  let made = cache.get(text)
  if (made === undefined) {
    made = DOMPurify.sanitize(/** @type {string} */ (marked.parse(text)), ALLOWED)
    if (cache.size >= KEPT) cache.delete(/** @type {string} */ (cache.keys().next().value))
    cache.set(text, made)
  }
  return made
}
