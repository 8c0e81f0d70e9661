//! `answered-and-missed`: a day's ways in which a call goes, by a client that logs in twice.

use ringtrace::origin::Direction;

use super::capture_file;
use super::connection::Connection;
use super::noise::{Keys, Noise};
use super::people::{ALDER, BIRCH, CEDAR, DOGWOOD, ELM, MY_DEVICE_NUMBER, MY_NUMBER};
use super::protobuf::login;
use super::recording::{Made, Recording};
use super::script::{Answers, Said, Script};
use super::stanzas::{self, Call};
use super::wire::Place;

/// 2026-03-14 15:00:00 UTC.
pub(super) const EPOCH: u64 = 1_773_500_400;

/// The capture and the texts beside it.
pub(super) fn make() -> Made {
    let (recording, calls) = record();
    finish(recording, &calls)
}

/// The same of a recording, whole or not.
pub(super) fn finish(recording: Recording, calls: &[Call]) -> Made {
    let file = capture_file::pcap(&recording.packets);
    recording.finish("answered-and-missed", "pcap", file, calls)
}

/// What a recorder that misses nothing has.
pub(super) fn record() -> (Recording, [Call; 7]) {
    let calls = calls();
    let mut recording = Recording::new();
    recording.add(connect("first login", 50_110, 0, first_connection()));
    recording.add(connect("second login", 50_112, 7_400, second_connection(&calls)));
    recording.sort(|_| 1000);
    (recording, calls)
}

/// One connection from beginning to end.
fn connect(name: &'static str, client_port: u16, at: u64, script: Vec<Said>) -> Connection {
    let place = Place::of_client(name, client_port);
    let noise = Noise::xx(&Keys::of(name), &login(MY_NUMBER, MY_DEVICE_NUMBER));
    let mut connection = Connection::open(place, EPOCH, at, noise, false, &[]);
    let end = script.last().map_or(at, |said| said.at) + 400;
    for said in script {
        connection.say(said);
    }
    connection.close(end, Direction::Inbound);
    connection
}

/// A login that the server drops after a few seconds.
fn first_connection() -> Vec<Said> {
    let mut script = Script::new("first login", EPOCH, Answers::WithReceipts);
    script.login(210);
    script.message_from(2_400, &ALDER);
    script.stream_error(5_100, "503");
    script.in_order()
}

fn calls() -> [Call; 7] {
    [
        Call::from("incoming, answered, the peer hangs up", &ALDER),
        Call { rings_for: 32, ..Call::from("incoming, missed after 32 s, while another call goes on", &BIRCH) },
        Call::to("outgoing, unanswered for 45 s", &CEDAR),
        Call { video: true, ..Call::from("incoming with video, declined here", &DOGWOOD) },
        Call::to("outgoing, cancelled after 7 s", &ALDER),
        Call::to("outgoing, refused by the server", &ELM),
        Call::from("incoming, answered on another device", &BIRCH),
    ]
}

fn second_connection(calls: &[Call; 7]) -> Vec<Said> {
    let [answered, missed, unanswered, declined, cancelled, refused, elsewhere] = calls;
    let mut script = Script::new("second login", EPOCH, Answers::WithReceipts);
    script.login(7_620);
    for at in (32_000..310_000).step_by(25_000) {
        script.ping(at);
    }
    script.message_from(12_300, &ALDER);
    script.message_to(48_900, &CEDAR);
    script.message_from(104_000, &BIRCH);
    script.message_to(243_000, &ALDER);

    let alder = ALDER.devices[0];
    script.receive(15_000, answered, alder, stanzas::offer_received(answered));
    script.send(15_130, answered, alder, stanzas::preaccept(answered));
    for relay in 0..3 {
        script.send(15_420 + 15 * relay as u64, answered, alder, stanzas::relaylatency(answered, relay));
    }
    script.send(23_480, answered, alder, stanzas::mute(answered, false));
    script.send(23_500, answered, alder, stanzas::accept(answered));
    script.send(23_540, answered, alder, stanzas::transport(answered));
    script.receive(23_910, answered, alder, stanzas::transport(answered));
    script.receive(24_020, answered, alder, stanzas::relaylatency(answered, 1));
    script.receive(24_300, answered, alder, stanzas::relay_election(answered));
    script.receive(24_310, answered, alder, stanzas::mute(answered, false));
    script.receive(61_700, answered, alder, stanzas::mute(answered, true));
    script.receive(67_900, answered, alder, stanzas::mute(answered, false));
    script.receive(96_400, answered, alder, stanzas::hang_up_after(answered, 72_860));

    let birch = BIRCH.devices[0];
    script.receive(40_000, missed, birch, stanzas::offer_received(missed));
    script.send(40_140, missed, birch, stanzas::preaccept(missed));
    script.send(40_460, missed, birch, stanzas::relaylatency(missed, 0));
    script.receive(72_050, missed, birch, stanzas::terminate(missed, "timeout"));

    let cedar = CEDAR.devices[0];
    script.offer(110_000, unanswered);
    script.receive(110_700, unanswered, cedar, stanzas::preaccept(unanswered));
    script.send(110_900, unanswered, CEDAR.lid, stanzas::relaylatency(unanswered, 0));
    script.receive(111_200, unanswered, cedar, stanzas::relaylatency(unanswered, 0));
    script.send(155_020, unanswered, CEDAR.lid, stanzas::terminate_everywhere(unanswered, "timeout"));

    let dogwood = DOGWOOD.devices[0];
    script.receive(170_000, declined, dogwood, stanzas::offer_received(declined));
    script.send(170_120, declined, dogwood, stanzas::preaccept(declined));
    script.send(176_300, declined, dogwood, stanzas::reject(declined));

    script.offer(200_000, cancelled);
    script.receive(200_900, cancelled, alder, stanzas::preaccept(cancelled));
    script.send(206_800, cancelled, ALDER.lid, stanzas::hang_up(cancelled));

    script.offer_refused(220_000, refused, "404", "item-not-found");

    script.receive(260_000, elsewhere, birch, stanzas::offer_received(elsewhere));
    script.send(260_150, elsewhere, birch, stanzas::preaccept(elsewhere));
    script.receive(265_400, elsewhere, birch, stanzas::terminate(elsewhere, "accepted_elsewhere"));
    script.in_order()
}
