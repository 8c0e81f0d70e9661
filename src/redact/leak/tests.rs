use super::*;

fn identifiers() -> Identifiers {
    let identifiers = [
        Identifier::Number("491701234567".to_owned()),
        Identifier::Number("12345".to_owned()),
        Identifier::Id("00AA11BB22CC33DD".to_owned()),
        Identifier::Id("A1".to_owned()),
        Identifier::Name("Zoe Quinta".to_owned()),
        Identifier::Name("Call".to_owned()),
        Identifier::Name("Bo".to_owned()),
        Identifier::Address("203.0.113.77".parse().unwrap()),
        Identifier::Prefix(Prefix::of_id("3EB0-A1B2-C3D4-E5F6").unwrap()),
        Identifier::File("/home/zoe/session-7.pcap".to_owned()),
        Identifier::File("session-7.pcap".to_owned()),
        Identifier::Part("holiday-with-zoe".to_owned()),
        Identifier::Part("captures".to_owned()),
        Identifier::Part("confidence".to_owned()),
        Identifier::Part("whatsapp-rust".to_owned()),
        Identifier::Here("zoe-laptop".to_owned()),
        Identifier::Here("root".to_owned()),
    ];
    Identifiers::new(identifiers.into(), &BTreeSet::new())
}

fn leaks(text: &str) -> Vec<What> {
    let found = identifiers().found_in(text);
    found.into_iter().map(|leak| leak.what).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn a_number_is_found_in_every_spelling() {
    for text in [
        "491701234567",
        "x491701234567@lid",
        "+49 170 1234567",
        "+49 (170) 123-45-67",
        "49.170.1234567",
        "4917012\n34567",
        "call 343931373031323334353637 hex",
        "NDkxNzAxMjM0NTY3",
        "eDQ5MTcwMTIzNDU2Nw==",
        "eHk0OTE3MDEyMzQ1Njc=",
        "0x727BAD6B87",
        "49\u{2011}170\u{2009}1234567",
        "49\u{200b}1701234567",
        "4_9_1_7_0_1_2_3_4_5_6_7",
        "34 39 31 37 30 31 32 33 34 35 36 37",
        r"49\u{200b}1701234567",
        r"49\\u{200b}1701234567",
        r"\u0034\u0039 1701234567",
        "&#52;9170&nbsp;1234567",
        r"+49 170\n1234567",
        "\u{664}\u{669}\u{661}\u{667}\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}",
    ] {
        assert_eq!(leaks(text), [What::Number], "{text}");
    }
    for text in ["49170123456", "4917 is 0123456", "12345"] {
        assert_eq!(leaks(text), [], "{text}");
    }
}

#[test]
fn ids_names_addresses_and_files_are_found() {
    assert_eq!(leaks("the call 00aa11bb22cc33dd"), [What::Id]);
    assert_eq!(leaks("said ZOE QUINTA, twice"), [What::Name]);
    assert_eq!(leaks("joey quintana"), [], "other words");
    assert_eq!(leaks("zoe hung up"), [What::Name], "a word of a name");
    for spelled in ["zoe\nquinta", "Zoe\u{200b} \u{a0}Quinta", r"Zoe\u0020Quinta", "zoe&#32;quinta"] {
        assert_eq!(leaks(spelled), [What::Name], "{spelled}");
    }
    assert_eq!(leaks("00AA\u{ad}11BB22CC33DD"), [What::Id]);
    assert_eq!(leaks("the message 3EB0-A1B2-C3D4-E5F6"), [What::Id]);
    assert_eq!(leaks("relay 203.0.113.77:3478"), [What::Address]);
    assert_eq!(leaks("from session-7.pcap"), [What::File]);
    assert!(leaks("the log of whatsapp-rust in captures").is_empty(), "a client's name is not the user's");
    assert!(leaks("### Confidence").is_empty(), "a form asks for it");
    assert_eq!(leaks("see Holiday-With-Zoe in captures"), [What::Name, What::File]);
    assert_eq!(leaks("root@zoe-laptop"), [What::Name, What::Here]);
    assert_eq!(leaks("Wm9lIFF1aW50YQ"), [What::Name]);
    assert_eq!(leaks("A1 and Bo in a call"), [], "too short to tell, or a word of the protocol");
}

#[test]
fn a_leak_names_its_line() {
    let identifiers = Identifiers::new([Identifier::Number("491701234567".to_owned())].into(), &BTreeSet::new());
    let found = identifiers.found_in("one\ntwo\n491701234567\n");
    assert_eq!(found, [Leak { line: 3, what: What::Number }]);
    assert_eq!(found.first().unwrap().to_string(), "line 3: a number that identifies someone");
}

proptest::proptest! {
    #[test]
    fn what_is_found_does_not_depend_on_how_much_is_searched_at_a_time(
        parts in proptest::collection::vec("491701|234567|4917012\\n34567|Wm9lIFF1\\naW50YQ|NDkx NzAx|MjM0NTY3|zoe|quinta|Zoe%20|\
            \\\\u0034|&#49;|00AA11BB|22CC33DD|3EB0A1\\n|B2C3D4|203\\.0\\.|113\\.77|session-7|\\.pcap|[ \\n.,-]{1,4}|x", 0..30),
        block in 1_usize..80,
    ) {
        let (identifiers, text) = (identifiers(), parts.concat());
        proptest::prop_assert_eq!(identifiers.found_in_blocks(&text, block), identifiers.found_in_blocks(&text, text.len()));
    }
}

/// The kinds of what is found in a note on a capture that knows one name.
fn alarms(name: &str, note: &str, allowed: &[&str]) -> usize {
    let allowed = allowed.iter().map(|word| (*word).to_owned()).collect();
    Identifiers::new([Identifier::Name(name.to_owned())].into(), &allowed).found_in(note).len()
}

#[test]
fn ordinary_notes_are_seldom_held_back() {
    let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
    let names = lines(include_str!("../../../tests/fixtures/privacy/names.txt"));
    let notes = lines(include_str!("../../../tests/fixtures/privacy/notes.txt"));
    let all = notes.join("\n");
    let held: Vec<_> = names.iter().map(|name| (name, alarms(name, &all, &[]))).filter(|(_, held)| *held > 0).collect();
    let total: usize = held.iter().map(|(_, held)| held).sum();
    // docs/reports.md states both numbers.
    assert_eq!((names.len(), notes.len()), (100, 111));
    assert_eq!((held.len(), total), (4, 5), "{held:?}");
}

#[test]
fn numbers_in_ordinary_notes_are_nobodys() {
    let notes = include_str!("../../../tests/fixtures/privacy/notes.txt");
    let numbers = (0..5_000_u64).map(|n| Identifier::Number(format!("1202555{:04}", n * 7919 % 10_000)));
    assert_eq!(Identifiers::new(numbers.collect(), &BTreeSet::new()).found_in(notes), []);
}

#[test]
fn a_word_that_the_user_allows_is_no_name() {
    assert_eq!(alarms("Grace Hopper", "the grace period", &[]), 1);
    assert_eq!(alarms("Grace Hopper", "the grace period", &["Grace"]), 0);
    assert_eq!(alarms("Grace Hopper", "grace hopper hung up", &["Grace"]), 1, "the rest of the name");
}
