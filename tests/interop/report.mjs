// What a driver says to the test that started it, a line of JSON each, and what it is told.
//
//   node CLIENT.mjs URL AUTHID TICKET SERIALIZER
//
// It joins, subscribes to app.test.talk, publishes {from, text, number} there, calls openline.stream.publish for the
// stream app.demo.AUTHID and a procedure that is not for it, and says {"heard": kwargs} for each event. An event whose
// kwargs have `end` makes it leave; then it says {"left": true}.
export const [url, authid, ticket, serializer] = process.argv.slice(2)

export const say = it => process.stdout.write(JSON.stringify(it) + '\n')

export const TOPIC = 'app.test.talk'
export const words = from => ({ from, text: 'Grüße, 世界 🙂', number: 2 ** 31, list: [1.5, null, true] })
export const entry = { stream: `app.demo.${authid}`, type: 'said', data: { by: 'interop' }, key: 'once' }

process.on('unhandledRejection', error => {
  say({ failed: String(error?.stack ?? error) })
  process.exit(1)
})
