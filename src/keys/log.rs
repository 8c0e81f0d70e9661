//! Key logs: text files with a label and hexadecimal fields on each line. Lines of NSS key logs
//! (draft-ietf-tls-keylogfile) and similar lines for WhatsApp's Noise may be in one file or in several.
//!
//! ```text
//! WA_NOISE_TRANSPORT <client ephemeral public> <client-to-server key> <server-to-client key>
//! WA_NOISE_XX        <client ephemeral public> <client ephemeral private> <client static private>
//! WA_NOISE_IK        <client ephemeral public> <client ephemeral private> <client static private> <server static public>
//! CLIENT_RANDOM      <client random> <master secret, 48 bytes>
//! CLIENT_HANDSHAKE_TRAFFIC_SECRET, SERVER_HANDSHAKE_TRAFFIC_SECRET,
//! CLIENT_TRAFFIC_SECRET_<n>, SERVER_TRAFFIC_SECRET_<n>
//!                    <client random> <secret, 32 or 48 bytes>
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead, Read};

use memchr::{memchr, memmem};

use super::diagnoses::{CAPTURE, KEY_FILE, MALFORMED_LINE, NOT_A_KEY_LOG, STATIC_KEY_ONLY, UNKNOWN_LABEL};
use super::secret::{Conflict, PublicKey, Secret, TlsSecret};
use super::store::{Keys, PrivateKeys, TransportKeys};
use super::tls::{ClientRandom, SessionId, TlsLabel};
use crate::anomaly::Anomaly;
use crate::origin::{CaptureId, Origin};

/// The longest line that is read, in bytes; the longest valid line has 275.
const LONGEST_LINE: usize = 4096;

/// The most malformed lines that are kept with their reasons.
const MALFORMED_KEPT: usize = 256;

/// How much of a JSON file is searched, in bytes.
const JSON_LOOKED_AT: u64 = 1 << 20;

/// The result of reading a key log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogReading {
    /// Lines with a usable key.
    pub usable: u64,
    /// Lines with a TLS secret that is not needed to decrypt; they are skipped.
    pub unused: u64,
    /// Lines with an unknown label; they are skipped.
    pub unknown_labels: u64,
    /// The sessions that the usable lines have keys of.
    pub sessions: BTreeSet<SessionId>,
    /// The first malformed lines.
    pub malformed: Vec<MalformedLine>,
    /// The number of malformed lines in all.
    pub malformed_total: u64,
    /// What the file is if it is not a key log, in which case nothing was read from it.
    pub foreign: Option<Foreign>,
}

/// A line that could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedLine {
    /// The line number, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// A file that is not a key log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A client's stored credentials, which have only a static key.
    StaticKeyOnly,
    /// Other JSON.
    Json,
    /// A certificate or a private key (RFC 7468).
    Pem,
    /// A capture of packets.
    Capture,
}

/// What captures of packets begin with: pcapng, pcap in both byte orders and precisions, and snoop (RFC 1761).
const CAPTURES: &[&[u8]] = &[
    b"\x0a\x0d\x0d\x0a",
    b"\xa1\xb2\xc3\xd4",
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x4d\x3c\xb2\xa1",
    b"snoop\0\0\0",
];

/// What the first line of a file with a certificate or a private key begins with, apart from comments.
const PEM: &[u8] = b"-----BEGIN ";

/// Why a line of a key log is unusable. It contains no part of the line's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It does not begin with a label of capital letters, digits and `_`.
    NoLabel,
    /// The wrong number of fields follows the label.
    FieldCount {
        /// The number that the label requires.
        expected: usize,
        /// The number on the line.
        found: usize,
    },
    /// A field has the wrong length.
    Length {
        /// Its position after the label, from 1.
        field: usize,
        /// The length that the label requires.
        expected: &'static str,
        /// Its length in characters.
        found: usize,
    },
    /// A field has a character that is not a hexadecimal digit.
    NotHexadecimal {
        /// Its position after the label, from 1.
        field: usize,
    },
    /// The ephemeral public and private keys are not a pair.
    NotAPair,
    /// An earlier line has another key for the same session.
    Conflict,
    /// The line is too long.
    TooLong,
    /// The text is UTF-16.
    Utf16,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLabel => f.write_str("it does not begin with a label such as WA_NOISE_XX"),
            Self::FieldCount { expected, found } => {
                write!(f, "expected {expected} fields after the label, found {found}")
            }
            Self::Length { field, expected, found } => {
                write!(f, "field {field} has {found} characters instead of {expected}")
            }
            Self::NotHexadecimal { field } => write!(f, "field {field} is not hexadecimal"),
            Self::NotAPair => f.write_str("the ephemeral private and public keys are not a pair"),
            Self::Conflict => f.write_str("an earlier line has another key for the same session"),
            Self::TooLong => write!(f, "it is longer than {LONGEST_LINE} bytes"),
            Self::Utf16 => f.write_str("the file is UTF-16 text; save it as UTF-8"),
        }
    }
}

impl From<Conflict> for Reason {
    fn from(_: Conflict) -> Self {
        Self::Conflict
    }
}

impl LogReading {
    /// Returns the departures from the format, at lines of the file known as `log`.
    #[must_use]
    pub fn anomalies(&self, log: CaptureId) -> Vec<Anomaly> {
        self.anomalies_at(|line| Origin::of_record(log, line, 0, None))
    }

    /// Returns the same for a log inside a capture: `at` gives the origin of a line.
    #[must_use]
    pub fn anomalies_at(&self, at: impl Fn(u64) -> Origin) -> Vec<Anomaly> {
        let mut all: Vec<_> = self
            .malformed
            .iter()
            .map(|MalformedLine { line, reason }| {
                Anomaly::new(&MALFORMED_LINE, at(*line)).detail(format!("line {line}: {reason}"))
            })
            .collect();
        let more = self.malformed_total.saturating_sub(self.malformed.len() as u64);
        if more > 0 {
            all.push(Anomaly::new(&MALFORMED_LINE, at(1)).detail(format!("and {more} more lines")));
        }
        if self.unknown_labels > 0 {
            all.push(Anomaly::new(&UNKNOWN_LABEL, at(1)).detail(format!("{} lines", self.unknown_labels)));
        }
        all.extend(self.foreign.map(|foreign| match foreign {
            Foreign::StaticKeyOnly => Anomaly::new(&STATIC_KEY_ONLY, at(1)),
            Foreign::Json => Anomaly::new(&NOT_A_KEY_LOG, at(1)),
            Foreign::Pem => Anomaly::new(&KEY_FILE, at(1)),
            Foreign::Capture => Anomaly::new(&CAPTURE, at(1)),
        }));
        all
    }

    fn reject(&mut self, line: u64, reason: Reason) {
        self.malformed_total += 1;
        if self.malformed.len() < MALFORMED_KEPT {
            self.malformed.push(MalformedLine { line, reason });
        }
    }
}

impl Keys {
    /// Adds the keys of a key log: UTF-8 text with LF or CRLF line endings, `#` comments and blank lines. An unusable line
    /// does not prevent the others from being read.
    ///
    /// # Errors
    ///
    /// Returns the I/O errors of `log`. Keys that were read before stay.
    pub fn read_log(&mut self, mut log: impl BufRead) -> io::Result<LogReading> {
        let mut reading = LogReading::default();
        let start = log.fill_buf()?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            reading.reject(1, Reason::Utf16);
            return Ok(reading);
        }
        if without_mark(start).trim_ascii_start().first() == Some(&b'{') {
            reading.foreign = Some(read_json(log)?);
            return Ok(reading);
        }
        if CAPTURES.iter().any(|magic| start.starts_with(magic)) {
            reading.foreign = Some(Foreign::Capture);
            return Ok(reading);
        }
        let mut line = Vec::new();
        let mut number = 0;
        while let Some(whole) = read_line(&mut log, &mut line)? {
            number += 1;
            let text = if number == 1 { without_mark(&line) } else { &line }.trim_ascii();
            if text.is_empty() || text.starts_with(b"#") {
                continue;
            }
            if text.starts_with(PEM) && reading == LogReading::default() {
                reading.foreign = Some(Foreign::Pem);
                return Ok(reading);
            }
            match if whole { self.read_entry(text) } else { Err(Reason::TooLong) } {
                Ok(Entry::Usable(session)) => {
                    reading.usable += 1;
                    reading.sessions.insert(session);
                }
                Ok(Entry::Unused) => reading.unused += 1,
                Ok(Entry::Unknown) => reading.unknown_labels += 1,
                Err(reason) => reading.reject(number, reason),
            }
        }
        Ok(reading)
    }

    /// Adds the key of one line.
    fn read_entry(&mut self, line: &[u8]) -> Result<Entry, Reason> {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let label = words.next().ok_or(Reason::NoLabel)?;
        match label {
            b"WA_NOISE_TRANSPORT" => {
                let [ephemeral, client_to_server, server_to_client] = fields(words)?;
                let keys = TransportKeys {
                    client_to_server: Secret::new(client_to_server),
                    server_to_client: Secret::new(server_to_client),
                };
                self.add_transport(ephemeral, keys)?;
                Ok(Entry::Usable(SessionId::Noise(ephemeral)))
            }
            b"WA_NOISE_XX" => {
                let [public, ephemeral, static_key] = fields(words)?;
                self.add_private(private(public, ephemeral, static_key, None)?)?;
                Ok(Entry::Usable(SessionId::Noise(public)))
            }
            b"WA_NOISE_IK" => {
                let [public, ephemeral, static_key, server_static] = fields(words)?;
                self.add_private(private(public, ephemeral, static_key, Some(server_static))?)?;
                Ok(Entry::Usable(SessionId::Noise(public)))
            }
            _ if label.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')) => {
                let label = std::str::from_utf8(label).unwrap_or_default();
                let Some(tls) = TlsLabel::read(label) else {
                    return Ok(if UNUSED.contains(&label) { Entry::Unused } else { Entry::Unknown });
                };
                let (random, secret) = tls_fields(words, tls)?;
                self.tls.add(random, tls, secret)?;
                Ok(Entry::Usable(SessionId::Tls(random)))
            }
            _ => Err(Reason::NoLabel),
        }
    }
}

/// What a valid line is used for.
enum Entry {
    Usable(SessionId),
    Unused,
    Unknown,
}

/// The labels of keys of Noise.
const NOISE: &[&str] = &["WA_NOISE_TRANSPORT", "WA_NOISE_XX", "WA_NOISE_IK"];

/// Returns whether a file that begins so is a key log: whether the first line that is neither blank nor a comment has a
/// known label.
#[must_use]
pub fn is_log(beginning: &[u8]) -> bool {
    let mut lines = without_mark(beginning).split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let label = first.and_then(|line| line.split(u8::is_ascii_whitespace).next());
    let label = label.and_then(|label| std::str::from_utf8(label).ok());
    label.is_some_and(|label| NOISE.contains(&label) || UNUSED.contains(&label) || TlsLabel::read(label).is_some())
}

/// Labels of TLS secrets that are not needed to decrypt application data after the handshake.
const UNUSED: &[&str] = &[
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "EARLY_EXPORTER_MASTER_SECRET",
    "EARLY_EXPORTER_SECRET",
    "ECH_CONFIG",
    "ECH_SECRET",
    "EXPORTER_SECRET",
    "RSA",
];

/// Reads a client random, and a secret of the length that its label requires.
fn tls_fields<'a>(
    words: impl Iterator<Item = &'a [u8]> + Clone,
    label: TlsLabel,
) -> Result<(ClientRandom, TlsSecret), Reason> {
    let found = words.clone().count();
    let mut words = words;
    let (Some(random), Some(secret), 2) = (words.next(), words.next(), found) else {
        return Err(Reason::FieldCount { expected: 2, found });
    };
    let mut client_random = [0; 32];
    hexadecimal(random, 1, &mut client_random, "64")?;
    let mut bytes = [0; 48];
    let (room, expected) = match label {
        TlsLabel::Master => (&mut bytes[..], "96"),
        _ if secret.len() == 64 => (bytes.split_at_mut(32).0, "64 or 96"),
        _ => (&mut bytes[..], "64 or 96"),
    };
    hexadecimal(secret, 2, room, expected)?;
    let secret = TlsSecret::new(room).ok_or(Reason::Length { field: 2, expected, found: secret.len() })?;
    Ok((client_random, secret))
}

/// Reads a field into `key`, which has the required length.
fn hexadecimal(word: &[u8], field: usize, key: &mut [u8], expected: &'static str) -> Result<(), Reason> {
    if word.len() != 2 * key.len() {
        return Err(Reason::Length { field, expected, found: word.len() });
    }
    data_encoding::HEXLOWER_PERMISSIVE.decode_mut(word, key).map(drop).map_err(|_| Reason::NotHexadecimal { field })
}

fn private(
    public: PublicKey,
    ephemeral: [u8; 32],
    static_key: [u8; 32],
    server_static: Option<PublicKey>,
) -> Result<PrivateKeys, Reason> {
    let keys = PrivateKeys { ephemeral: Secret::new(ephemeral), static_key: Secret::new(static_key), server_static };
    if keys.ephemeral.public() == public { Ok(keys) } else { Err(Reason::NotAPair) }
}

/// Reads exactly `N` fields of 32 bytes each.
fn fields<'a, const N: usize>(words: impl Iterator<Item = &'a [u8]> + Clone) -> Result<[[u8; 32]; N], Reason> {
    let found = words.clone().count();
    if found != N {
        return Err(Reason::FieldCount { expected: N, found });
    }
    let mut keys = [[0; 32]; N];
    for (index, (key, word)) in keys.iter_mut().zip(words).enumerate() {
        hexadecimal(word, index + 1, key, "64")?;
    }
    Ok(keys)
}

/// Returns `text` without a leading UTF-8 byte order mark.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Classifies a file that begins with `{`.
fn read_json(log: impl BufRead) -> io::Result<Foreign> {
    let mut text = Vec::new();
    log.take(JSON_LOOKED_AT).read_to_end(&mut text)?;
    let after_name = memmem::find(&text, br#""noiseKey""#).and_then(|at| text.get(at..));
    let private = after_name.is_some_and(|rest| memmem::find(rest, br#""private""#).is_some());
    Ok(if private { Foreign::StaticKeyOnly } else { Foreign::Json })
}

/// Reads the next line into `line`, without its LF and at most [`LONGEST_LINE`] bytes of it. Returns whether that is the
/// whole line, or `None` at the end.
fn read_line(log: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let (mut whole, mut any) = (true, false);
    loop {
        let available = match log.fill_buf() {
            Ok([]) => return Ok(any.then_some(whole)),
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        any = true;
        let end = memchr(b'\n', available);
        let text = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
        let room = LONGEST_LINE - line.len();
        line.extend_from_slice(text.get(..room).unwrap_or(text));
        whole &= text.len() <= room;
        let consumed = text.len() + usize::from(end.is_some());
        log.consume(consumed);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

#[cfg(test)]
mod tests;
