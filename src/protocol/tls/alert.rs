//! Alerts by name (RFC 8446 section 6).

use crate::origin::Direction;

/// Descriptions by which a side says that it is done, and nothing went wrong.
const CLOSE_NOTIFY: u8 = 0;
const USER_CANCELED: u8 = 90;
const NO_RENEGOTIATION: u8 = 100;

/// Whether an alert, level and description, ends the connection for a fault.
pub(super) const fn is_fault(alert: [u8; 2]) -> bool {
    !matches!(alert, [_, CLOSE_NOTIFY | USER_CANCELED | NO_RENEGOTIATION])
}

/// An alert for people, with the side that sent it as TCP has it.
pub(super) fn name([_, description]: [u8; 2], direction: Direction) -> String {
    let name = match description {
        CLOSE_NOTIFY => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        USER_CANCELED => "user_canceled",
        NO_RENEGOTIATION => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => "alert",
    };
    let sender = if direction == Direction::Outbound { "client" } else { "server" };
    format!("{name} ({description}) from the {sender}")
}
