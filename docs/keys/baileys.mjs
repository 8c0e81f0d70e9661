// Writes the Noise keys of your own Baileys sockets to a key log that ringtrace reads.
//
//   import * as baileys from '@whiskeysockets/baileys'
//   import { withKeyLog } from './baileys.mjs'
//
//   const makeWASocket = withKeyLog(baileys, 'test.noisekeys.txt')
//   const sock = makeWASocket({ auth: state })
//
// A line decrypts its connection, and it holds the private key with which your account's linked device
// signs in: keep the file as you keep the credentials themselves.
import { appendFileSync } from 'node:fs'

const hex = bytes => Buffer.from(bytes).toString('hex')

/**
 * Returns a `makeWASocket` that appends one `WA_NOISE_XX` line to the file at `path` for each socket it makes.
 * `baileys` is the package's namespace: the copy that your program uses, under whichever name it is installed.
 */
export function withKeyLog({ makeWASocket, Curve }, path) {
  return config => {
    const generateKeyPair = Curve.generateKeyPair
    let ephemeral

    // A socket makes its ephemeral pair first, before this call returns and before anything is sent. The
    // wrapper is in place for this one call only, so that no other key of the account passes through it.
    Curve.generateKeyPair = () => {
      const pair = generateKeyPair()
      ephemeral ??= pair
      return pair
    }
    try {
      return makeWASocket(config)
    } finally {
      Curve.generateKeyPair = generateKeyPair
      if (ephemeral) {
        const fields = [ephemeral.public, ephemeral.private, config.auth.creds.noiseKey.private]
        appendFileSync(path, `WA_NOISE_XX ${fields.map(hex).join(' ')}\n`, { mode: 0o600 })
      } else {
        process.emitWarning('this release of Baileys makes its ephemeral keys elsewhere: no key was logged')
      }
    }
  }
}
