import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostOf, outcome, stateWords, typesOf } from '../words.js'

const HOOK = { id: 'a', name: 'A', url: 'https://a.example/x', types: [], trigger: '', state: 'working', since: null, next: null, why: '' }

test('only an address of the web has a host', () => {
  assert.equal(hostOf(' https://a.example:8443/in?key=1 '), 'a.example:8443')
  assert.equal(hostOf('http://a.example'), 'a.example')
  for (const none of ['', 'a.example', 'ftp://a.example', 'javascript:alert(1)', 'https://']) assert.equal(hostOf(none), '')
})

test('what came of a delivery', () => {
  assert.equal(outcome({ status: 204, why: '', seconds: 0.12 }), 'Taken: 204, 0.12 s')
  assert.equal(outcome({ status: 500, why: 'It answered 500.', seconds: 1 }), 'It answered 500 (1 s)')
  assert.equal(outcome({ status: null, why: 'No such host.', seconds: 0 }), 'No such host (0 s)')
})

test('how a webhook is doing', () => {
  assert.equal(stateWords(HOOK), 'Everything')
  assert.equal(stateWords({ ...HOOK, types: typesOf('messages'), trigger: 'deploy' }), 'Messages after “deploy”')
  assert.equal(stateWords({ ...HOOK, types: ['pinned', 'unpinned'] }), 'pinned, unpinned')
  assert.match(stateWords({ ...HOOK, state: 'failing', why: 'It answered 500.', since: 1000 }, 1060), /^Tried again\. It answered 500\. Failing since /)
  assert.match(stateWords({ ...HOOK, state: 'paused', why: 'It is gone.' }), /^Given up\. It is gone\.$/)
})
