//! Sequence number arithmetic (RFC 9293 section 3.4).

/// A position in a direction's stream: the sequence number in the low 32 bits, and the number of wraps above them.
pub(super) type Position = u64;

/// How far from the expected position a segment may be and still be believed. It is more than any sender has in flight in
/// practice, and so little that a random sequence number is unlikely to fall into it.
pub(super) const REACH: u64 = 64 << 20;

const LAP: u64 = 1 << 32;

/// Returns the position of the first sequence number known of a stream, which leaves one wrap of room below it.
pub(super) const fn first_position(sequence: u32) -> Position {
    LAP + sequence as u64
}

/// Returns the position of `sequence` in a stream that has reached `near`: at most [`REACH`] before it, otherwise after.
///
/// Retransmitted bytes come from a short way back, but a recorder can miss any amount. So the sequence space is not split
/// in halves, and a gap of nearly 4 GiB is still distinguished from a retransmission.
pub(super) const fn position(sequence: u32, near: Position) -> Position {
    let ahead = (sequence as u64).wrapping_sub(near) % LAP;
    if ahead < LAP - REACH { near.saturating_add(ahead) } else { near.saturating_sub(LAP - ahead) }
}

/// Returns the sequence number at `position`.
#[expect(clippy::cast_possible_truncation, reason = "the low half is the sequence number")]
pub(super) const fn sequence_at(position: Position) -> u32 {
    position as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_right_on_both_sides_of_the_wrap() {
        let near = first_position(u32::MAX - 1);
        assert_eq!(position(u32::MAX - 1, near), near);
        assert_eq!(position(3, near), near + 5);
        assert_eq!(position(u32::MAX - 11, near), near - 10);

        let past = near + 12;
        assert_eq!(sequence_at(past), 10);
        assert_eq!(position(u32::MAX, past), past - 11);
    }

    #[test]
    fn only_a_short_way_back_counts_as_a_retransmission() {
        let near = first_position(0);
        let back = |distance: u64| sequence_at(near - distance);
        assert_eq!(position(back(REACH), near), near - REACH);
        assert_eq!(position(back(REACH + 1), near), near + (1 << 32) - REACH - 1);
        assert_eq!(position(3_000_000_000, near), near + 3_000_000_000);
    }
}
