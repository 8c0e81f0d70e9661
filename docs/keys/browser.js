// Logs the transport keys of WhatsApp Web's connections in a browser, as lines for ringtrace's --noise-keylog. Run it in
// the page before the page's own scripts: as a userscript with `@run-at document-start`, or as docs/keys.md shows.
//
// The page encrypts its frames with WebCrypto. Transport frames are AES-256-GCM without additional data, with a counter
// from 0 as the nonce; the handshake's have additional data. So the first key without is that of the transport, one for
// each direction, and the line is written once both were used.
(() => {
  const { importKey, encrypt, decrypt } = SubtleCrypto.prototype
  const raw = new WeakMap()
  let session = null

  const hex = bytes => Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('')
  const bytesOf = data => ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)

  SubtleCrypto.prototype.importKey = async function (format, data, algorithm, ...rest) {
    const isAes = (algorithm?.name ?? algorithm)?.toUpperCase?.() === 'AES-GCM'
    const bytes = isAes && format === 'raw' && bytesOf(data).byteLength === 32 ? hex(bytesOf(data)) : null
    const key = await importKey.call(this, format, data, algorithm, ...rest)
    if (bytes) raw.set(key, bytes)
    return key
  }

  const isTransport = ({ iv, additionalData }) => {
    const nonce = bytesOf(iv ?? [])
    return nonce.length === 12 && nonce.every(byte => byte === 0) && !additionalData?.byteLength
  }

  const note = (side, algorithm, key) => {
    if (!session || session[side] || !raw.has(key) || !isTransport(algorithm)) return
    session[side] = raw.get(key)
    if (!session.toServer || !session.fromServer) return
    const line = `WA_NOISE_TRANSPORT ${session.ephemeral} ${session.toServer} ${session.fromServer}`
    session = null
    window.ringtraceKeyLog = `${window.ringtraceKeyLog ?? ''}${line}\n`
    console.info(line)
  }

  SubtleCrypto.prototype.encrypt = function (algorithm, key, data) {
    note('toServer', algorithm, key)
    return encrypt.call(this, algorithm, key, data)
  }
  SubtleCrypto.prototype.decrypt = function (algorithm, key, data) {
    note('fromServer', algorithm, key)
    return decrypt.call(this, algorithm, key, data)
  }

  // The client's first message: perhaps routing information, "WA" and two numbers of the version, the frame's length in
  // three bytes, and in the client hello (field 2) the ephemeral public key (field 1).
  const ephemeralIn = data => {
    let bytes = bytesOf(data)
    if (bytes[0] === 0x45 && bytes[1] === 0x44) bytes = bytes.subarray(7 + (bytes[4] << 16 | bytes[5] << 8 | bytes[6]))
    if (bytes[0] !== 0x57 || bytes[1] !== 0x41) return null
    const hello = bytes.subarray(7)
    const start = hello.findIndex((byte, at) => byte === 0x0a && hello[at + 1] === 32 && at >= 2)
    return hello[0] === 0x12 && start > 0 ? hex(hello.subarray(start + 2, start + 34)) : null
  }

  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (data) {
    const ephemeral = typeof data === 'string' || data instanceof Blob ? null : ephemeralIn(data)
    if (ephemeral) session = { ephemeral, toServer: null, fromServer: null }
    return send.call(this, data)
  }
})()
