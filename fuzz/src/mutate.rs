//! Random changes to an input, each determined by a number alone.

/// The longest input that is tried.
pub const MAX_LENGTH: usize = 64 << 10;

/// A small random number generator (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator for this run of this seed.
    #[must_use]
    pub const fn new(seed: u64, run: u64) -> Self {
        Self(seed ^ run.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if `bound` is 0.
    pub const fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    /// An element of `choices`, which must have one.
    pub fn choose<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }
}

/// Numbers at which arithmetic goes wrong.
const NUMBERS: [u64; 14] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// Pieces that mean something to one layer or another.
const WORDS: [&[u8]; 58] = [
    b"<call from='1@lid' id='1'>",
    b"</call>",
    b"<offer call-id='00AA' call-creator='1:2@lid'/>",
    b"<terminate call-id='00AA' reason='timeout'/>",
    b"<ack class='call' id='1'/>",
    b"<!--",
    b"<![CDATA[",
    b"<!-- 18446744073709551615 bytes -->",
    b"&#x10ffff;",
    b"&amp;",
    b"'",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"\x1b[31m",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"{\"",
    b"\":",
    b"[[[[[[[[[[[[[[[[",
    b"]}",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"NaN",
    b"recv xml",
    b"xml send",
    b"node transport node in {",
    b"[Client/Recv DEBUG] ",
    b"[Client/Send] - ",
    b"2026-02-30T25:61:61.999999999Z",
    b"99:99:99.999",
    b"_webSocketMessages",
    b"Network.webSocketFrameReceived",
    b"999999999999:",
    b"0:}",
    b"WA\x06\x03",
    b"ED\0\x01",
    b"GET /ws/chat HTTP/1.1\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\n",
    b"permessage-deflate; client_max_window_bits",
    b"\x16\x03\x01",
    b"\x17\x03\x03",
    b"\x82\xff",
    b"\x88\x02\x03\xe8",
    b"\xd4\xc3\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"PAR1",
    b"NOISE_KEYS ",
    b"CLIENT_TRAFFIC_SECRET_0 ",
    b" and not (",
    b"@s.whatsapp.net",
];

/// An input for this run: one of the seeds, mutated.
#[must_use]
pub fn input(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = random.choose(seeds).clone();
    if input.len() > MAX_LENGTH {
        // A large seed is worth its beginning, where headers are, and sometimes a stretch of the rest.
        let kept = MAX_LENGTH / 2 + random.below(MAX_LENGTH / 2);
        input.truncate(kept);
    }
    for _ in 0..1 + random.below(6) {
        mutate(&mut input, seeds, random);
    }
    input.truncate(MAX_LENGTH);
    input
}

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let rest = input.len() - at;
    match random.below(10) {
        0 if rest > 0 => input[at] ^= 1 << random.below(8),
        1 if rest > 0 => input[at] = random.next() as u8,
        2 => input.truncate(at),
        3 => drop(input.drain(at..at + random.below(rest.min(64) + 1))),
        4 => {
            let word = *random.choose(&WORDS);
            drop(input.splice(at..at, word.iter().copied()));
        }
        5 => {
            let word = *random.choose(&WORDS);
            drop(input.splice(at..at + word.len().min(rest), word.iter().copied()));
        }
        6 => {
            let number = *random.choose(&NUMBERS);
            let width = *random.choose(&[1, 2, 4, 8]);
            let bytes =
                if random.below(2) == 0 { number.to_le_bytes() } else { (number << (64 - 8 * width)).to_be_bytes() };
            drop(input.splice(at..at + width.min(rest), bytes[..width].iter().copied()));
        }
        7 => {
            // A stretch once more, perhaps often.
            let length = random.below(rest.min(256) + 1);
            let stretch = input[at..at + length].repeat(1 + random.below(8));
            drop(input.splice(at..at, stretch));
        }
        8 => {
            // The rest of another seed.
            let other = random.choose(seeds);
            let from = random.below(other.len() + 1);
            let length = random.below((other.len() - from).min(4096) + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..from + length]);
        }
        _ => {
            // A stretch from elsewhere in it.
            let from = random.below(input.len() + 1);
            let length = random.below((input.len() - from).min(512) + 1);
            let stretch = input[from..from + length].to_vec();
            drop(input.splice(at..at, stretch));
        }
    }
}
