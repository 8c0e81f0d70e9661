//! Who speaks. None of them exists: the phone numbers are of the range +1 555 01xx, which is kept for fiction,
//! and the LIDs are counted up from ten trillion.

/// Someone who makes or takes calls.
#[derive(Debug)]
pub(crate) struct Person {
    /// The push name.
    pub name: &'static str,
    /// The account's LID.
    pub lid: &'static str,
    /// The account's phone-number address.
    pub phone: &'static str,
    /// The LIDs of the account's devices, the phone first.
    pub devices: &'static [&'static str],
}

/// The account whose Web client is recorded.
pub(crate) const ME: Person = Person {
    name: "Synthetic Self",
    lid: "10000000000001@lid",
    phone: "15550100101@s.whatsapp.net",
    devices: &["10000000000001@lid", "10000000000001:5@lid"],
};

/// The recorded device of [`ME`].
pub(crate) const MY_DEVICE: &str = "10000000000001:5@lid";

/// The user part of the phone-number address of [`ME`], as the login says it.
pub(crate) const MY_NUMBER: u64 = 15_550_100_101;

/// The device number of [`MY_DEVICE`], as the login says it.
pub(crate) const MY_DEVICE_NUMBER: u64 = 5;

/// Has a phone and a linked device, and calls from the phone.
pub(crate) const ALDER: Person = Person {
    name: "Synthetic Alder",
    lid: "10000000000002@lid",
    phone: "15550100102@s.whatsapp.net",
    devices: &["10000000000002@lid", "10000000000002:3@lid"],
};

/// Calls from a linked device.
pub(crate) const BIRCH: Person = Person {
    name: "Synthetic Birch",
    lid: "10000000000003@lid",
    phone: "15550100103@s.whatsapp.net",
    devices: &["10000000000003:12@lid"],
};

/// Has a phone and a linked device, both of which ring.
pub(crate) const CEDAR: Person = Person {
    name: "Synthetic Cedar",
    lid: "10000000000004@lid",
    phone: "15550100104@s.whatsapp.net",
    devices: &["10000000000004@lid", "10000000000004:2@lid"],
};

/// Has a phone only.
pub(crate) const DOGWOOD: Person = Person {
    name: "Synthetic Dogwood",
    lid: "10000000000005@lid",
    phone: "15550100105@s.whatsapp.net",
    devices: &["10000000000005@lid"],
};

/// Cannot be called.
pub(crate) const ELM: Person = Person {
    name: "Synthetic Elm",
    lid: "10000000000006@lid",
    phone: "15550100106@s.whatsapp.net",
    devices: &["10000000000006@lid"],
};
