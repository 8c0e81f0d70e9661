//! Who logs in: two fields of WhatsApp's `ClientPayload` (Protocol Buffers), which the client's last message of the
//! handshake carries sealed.

use super::protobuf::{Fields, Value};

/// Number of the field with the account's phone number.
const USERNAME: u64 = 1;

/// Number of the field with the device.
const DEVICE: u64 = 18;

/// The largest number that is believed to be a phone number: E.164 allows 15 digits.
const LARGEST_USER: u64 = 999_999_999_999_999;

/// The device that logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// The account: its phone number.
    pub user: u64,
    /// The device of the account; 0 is its phone.
    pub device: u16,
}

impl Login {
    /// Reads a payload; `None` of one that names no account, as of a client that is to be paired, or that is none.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let (mut user, mut device) = (None, 0);
        for field in Fields::of(payload) {
            match field? {
                (USERNAME, Value::Number(number)) => user = Some(number),
                (DEVICE, Value::Number(number)) => device = u16::try_from(number).ok()?,
                (USERNAME | DEVICE, _) => return None,
                _ => {}
            }
        }
        let user = user.filter(|user| (1..=LARGEST_USER).contains(user))?;
        Some(Self { user, device })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::messages::tests::{field, number};
    use super::*;

    #[test]
    fn the_account_and_its_device_are_read_and_the_rest_is_passed_over() {
        let agent = field(5, &[8, 14]);
        let whole = [number(1, 10_000_000_001), number(3, 0), agent.clone(), number(18, 7)].concat();
        assert_eq!(Login::read(&whole), Some(Login { user: 10_000_000_001, device: 7 }));
        let phone = [number(1, 10_000_000_001), agent.clone()].concat();
        assert_eq!(Login::read(&phone), Some(Login { user: 10_000_000_001, device: 0 }));
        let twice = [number(1, 5), whole.clone()].concat();
        assert_eq!(Login::read(&twice), Some(Login { user: 10_000_000_001, device: 7 }), "the last one counts");
    }

    #[test]
    fn what_names_no_account_gives_nothing() {
        for payload in [
            Vec::new(),
            number(3, 0),
            number(18, 7),
            [number(1, 0), number(18, 7)].concat(),
            number(1, 1_000_000_000_000_000),
            [number(1, 5), number(18, 65_536)].concat(),
            [number(1, 5), field(18, b"7")].concat(),
            [number(1, 5), vec![0x0b]].concat(),
            vec![0xff; 20],
        ] {
            assert_eq!(Login::read(&payload), None, "{payload:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(user in 1..=LARGEST_USER, device: u16, other in 2_u64..18, value: u64) {
            let payload = [number(other, value), number(18, device.into()), number(1, user)].concat();
            prop_assert_eq!(Login::read(&payload), Some(Login { user, device }));
        }

        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Login::read(&payload);
        }
    }
}
