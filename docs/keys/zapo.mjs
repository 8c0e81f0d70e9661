// Writes the Noise keys of your own zapo clients to a key log that ringtrace reads. Call one of the two
// functions, once, before the client is created:
//
//   import * as crypto from 'zapo-js/crypto'
//   import * as transport from 'zapo-js/transport'
//   import { logTransportKeys } from './zapo.mjs'
//   logTransportKeys(crypto, transport, 'test.noisekeys.txt')
//
// A program that loads zapo with `require` hands over what `require` returns: the package holds two copies.
import { hkdfSync } from 'node:crypto'
import { appendFileSync } from 'node:fs'

const append = (path, label, ...fields) => appendFileSync(
  path, `${[label, ...fields.map(bytes => Buffer.from(bytes).toString('hex'))].join(' ')}\n`, { mode: 0o600 })

/** Appends a `WA_NOISE_TRANSPORT` line as each handshake ends: it decrypts that one connection, nothing else. */
export function logTransportKeys(crypto, { WaNoiseHandshake }, path) {
  const pairs = new WeakMap()
  onEphemeral(crypto, WaNoiseHandshake, (handshake, pair) => pairs.set(handshake, pair))
  const { finish } = WaNoiseHandshake.prototype
  WaNoiseHandshake.prototype.finish = function () {
    if (this.chainingKey?.length === 32 && pairs.has(this)) {
      const keys = Buffer.from(hkdfSync('sha256', '', this.chainingKey, '', 64))
      append(path, 'WA_NOISE_TRANSPORT', pairs.get(this).pubKey, keys.subarray(0, 32), keys.subarray(32))
    } else process.emitWarning('this release of zapo keeps its keys elsewhere: no key was logged')
    return finish.call(this)
  }
}

/**
 * Appends a `WA_NOISE_XX` or `WA_NOISE_IK` line as each handshake begins. `auth` is the session's auth store
 * (`store.session('default').auth`). A line holds the static private key, with which the linked device signs in.
 */
export function logPrivateKeys(crypto, { WaNoiseHandshake }, path, auth) {
  const logged = new WeakSet() // a fallback from IK to XX hashes the same pair again: one line serves both
  onEphemeral(crypto, WaNoiseHandshake, (handshake, pair, before) => {
    if (logged.has(pair)) return
    logged.add(pair)
    // IK hashes the server's static key (32 bytes) just before the ephemeral one, XX the prologue (4 bytes).
    const [label, server] = before?.length === 32 ? ['WA_NOISE_IK', [before]] : ['WA_NOISE_XX', []]
    auth.load()
      .then(stored => append(path, label, pair.pubKey, pair.privKey, stored.noiseKeyPair.privKey, ...server))
      .catch(error => process.emitWarning(`no key was logged: ${error.message}`))
  })
}

/** Of all pairs that a client makes, the ephemeral one is that whose public half a handshake hashes. */
function onEphemeral({ X25519 }, { prototype }, seen) {
  const [made, last] = [new WeakMap(), new WeakMap()]
  const { generateKeyPair } = X25519
  X25519.generateKeyPair = () => generateKeyPair.call(X25519).then(pair => (made.set(pair.pubKey, pair), pair))
  const { authenticate } = prototype
  prototype.authenticate = function (data) {
    if (made.has(data)) seen(this, made.get(data), last.get(this))
    last.set(this, data)
    return authenticate.call(this, data)
  }
}
