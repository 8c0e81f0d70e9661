//! What a text says in base64 and in hex.

/// The fewest characters of base64 that can say anything that is looked for.
const BASE64: usize = 8;

/// The same of hex.
const HEX: usize = 12;

/// The longest line, in bytes, in which spaces may stand between the characters. The lines of machines are longer.
const BY_HAND: usize = 4_096;

/// What each line says, on a line of its own; `None` if no line says anything.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut said = Said::default();
    let mut lines = text.split('\n').peekable();
    let mut is_any = false;
    while let Some(line) = lines.next() {
        let before = said.text.len();
        line.split(|c| !is_base64(c)).for_each(|word| base64(word, &mut said));
        if line.len() <= BY_HAND {
            let next = lines.peek().copied().unwrap_or_default();
            let next = next.get(..next.floor_char_boundary(BY_HAND)).unwrap_or_default();
            joined(line, next, |word| base64(word, &mut said));
        }
        hex(line, &mut said);
        is_any |= said.text.len() > before;
        said.text.push('\n');
    }
    said.text.pop();
    is_any.then_some(said.text)
}

fn is_base64(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' | '-' | '_')
}

/// Tells the words of a line that white space interrupts, the last of which may go on in the next line.
fn joined(line: &str, next: &str, mut tell: impl FnMut(&str)) {
    let is_other = |character: char| !is_base64(character) && !character.is_whitespace();
    let tell_joined = |text: &str, tell: &mut dyn FnMut(&str)| {
        // Most are too short to be looked at.
        let text = if text.len() > BASE64 { text.trim() } else { "" };
        if text.contains(char::is_whitespace) {
            tell(&text.split_whitespace().collect::<String>());
        }
    };
    let mut parts = line.split(is_other);
    let last = parts.next_back().unwrap_or_default();
    parts.for_each(|part| tell_joined(part, &mut tell));
    if !last.trim().is_empty() {
        let after = next.split(is_other).next().unwrap_or_default();
        tell_joined(&format!("{last}\n{after}"), &mut tell);
    }
}

/// Adds what a word says in base64, wherever it begins in it.
fn base64(word: &str, said: &mut Said) {
    if word.len() < BASE64 {
        return;
    }
    let sextets: Vec<u8> = word.bytes().map(sextet).collect();
    let mut bytes = Vec::with_capacity(sextets.len());
    for begin in 0..4 {
        bytes.clear();
        let (groups, rest) = sextets.get(begin..).unwrap_or_default().as_chunks::<4>();
        for [a, b, c, d] in groups {
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        match rest {
            [a, b] => bytes.push(a << 2 | b >> 4),
            [a, b, c] => bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2]),
            _ => {}
        }
        said.bytes(&bytes);
    }
}

const fn sextet(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    }
}

/// Adds what a line says in hex, with whatever between the digits.
fn hex(line: &str, said: &mut Said) {
    let mut digits = Vec::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let is_sign = matches!(character, '0' | '\\') && characters.next_if(|next| matches!(next, 'x' | 'X')).is_some();
        if is_sign {
            continue;
        }
        match character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
            Some(digit) => digits.push(digit),
            None if character.is_alphanumeric() => {
                say_hex(&digits, said);
                digits.clear();
            }
            None => {}
        }
    }
    say_hex(&digits, said);
}

/// Adds what these digits say, wherever the first byte begins.
fn say_hex(digits: &[u8], said: &mut Said) {
    if digits.len() < HEX {
        return;
    }
    for begin in 0..2 {
        let pairs = digits.get(begin..).unwrap_or_default().as_chunks().0.iter();
        said.bytes(&pairs.map(|[high, low]| high << 4 | low).collect::<Vec<u8>>());
    }
}

/// The text of bytes that need not be any. Most are none: as base64, words of English are noise. What says nothing leaves a
/// gap, which is written when something follows.
#[derive(Default)]
struct Said {
    text: String,
    /// How many characters were left out since the last one.
    gap: usize,
}

/// The widest gap that is written. No number goes on beyond it.
const GAP: usize = 4;

/// The fewest bytes that say something without a digit or a letter of another script.
const SAYS: usize = 3;

impl Said {
    /// Adds bytes as text, in UTF-8 and, if they may be that, in UTF-16 of either order.
    fn bytes(&mut self, bytes: &[u8]) {
        self.gap += 1;
        for chunk in bytes.utf8_chunks() {
            self.add(chunk.valid());
            self.gap += chunk.invalid().len().min(1);
        }
        // Letters of one script have a byte in common.
        let is_script = |window: &[u8]| matches!(window, [a, _, b, _, c] if a == b && b == c);
        if !bytes.contains(&0) && !bytes.windows(5).any(is_script) {
            return;
        }
        for begin in 0..2 {
            let pairs = bytes.get(begin..).unwrap_or_default().as_chunks().0.iter();
            for units in [
                pairs.clone().map(|pair| u16::from_le_bytes(*pair)).collect::<Vec<_>>(),
                pairs.map(|pair| u16::from_be_bytes(*pair)).collect(),
            ] {
                self.gap += 1;
                self.add(&String::from_utf16_lossy(&units));
            }
        }
    }

    /// Adds the parts of a text that show and say something.
    fn add(&mut self, text: &str) {
        let is_none = |character: char| character.is_control() || character == char::REPLACEMENT_CHARACTER;
        for (place, part) in text.split(is_none).enumerate() {
            self.gap += usize::from(place > 0);
            let says = part.len() >= SAYS || part.bytes().any(|byte| byte.is_ascii_digit() || !byte.is_ascii());
            if says {
                self.text.extend(std::iter::repeat_n(' ', self.gap.min(GAP)));
                self.text.push_str(part);
                self.gap = 0;
            } else if !part.is_empty() {
                self.gap += GAP;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_wherever_it_begins() {
        for text in [
            "NDkxNzAxMjM0NTY3",
            "x: eDQ5MTcwMTIzNDU2Nw==",
            "eHk0OTE3MDEyMzQ1Njc=",
            "NDkx NzAx MjM0 NTY3",
            "NDkxNzAx\nMjM0NTY3",
            "see NDkx\tNzAx\n  MjM0\u{a0}NTY3, there",
            "NAA5ADEANwAwADEAMgAzADQANQA2ADcA",
            "343931373031323334353637",
            "see 34 39 31 37 30 31 32 33 34 35 36 37 there",
            r"\x34\x39\x31\x37\x30\x31\x32\x33\x34\x35\x36\x37",
            "0034003900310037003000310032003300340035003600370000",
        ] {
            let said = decoded(text).unwrap_or_default();
            assert!(said.contains("491701234567"), "{text}: {said}");
            assert_eq!(said.split('\n').count(), text.split('\n').count());
        }
        assert_eq!(decoded("a word"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_libraries_encode_is_read_among_anything(
            before in proptest::collection::vec(proptest::num::u8::ANY, 0..8),
            text in "[a-z]{3,9}|[0-9]{6,14}|[а-я]{3,6}",
            after in proptest::collection::vec(proptest::num::u8::ANY, 0..8),
            around in "[ a-z<>=\"]{0,6}",
        ) {
            let bytes = [before.as_slice(), text.as_bytes(), &after].concat();
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for encoded in [
                data_encoding::BASE64.encode(&bytes),
                data_encoding::BASE64URL_NOPAD.encode(&bytes),
                data_encoding::BASE64.encode(&wide),
            ] {
                let line = format!("{around}\"{encoded}\"{around}");
                let length = encoded.trim_end_matches('=').len();
                let said = decoded(&line);
                proptest::prop_assert!(length < BASE64 || said.is_some_and(|said| said.contains(&text)), "{}", line);
            }
            let line = format!("{around}\"{}g", data_encoding::HEXLOWER.encode(&bytes));
            let said = decoded(&line).unwrap_or_default();
            proptest::prop_assert!(2 * bytes.len() < HEX || said.contains(&text), "{}", line);
        }
    }
}
