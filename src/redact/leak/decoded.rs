//! What a text says in base64 and in hex.

use data_encoding::HEXLOWER_PERMISSIVE;

/// The fewest characters of base64 that can say anything that is looked for.
const BASE64: usize = 8;

/// The same of hex.
const HEX: usize = 12;

/// The longest line, in bytes, in which spaces may stand between the characters. The lines of machines are longer.
const BY_HAND: usize = 4_096;

/// What each line says, on a line of its own; `None` if no line says anything.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut all = String::new();
    let mut lines = text.split('\n').peekable();
    let mut is_any = false;
    while let Some(line) = lines.next() {
        let before = all.len();
        line.split(|c| !is_base64(c)).for_each(|word| base64(word, &mut all));
        if line.len() <= BY_HAND {
            let next = lines.peek().copied().unwrap_or_default();
            let next = next.get(..next.floor_char_boundary(BY_HAND)).unwrap_or_default();
            joined(line, next, |word| base64(word, &mut all));
        }
        hex(line, &mut all);
        is_any |= all.len() > before;
        all.push('\n');
    }
    all.pop();
    is_any.then_some(all)
}

fn is_base64(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/-_".contains(character)
}

/// Tells the words of a line that white space interrupts, the last of which may go on in the next line.
fn joined(line: &str, next: &str, mut tell: impl FnMut(&str)) {
    let (mut word, mut is_joined, mut is_interrupted) = (String::new(), false, false);
    let inside = line.chars().map(|character| (character, true));
    let after = next.chars().chain(['.']).map(|character| (character, false));
    for (character, is_inside) in inside.chain([('\n', true)]).chain(after) {
        if character.is_whitespace() {
            is_interrupted = !word.is_empty();
        } else if is_base64(character) && (is_inside || !word.is_empty()) {
            is_joined |= is_interrupted;
            is_interrupted = false;
            word.push(character);
        } else {
            if is_joined {
                tell(&word);
            }
            if !is_inside {
                break;
            }
            (is_joined, is_interrupted) = (false, false);
            word.clear();
        }
    }
}

/// Adds what a word says in base64, wherever it begins in it.
fn base64(word: &str, all: &mut String) {
    if word.len() < BASE64 {
        return;
    }
    let sextets: Vec<u8> = word.bytes().map(sextet).collect();
    for begin in 0..4 {
        let groups = sextets.get(begin..).unwrap_or_default().chunks(4);
        let bytes = groups.flat_map(|group| {
            let bits = group.iter().fold(0_u32, |bits, sextet| bits << 6 | u32::from(*sextet));
            let bits = bits << (6 * (4 - group.len()));
            let [_, bytes @ ..] = bits.to_be_bytes();
            bytes.into_iter().take(group.len() * 6 / 8)
        });
        say(&bytes.collect::<Vec<u8>>(), all);
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
fn hex(line: &str, all: &mut String) {
    let lower = line.to_ascii_lowercase().replace("0x", "").replace("\\x", "");
    let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    for word in letters.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() >= HEX) {
        for begin in 0..2 {
            let digits = word.get(begin..).unwrap_or_default();
            let digits = digits.get(..digits.len() / 2 * 2).unwrap_or_default();
            if let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()) {
                say(&bytes, all);
            }
        }
    }
}

/// Adds bytes as text, in UTF-8 and, if some are zero, in UTF-16 of either order; what is no text as spaces.
fn say(bytes: &[u8], all: &mut String) {
    let mut push = |character: char| {
        let shown = !character.is_control() && character != char::REPLACEMENT_CHARACTER;
        all.push(if shown { character } else { ' ' });
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(&mut push);
        if !chunk.invalid().is_empty() {
            push(' ');
        }
    }
    push(' ');
    if bytes.contains(&0) {
        for begin in 0..2 {
            let pairs = bytes.get(begin..).unwrap_or_default().as_chunks().0.iter();
            for units in [
                pairs.clone().map(|pair| u16::from_le_bytes(*pair)).collect::<Vec<_>>(),
                pairs.map(|pair| u16::from_be_bytes(*pair)).collect(),
            ] {
                char::decode_utf16(units).for_each(|unit| push(unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
                push(' ');
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
}
