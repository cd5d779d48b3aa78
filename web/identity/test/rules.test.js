import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Later, Refused } from '../../session.js'
import { checkLogin, checkPassword, codeIn, forgotHash, loginOf, problemsOf, waitIn } from '../rules.js'

test('a sign-in name is made of a name, and is one', () => {
  for (const [name, login] of [['Ada Lovelace', 'ada.lovelace'], ['  Ádám-Ő. ', 'adam.o'], ['李', ''], ['x'.repeat(50), 'x'.repeat(32)], ['a'.repeat(31) + ' b', 'a'.repeat(31)]]) {
    assert.equal(loginOf(name), login)
    assert.equal(checkLogin(login) === '', login !== '')
  }
})

test('what is no sign-in name is told before the node is asked', () => {
  for (const login of ['ada', 'ADA ', 'a.b_c-9', 'ａｄａ']) assert.equal(checkLogin(login), '', login)
  for (const login of ['', ' ', 'a', 'a b', 'ö', '@ada', 'x'.repeat(33)]) assert.notEqual(checkLogin(login), '', login)
})

test('a password counts characters as the node does', () => {
  for (const password of ['0123456789', '😀'.repeat(10), ' '.repeat(10), 'x'.repeat(256)]) assert.equal(checkPassword(password), '')
  for (const password of ['', '012345678', '😀'.repeat(9), 'x'.repeat(257)]) assert.notEqual(checkPassword(password), '')
})

test('a pasted link is as good as its code', () => {
  for (const words of ['aB3_-', ' https://talk.example/#/invite/aB3_- ', '#/invite/aB3_-']) assert.equal(codeIn(words), 'aB3_-')
})

test('what was typed goes along to where a password was forgotten, as far as an address can hold it', () => {
  for (const [typed, hash] of [[' Ada.L ', '#/forgot/Ada.L'], ['', '#/forgot'], ['ada@example.com', '#/forgot'], ['<b>', '#/forgot']]) {
    assert.equal(forgotHash(typed), hash)
  }
})

test('a refusal stands beside its field, if the form has it', () => {
  const has = field => ['login', 'password'].includes(field)
  const of = (uri, fields) => problemsOf(new Refused(`openline.identity.error.${uri}`, 'No.', fields), has)
  assert.deepEqual(of('login_taken'), { login: 'No.' })
  assert.deepEqual(of('wrong_password'), { password: 'No.' })
  assert.deepEqual(of('weak_password', { field: 'password' }), { password: 'No.' })
  assert.deepEqual(of('weak_password', { field: 'new' }), { '': 'No.' })
  assert.deepEqual(of('invite_invalid'), { '': 'No.' })
  assert.deepEqual(problemsOf(new TypeError('Broken.'), has), { '': 'Broken.' })
})

test('a wait is whole seconds, wherever it is told', () => {
  assert.equal(waitIn(new Later('Wait.', 7.2)), 8)
  assert.equal(waitIn(new Refused('x', 'Wait.', { retry_after: 3 })), 3)
  assert.equal(waitIn(new Error('Broken.')), 0)
})
