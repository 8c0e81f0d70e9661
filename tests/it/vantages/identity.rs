//! Which calls and vantages are one, as far as the captures link addresses.

use super::{only_call, snapshot};

const BY_LID: &str = "0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]";
const BY_PHONE: &str =
    "0 in 2 call from=900@s.whatsapp.net id=A2 [terminate call-id=C call-creator=900@s.whatsapp.net]";

fn calls(lines: &[&str]) -> Vec<(usize, bool)> {
    let calls = snapshot(&[lines.join("\n")]).calls;
    calls.iter().map(|call| (call.rows.len(), call.shares_id)).collect()
}

#[test]
fn creators_that_nothing_tells_apart_are_one() {
    assert_eq!(calls(&[BY_LID, BY_PHONE]), [(2, false)]);
    assert_eq!(
        calls(&[BY_LID, &BY_LID.replace("creator=200@lid", "creator=200:0@lid").replace("A1", "A3")]),
        [(2, false)]
    );
}

#[test]
fn different_users_create_different_calls_and_that_is_said() {
    let other = BY_LID.replace("200@lid", "300@lid").replace("A1", "A4");
    assert_eq!(calls(&[BY_LID, &other]), [(1, true), (1, true)]);
    let answers = "0 out 3 ack class=call id=A4 to=300@lid\n0 in 4 call from=300@lid id=A5 [terminate call-id=C]";
    assert_eq!(calls(&[BY_LID, &other, answers]), [(1, true), (3, true)]);
}

#[test]
fn a_link_in_any_stanza_and_whenever_it_comes_decides() {
    let links = [
        "0 in 9 call from=200:3@lid id=A9 [offer call-id=D call-creator=200:3@lid caller_pn=900@s.whatsapp.net]",
        "0 in 9 call from=900@s.whatsapp.net id=A9 [offer call-id=D call-creator=900@s.whatsapp.net caller_lid=200@lid]",
        "0 in 9 receipt from=1@g.us id=A9 participant=200:3@lid participant_pn=900:3@s.whatsapp.net",
        "0 in 9 call from=1@lid id=A9 [group_update call-id=D; user jid=200@lid user_pn=900@s.whatsapp.net]",
    ];
    let third = BY_PHONE.replace("900@", "901@").replace("A2", "A3");
    for link in links {
        assert_eq!(calls(&[BY_LID, BY_PHONE, &third, link])[..2], [(2, true), (1, true)], "{link}");
        assert_eq!(calls(&[link, BY_LID, BY_PHONE, &third]).iter().filter(|call| call.1).count(), 2, "{link}");
    }
    assert_eq!(calls(&[BY_LID, BY_PHONE, &third]), [(1, true), (1, true), (1, true)], "which of the two is not known");
}

#[test]
fn a_phone_number_of_another_lid_is_another_user() {
    let link = "0 in 0 call from=300@lid id=A9 [offer call-id=D call-creator=300@lid caller_pn=900@s.whatsapp.net]";
    assert_eq!(calls(&[link, BY_LID, BY_PHONE])[1..], [(1, true), (1, true)]);
}

#[test]
fn connections_of_one_device_are_one_vantage_over_captures() {
    let first = "0 in 0 success lid=100:7@lid
        0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]";
    let second = "3 out 5 receipt id=X to=200@lid from=900:7@s.whatsapp.net
        3 in 6 call from=200@lid id=A2 [terminate call-id=C call-creator=200@lid]";
    assert_eq!(only_call(&[first, second]).vantages.len(), 2, "nothing links the two addresses");
    let link = "0 in 9 call from=100@lid id=A9 [offer call-id=D call-creator=100@lid caller_pn=900@s.whatsapp.net]";
    let calls = snapshot(&[first, second, link]).calls;
    let call = calls.iter().find(|call| &*call.id == "C").unwrap();
    assert_eq!(call.vantages.len(), 1);
    assert_eq!(call.vantages[0].device.phone.as_ref().unwrap().to_string(), "900:7@s.whatsapp.net");
}

#[test]
fn a_device_is_never_guessed() {
    let one = "0 in 1 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]
        0 out 1.1 ack class=call id=A1 to=200@lid";
    let call = only_call(&[one, &one.replace("in 1 ", "in 1.0 ").replace("1.1", "1.2")]);
    assert_eq!(call.vantages.len(), 2, "two devices of one account get the same offer, and ack it the same way");
    let own = "\n0 out 2 call to=200@lid id=B1 [preaccept call-id=C call-creator=200@lid]";
    assert_eq!(only_call(&[format!("{one}{own}"), format!("log\n{one}{own}")]).vantages.len(), 1);
}
