//! OpenSSL's own client and server, over loopback.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ringtrace::origin::Direction;
use ringtrace::protocol::tls::State;

use super::peers::Tape;
use super::{Piece, assert_read, read_pieces};

/// How long OpenSSL may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ends a program that a test started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets OpenSSL's client and server exchange a line, with these arguments for each, and records what they send.
fn record(server_arguments: &[&str], client_arguments: &[&str]) -> Tape {
    let folder = tempfile::tempdir().unwrap();
    let key_log = folder.path().join("key.log");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls");
    let server = Command::new("openssl")
        .args(["s_server", "-quiet", "-rev", "-naccept", "1", "-accept", &format!("127.0.0.1:{port}")])
        .args(["-certform", "DER", "-keyform", "DER", "-cert"])
        .arg(here.join("certificate.der"))
        .arg("-key")
        .arg(here.join("key.der"))
        .args(server_arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Running(server);
    let between = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Command::new("openssl")
        .args(["s_client", "-quiet", "-servername", "example.test", "-keylogfile"])
        .arg(&key_log)
        .args(["-connect", &between.local_addr().unwrap().to_string()])
        .args(client_arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut client = Running(client);
    let (near, _) = between.accept().unwrap();
    let far = connect(port);

    let (recorder, recorded) = mpsc::channel();
    let mut carriers = Vec::new();
    for (direction, from, to) in [(Direction::Outbound, &near, &far), (Direction::Inbound, &far, &near)] {
        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let recorder = recorder.clone();
        carriers.push(thread::spawn(move || carry(direction, from, to, &recorder)));
    }
    drop(recorder);
    client.0.stdin.as_mut().unwrap().write_all(b"a line for the server\n").unwrap();
    let mut answer = [0; 22];
    client.0.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"revres eht rof enil a\n");
    drop(client);
    let _ = (near.shutdown(std::net::Shutdown::Both), far.shutdown(std::net::Shutdown::Both));
    carriers.into_iter().for_each(|carrier| carrier.join().unwrap());
    Tape {
        writes: recorded.into_iter().collect(),
        plain: [b"a line for the server\n".to_vec(), answer.to_vec()],
        key_log: std::fs::read_to_string(&key_log).unwrap_or_default(),
        updated: false,
    }
}

fn connect(port: u16) -> TcpStream {
    let start = Instant::now();
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(start.elapsed() < PATIENCE, "the server does not listen: {error}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn carry(direction: Direction, mut from: TcpStream, mut to: TcpStream, recorder: &mpsc::Sender<(Direction, Vec<u8>)>) {
    from.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        recorder.send((direction, buffer[..length].to_vec())).unwrap();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
}

#[test_with::executable(openssl)]
#[test]
fn its_connections_are_read() {
    let tls12 = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"];
    for suite in tls12 {
        let tape = record(&["-tls1_2"], &["-tls1_2", "-cipher", suite]);
        assert_read(&tape);
    }
    for suite in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"] {
        let tape = record(&["-tls1_3"], &["-tls1_3", "-ciphersuites", suite]);
        assert_read(&tape);
    }
    // Records of TLS 1.3 filled up with zeros, and a server that asks for another group.
    let tape = record(&["-tls1_3", "-record_padding", "512"], &["-tls1_3"]);
    assert_read(&tape);
    let tape = record(&["-tls1_3", "-groups", "P-384"], &["-tls1_3", "-groups", "X25519:P-384"]);
    assert_read(&tape);
}

#[test_with::executable(openssl)]
#[test]
fn what_is_not_read_of_its_suites_is_named() {
    let unread = [
        ("-tls1_2", "ECDHE-ECDSA-AES128-SHA", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
        ("-tls1_2", "ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
        ("-tls1_2", "ECDHE-ECDSA-AES128-CCM", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    ];
    for (version, suite, name) in unread {
        let tape = record(&[version, "-cipher", "ALL"], &[version, "-cipher", suite]);
        let pieces: Vec<_> =
            tape.writes.iter().map(|(direction, bytes)| Piece::Data(*direction, bytes.clone())).collect();
        let read = read_pieces(&pieces, &tape.key_log, true);
        assert_eq!((read.ids(), read.state), (vec!["tls/unsupported"], Some(State::Unsupported)));
        assert!(read.detail().ends_with(&format!(": {name}")), "{}", read.detail());
    }
}
