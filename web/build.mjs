// Makes web/vendor, the third-party modules that pages import, from the packages in package-lock.json.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const packages = join(here, 'node_modules')
const vendor = join(here, 'vendor')
const stub = name => join(here, 'stubs', `${name}.cjs`)

// What a page writes after `from`, without the slash: [package, its module].
const MODULES = {
  'autobahn': ['autobahn', 'index.js'],
  'preact': ['preact', 'dist/preact.mjs'],
  'preact-hooks': ['preact', 'hooks/dist/hooks.mjs'],
  'htm': ['htm', 'dist/htm.mjs'],
  'dompurify': ['dompurify', 'dist/purify.es.mjs'],
  'marked': ['marked', 'lib/marked.esm.js'],
  'highlight': ['highlight.js', '../../stubs/highlight.mjs'],
}

// AutobahnJS is CommonJS for Node. Pages speak JSON over transports of their own (line/websocket.js, line/longpoll.js) and sign in by ticket, so its other encodings,
// transports and ways to sign in stay out, and with them the parts of Node that they need.
const UNUSED = /^(cbor|msgpack5|tweetnacl|crypto-js|fs|net|ws|tls|events)$|^when\/|\/(polyfill|rawsocket|persona|cra|cryptosign)\.js$/
const autobahnForPages = {
  name: 'autobahn-for-pages',
  setup(bundle) {
    bundle.onResolve({ filter: UNUSED }, () => ({ path: stub('empty') }))
    bundle.onResolve({ filter: /^when$/ }, () => ({ path: stub('when') }))
  },
}

function about(name) {
  return JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
}

async function bundle(module, [name, entry]) {
  const { version, license } = about(name)
  await build({
    absWorkingDir: here,
    entryPoints: [join(packages, name, entry)],
    outfile: join(vendor, `${module}.js`),
    banner: { js: `/*! ${name} ${version}, ${license}: the text is in LICENSES.txt */` },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'eof',
    external: ['preact'],
    define: { global: 'globalThis' },
    plugins: name === 'autobahn' ? [autobahnForPages] : [],
    logLevel: 'warning',
  })
}

function licences(name) {
  const files = readdirSync(join(packages, name)).filter(file => /^licen[sc]e/i.test(file)).sort()
  const texts = files.map(file => readFileSync(join(packages, name, file), 'utf8').trim())
  return [`${name} ${about(name).version} (${about(name).license})`, ...texts].join('\n\n')
}

rmSync(vendor, { recursive: true, force: true })
mkdirSync(vendor)
for (const [module, source] of Object.entries(MODULES)) await bundle(module, source)
const names = [...new Set(Object.values(MODULES).map(([name]) => name))]
writeFileSync(join(vendor, 'LICENSES.txt'), `${names.map(licences).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
