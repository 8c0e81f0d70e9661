// A WhatsApp server that exists on loopback only: it answers the handshake of a real client, says one stanza,
// and keeps both what was on the wire and what it meant.
import { once } from 'node:events'
import { Curve, encodeBinaryNode, proto } from '@whiskeysockets/baileys'
import { WebSocketServer } from 'ws'
import { agree, Cipher, framed, Frames, Handshake, IK, XX, XX_FALLBACK } from './noise.mjs'

const ROOT_SERIAL = 0
const { CertChain, HandshakeMessage } = proto

const certificate = (issuer, details) => {
  const bytes = CertChain.NoiseCertificate.Details.encode(details).finish()
  return { details: bytes, signature: Curve.sign(issuer.private, bytes) }
}

/** Starts a server on a free port. `knowsClient: false` makes it answer IK as if it had lost its static key. */
export async function startServer({ knowsClient = true } = {}) {
  const [root, intermediate, identity] = [Curve.generateKeyPair(), Curve.generateKeyPair(), Curve.generateKeyPair()]
  const chain = CertChain.encode({
    intermediate: certificate(root, { serial: 1, issuerSerial: ROOT_SERIAL, key: intermediate.public }),
    leaf: certificate(intermediate, { serial: 2, issuerSerial: 1, key: identity.public }),
  }).finish()
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')

  const connections = []
  server.on('connection', socket => {
    const connection = new Connection(socket, { identity, chain, knowsClient })
    connections.push(connection)
    server.emit('accepted', connection)
  })
  return {
    url: `ws://127.0.0.1:${server.address().port}/ws/chat`,
    root: { publicKey: root.public, serial: ROOT_SERIAL },
    identity: identity.public,
    connections,
    accepted: () => once(server, 'accepted').then(([connection]) => connection),
    close: () => {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

/** The stanza that the server says once the handshake is done. */
export const CALL = {
  tag: 'call',
  attrs: { from: '10000000000001@lid', id: 'AB12-1', t: '1778770943' },
  content: [{ tag: 'terminate', attrs: { 'call-id': '00AA', 'call-creator': '10000000000001:1@lid' } }],
}

class Connection {
  /** What a recorder sees: messages in order, each with its sender. */
  wire = []
  /** What it means: the plaintexts of each direction's frames after the handshake. */
  client = []
  server = []
  waiting = []

  constructor(socket, server) {
    Object.assign(this, { socket, ...server })
    this.frames = new Frames(true)
    this.receive = this.clientHello
    this.failed = new Promise((_, reject) => { this.fail = reject })
    this.failed.catch(() => {})
    socket.on('message', bytes => {
      this.wire.push({ from: 'client', bytes })
      try {
        for (const frame of this.frames.push(bytes)) this.receive(frame)
      } catch (error) {
        this.fail(error)
      }
    })
  }

  /** Resolves once `count` stanzas of the client have arrived. */
  async stanzas(count) {
    while (this.client.length < count) await Promise.race([this.failed, new Promise(go => this.waiting.push(go))])
    return this.client
  }

  /** Resolves once the handshake is done. */
  async established() {
    while (!this.outgoing) await Promise.race([this.failed, new Promise(go => this.waiting.push(go))])
  }

  send(payload) {
    const bytes = framed(payload)
    this.wire.push({ from: 'server', bytes })
    this.socket.send(bytes)
  }

  wake() {
    for (const go of this.waiting.splice(0)) go()
  }

  clientHello(frame) {
    const hello = HandshakeMessage.decode(frame).clientHello
    const resumes = hello.static?.length > 0
    if (resumes && this.knowsClient) this.resume(hello)
    else this.introduce(hello, resumes ? XX_FALLBACK : XX)
  }

  introduce({ ephemeral }, name) {
    const own = Curve.generateKeyPair()
    const noise = this.noise = new Handshake(name, this.frames.prologue)
    noise.mixHash(ephemeral)
    noise.mixHash(own.public)
    noise.mixKey(agree(own.private, ephemeral))
    const identity = noise.encrypt(this.identity.public)
    noise.mixKey(agree(this.identity.private, ephemeral))
    const payload = noise.encrypt(this.chain)
    this.own = own
    this.receive = this.clientFinish
    this.send(HandshakeMessage.encode({ serverHello: { ephemeral: own.public, static: identity, payload } }).finish())
  }

  clientFinish(frame) {
    const finish = HandshakeMessage.decode(frame).clientFinish
    const client = this.noise.decrypt(finish.static)
    this.noise.mixKey(agree(this.own.private, client))
    this.noise.decrypt(finish.payload)
    this.establish(client)
  }

  resume(hello) {
    const own = Curve.generateKeyPair()
    const noise = this.noise = new Handshake(IK, this.frames.prologue)
    noise.mixHash(this.identity.public)
    noise.mixHash(hello.ephemeral)
    noise.mixKey(agree(this.identity.private, hello.ephemeral))
    const client = noise.decrypt(hello.static)
    noise.mixKey(agree(this.identity.private, client))
    noise.decrypt(hello.payload)
    noise.mixHash(own.public)
    noise.mixKey(agree(own.private, hello.ephemeral))
    noise.mixKey(agree(own.private, client))
    const payload = noise.encrypt(this.chain)
    this.send(HandshakeMessage.encode({ serverHello: { ephemeral: own.public, payload } }).finish())
    this.establish(client)
  }

  establish(client) {
    const [fromClient, toClient] = this.noise.split()
    this.clientStatic = Buffer.from(client)
    this.incoming = new Cipher(fromClient)
    this.outgoing = new Cipher(toClient)
    this.receive = this.stanza
    this.say(encodeBinaryNode(CALL))
    this.wake()
  }

  say(plaintext) {
    this.server.push(Buffer.from(plaintext))
    this.send(this.outgoing.encrypt(plaintext))
  }

  stanza(frame) {
    this.client.push(this.incoming.decrypt(frame))
    this.wake()
  }
}
