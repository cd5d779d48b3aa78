// ws as its README sets it up: on /fan, what one says goes to all others; on /echo, back.
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'

const http = createServer((request, response) => response.end())
const server = new WebSocketServer({ server: http })

server.on('connection', (line, request) => {
  const echoes = request.url === '/echo'
  line.on('error', () => {})
  line.on('message', (data, isBinary) => {
    if (echoes) line.send(data, { binary: isBinary })
    else broadcast(line, data, isBinary)
  })
})

function broadcast (from, data, isBinary) {
  for (const line of server.clients) {
    if (line !== from && line.readyState === WebSocket.OPEN) line.send(data, { binary: isBinary })
  }
}

process.on('SIGUSR2', () => globalThis.gc())
http.listen(Number(process.argv[2]), '127.0.0.1')
