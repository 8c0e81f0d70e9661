// Reads a recorded connection as ringtrace does: from the wire and a key log, and nothing else.
import assert from 'node:assert/strict'
import { proto } from '@whiskeysockets/baileys'
import { agree, Cipher, Frames, Handshake, IK, publicOf, XX, XX_FALLBACK } from './noise.mjs'

const FIELDS = { WA_NOISE_TRANSPORT: 3, WA_NOISE_XX: 3, WA_NOISE_IK: 4 }

/** The lines of a key log, each checked for its form. */
export function parseKeyLog(text) {
  assert.ok(text.endsWith('\n'), 'the last line is whole')
  return text.trimEnd().split('\n').map(line => {
    const [label, ...fields] = line.split(' ')
    assert.equal(fields.length, FIELDS[label], `fields of ${label}`)
    for (const field of fields) assert.match(field, /^[0-9a-f]{64}$/)
    return { label, fields: fields.map(field => Buffer.from(field, 'hex')) }
  })
}

/** The client's ephemeral public key, which its first message shows to anyone. */
export const ephemeralOf = wire => Buffer.from(hello(frames(wire, 'client').frames[0]).ephemeral)

/** Finds the connection's line, and decrypts both directions. Throws where a tag does not match. */
export function readConnection(wire, keyLog) {
  const client = frames(wire, 'client')
  const server = frames(wire, 'server')
  const ephemeral = ephemeralOf(wire)
  const lines = keyLog.filter(line => line.fields[0].equals(ephemeral))
  assert.equal(lines.length, 1, 'one line has the ephemeral key of the hello')
  const [line] = lines
  if (line.label !== 'WA_NOISE_TRANSPORT') assert.deepEqual(publicOf(line.fields[1]), ephemeral)

  const { pattern, keys } = line.label === 'WA_NOISE_TRANSPORT'
    ? { pattern: patternOf(client, server), keys: line.fields.slice(1) }
    : deriveKeys(client, server, line)
  const handshakeFrames = pattern === 'IK' ? 1 : 2
  const [incoming, outgoing] = keys.map(key => new Cipher(key))
  return {
    label: line.label,
    pattern,
    client: client.frames.slice(handshakeFrames).map(frame => incoming.decrypt(frame)),
    server: server.frames.slice(1).map(frame => outgoing.decrypt(frame)),
  }
}

const hello = frame => proto.HandshakeMessage.decode(frame).clientHello

function frames(wire, from) {
  const frames = new Frames(from === 'client')
  const found = wire.filter(message => message.from === from).flatMap(message => frames.push(message.bytes))
  return { frames: found, prologue: frames.prologue }
}

function patternOf(client, server) {
  if (!hello(client.frames[0]).static?.length) return 'XX'
  return proto.HandshakeMessage.decode(server.frames[0]).serverHello.static?.length ? 'XXfallback' : 'IK'
}

function deriveKeys(client, server, { fields: [ephemeral, ephemeralPrivate, staticPrivate, serverStatic] }) {
  const pattern = patternOf(client, server)
  const { serverHello } = proto.HandshakeMessage.decode(server.frames[0])
  const noise = new Handshake({ XX, IK, XXfallback: XX_FALLBACK }[pattern], client.prologue)
  if (pattern === 'IK') {
    const clientHello = hello(client.frames[0])
    noise.mixHash(serverStatic)
    noise.mixHash(ephemeral)
    noise.mixKey(agree(ephemeralPrivate, serverStatic))
    assert.deepEqual(noise.decrypt(clientHello.static), publicOf(staticPrivate))
    noise.mixKey(agree(staticPrivate, serverStatic))
    noise.decrypt(clientHello.payload)
    noise.mixHash(serverHello.ephemeral)
    noise.mixKey(agree(ephemeralPrivate, serverHello.ephemeral))
    noise.mixKey(agree(staticPrivate, serverHello.ephemeral))
    noise.decrypt(serverHello.payload)
  } else {
    const { clientFinish } = proto.HandshakeMessage.decode(client.frames[1])
    noise.mixHash(ephemeral)
    noise.mixHash(serverHello.ephemeral)
    noise.mixKey(agree(ephemeralPrivate, serverHello.ephemeral))
    noise.mixKey(agree(ephemeralPrivate, noise.decrypt(serverHello.static)))
    noise.decrypt(serverHello.payload)
    assert.deepEqual(noise.decrypt(clientFinish.static), publicOf(staticPrivate))
    noise.mixKey(agree(staticPrivate, serverHello.ephemeral))
    noise.decrypt(clientFinish.payload)
  }
  return { pattern, keys: noise.split() }
}
