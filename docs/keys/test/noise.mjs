// The parts of Noise that both the fake server and the passive reader need, on node:crypto alone.
import {
  createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, hkdfSync,
} from 'node:crypto'

export const XX = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0')
export const IK = Buffer.from('Noise_IK_25519_AESGCM_SHA256\0\0\0\0')
export const XX_FALLBACK = Buffer.from('Noise_XXfallback_25519_AESGCM_SHA256')

const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI = Buffer.from('302a300506032b656e032100', 'hex')

const privateKeyObject = key => createPrivateKey({ key: Buffer.concat([PKCS8, key]), format: 'der', type: 'pkcs8' })
const publicKeyObject = key => createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' })

/** The X25519 public key of 32 private bytes. */
export const publicOf = privateKey =>
  createPublicKey(privateKeyObject(privateKey)).export({ format: 'der', type: 'spki' }).subarray(SPKI.length)

/** The X25519 secret that `privateKey` shares with the holder of `publicKey`. */
export const agree = (privateKey, publicKey) =>
  diffieHellman({ privateKey: privateKeyObject(privateKey), publicKey: publicKeyObject(publicKey) })

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

const split64 = (salt, input) => {
  const bytes = Buffer.from(hkdfSync('sha256', input, salt, '', 64))
  return [bytes.subarray(0, 32), bytes.subarray(32)]
}

/** One direction's AES-256-GCM key and its counter. */
export class Cipher {
  counter = 0

  constructor(key) {
    this.key = key
  }

  nonce() {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(this.counter++, 8)
    return nonce
  }

  encrypt(plaintext, associated = Buffer.alloc(0)) {
    const cipher = createCipheriv('aes-256-gcm', this.key, this.nonce()).setAAD(associated)
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  decrypt(ciphertext, associated = Buffer.alloc(0)) {
    const end = ciphertext.length - 16
    const decipher = createDecipheriv('aes-256-gcm', this.key, this.nonce()).setAAD(associated)
    decipher.setAuthTag(ciphertext.subarray(end))
    return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()])
  }
}

/** Noise's symmetric state: a hash of all that was said, and a key of all that was agreed. */
export class Handshake {
  constructor(name, prologue) {
    this.hash = name.length === 32 ? name : sha256(name)
    this.chainingKey = this.hash
    this.cipher = new Cipher(this.hash)
    this.mixHash(prologue)
  }

  mixHash(data) {
    this.hash = sha256(this.hash, data)
  }

  mixKey(secret) {
    const [chainingKey, key] = split64(this.chainingKey, secret)
    this.chainingKey = chainingKey
    this.cipher = new Cipher(key)
  }

  encrypt(plaintext) {
    const ciphertext = this.cipher.encrypt(plaintext, this.hash)
    this.mixHash(ciphertext)
    return ciphertext
  }

  decrypt(ciphertext) {
    const plaintext = this.cipher.decrypt(ciphertext, this.hash)
    this.mixHash(ciphertext)
    return plaintext
  }

  /** The two transport keys, client to server first. */
  split() {
    return split64(this.chainingKey, Buffer.alloc(0))
  }
}

/** A frame as it goes out: its length in 3 bytes, and itself. */
export const framed = payload => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(payload.length)
  return Buffer.concat([length.subarray(1), payload])
}

/** Cuts one direction's bytes into frames; a client's begin with a header of which 4 bytes are the prologue. */
export class Frames {
  bytes = Buffer.alloc(0)
  prologue = null

  constructor(fromClient) {
    this.fromClient = fromClient
  }

  push(bytes) {
    this.bytes = Buffer.concat([this.bytes, bytes])
    if (this.fromClient && !this.prologue) {
      if (this.bytes.subarray(0, 2).toString() === 'ED') this.bytes = this.bytes.subarray(7 + this.bytes.readUIntBE(4, 3))
      this.prologue = this.bytes.subarray(0, 4)
      this.bytes = this.bytes.subarray(4)
    }
    const frames = []
    while (this.bytes.length >= 3 && this.bytes.length >= 3 + this.bytes.readUIntBE(0, 3)) {
      const end = 3 + this.bytes.readUIntBE(0, 3)
      frames.push(this.bytes.subarray(3, end))
      this.bytes = this.bytes.subarray(end)
    }
    return frames
  }
}
