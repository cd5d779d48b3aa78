// Socket.IO as its documentation sets it up: one room, acknowledgements, the native add-on, the request let go.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const http = createServer((request, response) => response.end())
const io = new Server(http)

io.engine.on('connection', transport => { transport.request = null })

io.on('connection', socket => {
  socket.on('join', done => { socket.join('bench'); done() })
  socket.on('say', what => { socket.to('bench').emit('said', what) })
  socket.on('echo', (what, answer) => { answer(what) })
})

process.on('SIGUSR2', () => globalThis.gc())
http.listen(Number(process.argv[2]), '127.0.0.1')
