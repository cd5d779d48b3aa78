// @ts-check
// The part of Markdown that messages may use, as HTML that is safe to show.
import DOMPurify from 'dompurify'
import hljs from 'highlight.js'
import { Marked } from 'marked'

const KEPT = 1000
const nothing = () => undefined
/** @param {string} text */
const escaped = text => text.replace(/[&<>"']/g, found => `&#${found.charCodeAt(0)};`)

/** Code, with the parts of those languages coloured that are known. @param {string} text @param {string} [lang] */
const coloured = (text, lang = '') => {
  const language = lang.trim().toLowerCase()
  return hljs.getLanguage(language) ? hljs.highlight(text, { language, ignoreIllegals: true }).value : escaped(text)
}

// What has no place in a message is left as it was typed: headings, rules, tables, and link definitions, which would
// not show at all. HTML is text here; a picture is a link to it.
const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  tokenizer: { heading: nothing, lheading: nothing, hr: nothing, table: nothing, def: nothing },
  renderer: {
    html: ({ text }) => escaped(text),
    code: ({ text, lang }) => `<pre><code>${coloured(text, lang)}</code></pre>`,
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
  },
})

DOMPurify.addHook('afterSanitizeAttributes', node => {
  if (node.nodeName !== 'A') return
  node.setAttribute('rel', 'noopener noreferrer nofollow')
  node.setAttribute('target', '_blank')
})

// Only what the colours need.
DOMPurify.addHook('uponSanitizeAttribute', (_, data) => {
  if (data.attrName === 'class') data.keepAttr = /^hljs-[\w-]+( \w+_)*$/.test(data.attrValue)
})

const ALLOWED = {
  ALLOWED_TAGS: ['p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'ul', 'ol', 'li', 'blockquote', 'a', 'span'],
  ALLOWED_ATTR: ['href', 'start', 'class'],
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
