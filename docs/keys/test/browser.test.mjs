// Runs browser.js in a real browser, before a page that logs in with WebCrypto. CHROMIUM names the browser; where there is
// none, nothing is tested. RINGTRACE names a ringtrace that is to read the recording, too.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { parseKeyLog, readConnection } from './reader.mjs'
import { startServer } from './server.mjs'

const CHROMIUM = process.env.CHROMIUM ?? 'chromium'
const isThere = () => {
  try {
    execFileSync(CHROMIUM, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const skip = isThere() ? false : `${CHROMIUM} is not installed`
const file = name => readFileSync(new URL(name, import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'noisekeys-'))
let pages, server, browser

before(async () => {
  if (skip) return
  server = await startServer()
  pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(file('page.html')))
  pages.listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${folder}/profile`]
  browser = spawn(CHROMIUM, [...options, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
})

after(async () => {
  if (skip) return
  browser.kill()
  await once(browser, 'exit')
  server.close()
  pages.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** The browser's address for its developer tools, which it prints. */
async function address() {
  let said = ''
  for await (const part of browser.stderr) {
    said += part
    const found = said.match(/ws:\/\/\S+/)
    if (found) return found[0]
  }
  throw new Error(said)
}

/** A tab, by the Chrome DevTools Protocol. */
async function tab() {
  const { host } = new URL(await address())
  const [page] = (await (await fetch(`http://${host}/json`)).json()).filter(({ type }) => type === 'page')
  const socket = new WebSocket(page.webSocketDebuggerUrl)
  await once(socket, 'open')
  let last = 0
  return (method, params = {}) => new Promise((resolve, reject) => {
    const id = ++last
    const listener = data => {
      const message = JSON.parse(data)
      if (message.id !== id) return
      socket.off('message', listener)
      message.error ? reject(new Error(message.error.message)) : resolve(message.result)
    }
    socket.on('message', listener)
    socket.send(JSON.stringify({ id, method, params }))
  })
}

/** The recording as a HAR with WebSocket messages. */
function har({ wire }) {
  const messages = wire.map(({ from, bytes }, index) => ({
    type: from === 'client' ? 'send' : 'receive', time: 1789398142 + index / 10, opcode: 2, data: Buffer.from(bytes).toString('base64'),
  }))
  const request = { method: 'GET', url: server.url, headers: [] }
  const entry = { startedDateTime: '2026-09-14T15:02:22.000Z', request, response: { status: 101 }, _webSocketMessages: messages }
  return JSON.stringify({ log: { version: '1.2', creator: { name: 'test' }, entries: [entry] } })
}

test('the script logs the transport keys of a page that uses WebCrypto', { skip }, async () => {
  const call = await tab()
  await call('Page.enable')
  await call('Page.addScriptToEvaluateOnNewDocument', { source: file('../browser.js') })
  const accepted = server.accepted()
  await call('Page.navigate', { url: `http://127.0.0.1:${pages.address().port}/?server=${encodeURIComponent(server.url)}` })
  const connection = await accepted
  await connection.stanzas(2)

  const evaluated = await call('Runtime.evaluate', { expression: 'window.ringtraceKeyLog' })
  const keyLog = parseKeyLog(evaluated.result.value)
  assert.deepEqual(keyLog.map(line => line.label), ['WA_NOISE_TRANSPORT'])
  const read = readConnection(connection.wire, keyLog)
  assert.deepEqual([read.pattern, read.client.length, read.server.length], ['XX', 2, 1])
  assert.deepEqual(read.client, connection.client)
  assert.deepEqual(read.server, connection.server)

  if (process.env.RINGTRACE) {
    const [capture, keys] = [join(folder, 'page.har'), join(folder, 'page.noisekeys.txt')]
    writeFileSync(capture, har(connection))
    writeFileSync(keys, evaluated.result.value)
    const table = execFileSync(process.env.RINGTRACE, ['export', '--table', 'stanzas', '--format', 'ndjson', capture])
    const stanzas = table.toString().trimEnd().split('\n').map(line => JSON.parse(line))
    assert.deepEqual(stanzas.map(({ direction, action }) => [direction, action]).sort(), [['in', 'terminate'], ['out', 'terminate'], ['out', 'terminate']])
  }
})
