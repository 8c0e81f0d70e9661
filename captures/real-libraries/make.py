"""Makes real-libraries: a call's media over ICE, DTLS and SCTP as aioice, OpenSSL and aiortc send it.

Both ends run on this machine; their datagrams are written with addresses of documentation ranges. Everything that is said
is made up. python make.py captures/real-libraries/real-libraries"""
import asyncio, base64, hashlib, hmac, os, struct, sys, time
from aiortc import (RTCCertificate, RTCDataChannel, RTCDataChannelParameters, RTCDtlsTransport, RTCIceGatherer,
                    RTCIceTransport, RTCSctpTransport)

CALL = "0FEEDBEEF00000000000000000000B2D"
ME, PEER = "100000000000001:7@lid", "100000000000002@lid"
def ssrc(device, slot=0):
    prk = hmac.new(struct.pack("<I", slot), CALL.encode(), hashlib.sha256).digest()
    return struct.unpack("<I", hmac.new(prk, device.encode() + b"\x01", hashlib.sha256).digest()[:4])[0]
TOKEN = hashlib.sha256(b"token").digest() * 4 + hashlib.sha256(b"more").digest()[:22]
AUTH = hashlib.sha256(b"auth").digest() + hashlib.sha256(b"auth 2").digest()[:22]
KEY = base64.b64encode(hashlib.sha256(b"relay key").digest()[:16])
packets, log, keys = [], [], []
names = {}

# Every datagram that the libraries hand to their sockets.
_ds = asyncio.selector_events._SelectorDatagramTransport.sendto
def sendto(self, data, addr=None):
    packets.append((time.time(), self.get_extra_info("sockname")[:2], tuple(addr[:2]), bytes(data)))
    return _ds(self, data, addr)
asyncio.selector_events._SelectorDatagramTransport.sendto = sendto

_ctx = RTCCertificate._create_ssl_context
def create(self, srtp_profiles):
    ctx = _ctx(self, srtp_profiles)
    ctx.set_keylog_callback(lambda conn, line: keys.append(line.decode()) if line.decode() not in keys else None)
    return ctx
RTCCertificate._create_ssl_context = create

def stun(kind, tx, attrs, key=None):
    body = b"".join(struct.pack("!HH", k, len(v)) + v + b"\0" * (-len(v) % 4) for k, v in attrs)
    if key is not None:
        head = struct.pack("!HHI", kind, len(body) + 24, 0x2112A442) + tx
        body += struct.pack("!HH", 8, 20) + hmac.new(key, head + body, hashlib.sha1).digest()
    return struct.pack("!HHI", kind, len(body), 0x2112A442) + tx + body

def rtp(ssrc, n, size):
    return struct.pack("!BBHII", 0x90, 120, n, n * 960, ssrc) + bytes.fromhex("debe0000") + os.urandom(size)

def said(way, xml):
    log.append((time.time(), way, xml))

async def main():
    relay_block = f'<relay peer_pid="0" self_pid="1" uuid="SyntheticRelay02"><participant jid="{PEER}" pid="0"/><participant jid="{ME}" pid="1"/><token id="0"><!-- 150 bytes --></token><auth_token id="0">{AUTH.hex()}</auth_token><key>{KEY.decode()}</key><te2 auth_token_id="0" c2r_rtt="28" relay_id="0" relay_name="syn1c01" token_id="0">cb00710a0d96</te2></relay>'
    said("Recv", f'<success companion_enc_static="NULL" lid="{ME}" props="0" t="{int(time.time())}"/>')
    said("Recv", f'<call from="{PEER}" id="59868.22258-1" notify="Synthetic Peer" platform="android" t="{int(time.time())}" version="2.26.30.1"><offer call-creator="{PEER}" call-id="{CALL}"><audio enc="opus" rate="16000"/><net medium="3"/><enc count="0" type="msg" v="2"><!-- 138 bytes --></enc><encopt keygen="2"/>{relay_block}</offer></call>')
    said("Send", f'<ack class="call" id="59868.22258-1" to="{PEER}" type="offer"/>')
    said("Send", f'<call id="66A12B1F53735AC392E649F9B7AE22CE" to="{PEER}"><preaccept call-creator="{PEER}" call-id="{CALL}"><audio enc="opus" rate="16000"/><encopt keygen="2"/><capability ver="1">0105f709e4bb07</capability></preaccept></call>')
    await asyncio.sleep(0.4)
    said("Send", f'<call id="66A12B1F53735AC392E649F9B7AE22CF" to="{PEER}"><accept call-creator="{PEER}" call-id="{CALL}"><audio enc="opus" rate="16000"/><net medium="2"/><encopt keygen="2"/></accept></call>')
    said("Recv", f'<ack class="call" from="{PEER}" id="66A12B1F53735AC392E649F9B7AE22CF" type="accept"/>')
    sides = {}
    for name in ("client", "relay"):
        gatherer = RTCIceGatherer(iceServers=[])
        transport = RTCIceTransport(gatherer)
        if name == "relay":
            gatherer._connection._local_username = base64.b64encode(AUTH).decode()
            gatherer._connection._local_password = base64.b64encode(KEY).decode()
        await gatherer.gather()
        dtls = RTCDtlsTransport(transport, [RTCCertificate.generateCertificate()])
        sctp = RTCSctpTransport(dtls)
        sides[name] = (gatherer, transport, dtls, sctp)
    c, r = sides["client"], sides["relay"]
    for n, (g, *_ ) in sides.items():
        for cand in g.getLocalCandidates():
            names[(cand.ip, cand.port)] = n
    # One address of each: the relay has one.
    for mine, other in ((c, r), (r, c)):
        cand = [x for x in other[0].getLocalCandidates() if ":" not in x.ip][0]
        await mine[1].addRemoteCandidate(cand); await mine[1].addRemoteCandidate(None)
    c[1]._connection.ice_controlling, r[1]._connection.ice_controlling = True, False
    c[1]._role_set = r[1]._role_set = True
    await asyncio.gather(c[1].start(r[0].getLocalParameters()), r[1].start(c[0].getLocalParameters()))
    c[2]._set_role("client"); r[2]._set_role("server")
    await asyncio.gather(c[2].start(r[2].getLocalParameters()), r[2].start(c[2].getLocalParameters()))
    channels = [RTCDataChannel(s[3], RTCDataChannelParameters(id=0, negotiated=True, label="media", ordered=False, maxRetransmits=0)) for s in (c, r)]
    await asyncio.gather(c[3].start(r[3].getCapabilities(), r[3].port), r[3].start(c[3].getCapabilities(), c[3].port))
    while any(ch.readyState != "open" for ch in channels):
        await asyncio.sleep(0.01)
    mine, theirs = channels
    @theirs.on("message")
    def answer(message):
        kind = struct.unpack("!H", message[:2])[0]
        if kind == 0x0003: theirs.send(stun(0x0103, message[8:20], [(0x0020, bytes.fromhex("0001") + struct.pack("!H", 50001 ^ 0x2112) + bytes(a ^ b for a, b in zip((192, 0, 2, 10), (0x21, 0x12, 0xa4, 0x42))))]))
        if kind == 0x0801: theirs.send(stun(0x0802, message[8:20], []))
    mine.send(stun(0x0003, os.urandom(12), [(0x4000, TOKEN)], KEY))
    mine.send(stun(0x0801, os.urandom(12), []))
    for n in range(1, 76):
        await asyncio.sleep(0.06)
        mine.send(rtp(ssrc(ME), n, 40 + n % 30))
        # The other side's media stops after a second and a half.
        if n <= 25: theirs.send(rtp(ssrc("100000000000002:0@lid"), n, 40 + n % 25))
        if n % 15 == 0: mine.send(stun(0x0801, os.urandom(12), []))
    said("Recv", f'<call from="{PEER}" id="59868.22258-9" t="{int(time.time())}"><terminate call-creator="{PEER}" call-id="{CALL}"/></call>')
    said("Send", f'<ack class="call" id="59868.22258-9" to="{PEER}" type="terminate"/>')
    await asyncio.sleep(0.2)

asyncio.run(main())
out = sys.argv[1]
ends = {"client": ("192.0.2.10", 50001), "relay": ("203.0.113.10", 3478)}
def end(a): return ends[names[a]]
def checksum(b):
    s = sum(struct.unpack("!%dH" % (len(b) // 2), b)); s = (s >> 16) + (s & 0xffff); return ~(s + (s >> 16)) & 0xffff
with open(out + ".pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
    for t, a, b, data in packets:
        if a not in names or b not in names: continue
        (ia, pa), (ib, pb) = end(a), end(b)
        if ia == ib: continue
        ip = lambda s: bytes(map(int, s.split(".")))
        udp = struct.pack("!HHHH", pa, pb, 8 + len(data), 0) + data
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0, ip(ia), ip(ib))
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        raw = head + udp
        f.write(struct.pack("<IIII", int(t), int(t % 1 * 1e6), len(raw), len(raw)) + raw)
with open(out + ".whatsmeow.log", "w") as f:
    for t, way, xml in log:
        f.write(time.strftime("%H:%M:%S", time.gmtime(t)) + ".%03d [Client/%s DEBUG] %s\n" % (int(t % 1 * 1000), way, xml))
open(out + ".dtlskeylog.txt", "w").write("# Keys of a synthetic DTLS session.\n" + "\n".join(keys) + "\n")
print(len(packets), "datagrams", len(keys), "keys")
