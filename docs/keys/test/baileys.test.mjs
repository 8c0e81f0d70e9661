import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as baileys from '@whiskeysockets/baileys'
import { withKeyLog } from '../baileys.mjs'
import { ephemeralOf, parseKeyLog, readConnection } from './reader.mjs'
import { CALL, startServer } from './server.mjs'
import { silent } from './silent.mjs'

const folder = mkdtempSync(join(tmpdir(), 'noisekeys-'))
const path = join(folder, 'baileys.noisekeys.txt')
const unpatched = baileys.Curve.generateKeyPair
let server

before(async () => {
  server = await startServer()
  // Baileys trusts one root, WhatsApp's; here it is told to trust the fake server's.
  baileys.WA_CERT_DETAILS.PUBLIC_KEY = server.root.publicKey
})

after(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

/** A whole session of a real socket: connect, take the server's stanza, answer it, leave. */
async function session(makeWASocket, creds) {
  const accepted = server.accepted()
  const sock = makeWASocket({
    waWebSocketUrl: server.url,
    auth: { creds, keys: { get: async () => ({}), set: async () => {} } },
    logger: silent,
  })
  const received = new Promise(resolve => sock.ws.on('CB:call', resolve))
  const connection = await accepted
  await connection.established()
  const call = await received
  await sock.sendNode({ tag: 'ack', attrs: { id: call.attrs.id, class: 'call', to: call.attrs.from } })
  await connection.stanzas(1)
  await sock.end(undefined)
  return { call, connection }
}

test('each socket appends a line that decrypts what it said and heard', async () => {
  const makeWASocket = withKeyLog(baileys, path)
  const creds = baileys.initAuthCreds()
  const sessions = [await session(makeWASocket, creds), await session(makeWASocket, creds)]

  const keyLog = parseKeyLog(readFileSync(path, 'utf8'))
  assert.deepEqual(keyLog.map(line => line.label), ['WA_NOISE_XX', 'WA_NOISE_XX'])
  for (const [index, { call, connection }] of sessions.entries()) {
    assert.equal(call.attrs.id, CALL.attrs.id, 'the real client took the stanza')
    assert.deepEqual(connection.clientStatic, creds.noiseKey.public)
    assert.deepEqual(keyLog[index].fields[0], ephemeralOf(connection.wire), 'lines in the order of sockets')

    const read = readConnection(connection.wire, keyLog)
    assert.equal(read.pattern, 'XX')
    assert.equal(connection.client.length, 1)
    assert.deepEqual(read.client, connection.client)
    assert.deepEqual(read.server, connection.server)
    assert.equal((await baileys.decodeBinaryNode(read.client[0])).tag, 'ack')
  }
})

test('a line decrypts no other connection', async () => {
  const makeWASocket = withKeyLog(baileys, path)
  const { connection } = await session(makeWASocket, baileys.initAuthCreds())
  const [first, ...rest] = parseKeyLog(readFileSync(path, 'utf8'))
  const own = rest.at(-1)
  assert.throws(() => readConnection(connection.wire, [first]), /one line/)
  const static32 = { ...own, fields: [own.fields[0], own.fields[1], first.fields[2]] }
  assert.throws(() => readConnection(connection.wire, [static32]), 'another account\'s static key')
})

test('nothing stays patched, and the log is for its owner only', () => {
  assert.equal(baileys.Curve.generateKeyPair, unpatched)
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a socket that makes no pair is reported, not logged as something else', async () => {
  const warned = new Promise(resolve => process.once('warning', resolve))
  const other = join(folder, 'none.txt')
  withKeyLog({ makeWASocket: () => 'socket', Curve: baileys.Curve }, other)({})
  assert.match((await warned).message, /no key was logged/)
  assert.throws(() => statSync(other), { code: 'ENOENT' })
})
