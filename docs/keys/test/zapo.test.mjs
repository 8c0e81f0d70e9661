import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { createStore, WaClient } from 'zapo-js'
import * as crypto from 'zapo-js/crypto'
import * as transport from 'zapo-js/transport'
import { logPrivateKeys, logTransportKeys } from '../zapo.mjs'
import { ephemeralOf, parseKeyLog, readConnection } from './reader.mjs'
import { CALL, startServer } from './server.mjs'
import { silent } from './silent.mjs'

globalThis.WebSocket ??= WebSocket // which Node 20 has not, and zapo asks for

const folder = mkdtempSync(join(tmpdir(), 'noisekeys-'))
const privatePath = join(folder, 'private.noisekeys.txt')
const transportPath = join(folder, 'transport.noisekeys.txt')

/** An auth store in memory, as a program brings its own. */
const auth = {
  stored: null,
  load: async () => auth.stored,
  save: async credentials => { auth.stored = credentials },
  clear: async () => { auth.stored = null },
}
const inMemory = [
  'signal', 'preKey', 'session', 'identity', 'senderKey', 'appState', 'messages', 'threads', 'contacts', 'privacyToken',
]
const store = createStore({
  backends: { test: { stores: { auth: () => auth }, caches: {} } },
  providers: { ...Object.fromEntries(inMemory.map(domain => [domain, 'memory'])), auth: 'test' },
})

before(() => {
  logTransportKeys(crypto, transport, transportPath)
  logPrivateKeys(crypto, transport, privatePath, store.session('default').auth)
})

after(() => rmSync(folder, { recursive: true }))

/** A whole session of a real client: connect, take the server's stanza, answer it, leave. */
async function session(server) {
  const accepted = server.accepted()
  const client = new WaClient({
    store,
    sessionId: 'default',
    chatSocketUrls: [server.url],
    testHooks: { noiseRootCa: server.root },
  }, silent)
  const received = new Promise(resolve => {
    const take = ({ node }) => { if (node.tag === 'call') resolve(node) }
    client.on('debug_transport_node_in', take) // the name since 1.0
    client.on('transport_node_in', take)
  })
  await client.connect()
  const connection = await accepted
  const call = await received
  const sender = client.lowlevel ?? client // the former since 1.0
  await sender.sendNode({ tag: 'presence', attrs: { type: 'available' } })
  await connection.stanzas(1)
  await client.disconnect()
  return { call, connection }
}

/** Reads the session from each of the two logs: both must give what the server meant and heard. */
function check({ call, connection }, pattern, label) {
  assert.equal(call.attrs.id, CALL.attrs.id, 'the real client took the stanza')
  assert.deepEqual(connection.clientStatic, Buffer.from(auth.stored.noiseKeyPair.pubKey))
  for (const [path, expected] of [[privatePath, label], [transportPath, 'WA_NOISE_TRANSPORT']]) {
    const keyLog = parseKeyLog(readFileSync(path, 'utf8'))
    assert.deepEqual(keyLog.at(-1).fields[0], ephemeralOf(connection.wire), 'the newest line is this session\'s')
    const read = readConnection(connection.wire, keyLog)
    assert.equal(read.label, expected)
    assert.equal(read.pattern, pattern)
    assert.ok(connection.client.length >= 1)
    assert.deepEqual(read.client, connection.client)
    assert.deepEqual(read.server, connection.server)
  }
}

test('XX, then IK, then a server that falls back: each session is read from either log', async t => {
  const server = await startServer()
  t.after(() => server.close())
  check(await session(server), 'XX', 'WA_NOISE_XX')

  // What a client has stored once it was paired and has logged in.
  auth.stored = { ...auth.stored, meJid: '10000000000001:1@s.whatsapp.net', serverStaticKey: server.identity }
  check(await session(server), 'IK', 'WA_NOISE_IK')

  const forgetful = await startServer({ knowsClient: false })
  t.after(() => forgetful.close())
  check(await session(forgetful), 'XXfallback', 'WA_NOISE_IK')

  for (const path of [privatePath, transportPath]) {
    assert.equal(parseKeyLog(readFileSync(path, 'utf8')).length, 3, 'one line a session, none for other pairs')
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
  }
})

test('the transport log holds no key that outlives a connection', () => {
  const text = readFileSync(transportPath, 'utf8')
  assert.ok(!text.includes(Buffer.from(auth.stored.noiseKeyPair.privKey).toString('hex')))
  assert.ok(readFileSync(privatePath, 'utf8').includes(Buffer.from(auth.stored.noiseKeyPair.privKey).toString('hex')))
})
