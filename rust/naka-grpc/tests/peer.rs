//! The connection against another implementation of HTTP/2: the client half of the `h2` crate. (grpcio, tonic and Envoy
//! itself are peers in the sidecar's tests.)

use bytes::{Buf, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request};
use naka_grpc::{Assembly, Connection, Event, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

const SETTINGS: Settings = Settings {
    metadata: "x-route",
    max_message: 1 << 20,
    stream_window: 64 << 10,
    connection_window: 256 << 10,
};

/// What the server half is asked to do while it runs.
enum Ask {
    Hold(u32, bool),
    GoAway,
}

/// Answers each message with itself twice, and ends a call when its peer does. `read` bytes at a time.
async fn serve(
    mut socket: DuplexStream,
    read: usize,
    seen: mpsc::UnboundedSender<String>,
    mut asks: mpsc::UnboundedReceiver<Ask>,
) {
    let mut connection = Connection::new(SETTINGS);
    let (mut buffer, mut filled, mut events) = (vec![0; 64 << 10], 0, Vec::new());
    loop {
        while !connection.output().is_empty() {
            let sent = socket.write(connection.output()).await.unwrap();
            connection.output().advance(sent);
            connection.more();
        }
        if connection.is_over() {
            return;
        }
        let end = (filled + read).min(buffer.len());
        tokio::select! {
            Some(ask) = asks.recv() => match ask {
                Ask::Hold(id, held) => connection.hold(id, held),
                Ask::GoAway => connection.go_away(),
            },
            came = socket.read(&mut buffer[filled..end]) => {
                let came = came.unwrap_or(0);
                if came == 0 {
                    return;
                }
                filled += came;
                let Ok(used) = connection.read(&buffer[..filled], &mut events) else {
                    let _ = seen.send("error".into());
                    let _ = socket.write_all(connection.output()).await;
                    return;
                };
                buffer.copy_within(used..filled, 0);
                filled -= used;
            }
        }
        for event in events.drain(..) {
            let _ = seen.send(match &event {
                Event::Call { id, path, metadata } => format!("call {id} {path:?} {metadata:?}"),
                Event::Message { id, message } => format!("message {id} {}", message.len()),
                Event::End { id } => format!("end {id}"),
                Event::Gone { id } => format!("gone {id}"),
            });
            match event {
                Event::Call { id, .. } => connection.begin(id),
                Event::Message { id, message } => {
                    for _ in 0..2 {
                        connection.send(id, message.len(), |out| out.extend_from_slice(&message));
                    }
                }
                Event::End { id } => connection.finish(id, 0, ""),
                Event::Gone { .. } => {}
            }
        }
    }
}

struct Server {
    client: SendRequest<Bytes>,
    seen: mpsc::UnboundedReceiver<String>,
    ask: mpsc::UnboundedSender<Ask>,
    done: tokio::task::JoinHandle<()>,
}

async fn server(read: usize) -> Server {
    let (ours, theirs) = tokio::io::duplex(8 << 10);
    let (see, seen) = mpsc::unbounded_channel();
    let (ask, asks) = mpsc::unbounded_channel();
    let done = tokio::spawn(serve(ours, read, see, asks));
    let (client, connection) = h2::client::handshake(theirs).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await; // ends with the server
    });
    Server {
        client,
        seen,
        ask,
        done,
    }
}

fn post(path: &str) -> Request<()> {
    Request::post(format!("http://sidecar{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("x-route", "openai")
        .header("x-long", "v".repeat(3000))
        .body(())
        .unwrap()
}

fn framed(message: &[u8]) -> Bytes {
    let mut bytes = vec![0];
    bytes.extend((message.len() as u32).to_be_bytes());
    bytes.extend(message);
    bytes.into()
}

/// Sends all of `bytes` as windows allow.
async fn send(stream: &mut SendStream<Bytes>, mut bytes: Bytes, end: bool) {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        let some = std::future::poll_fn(|context| stream.poll_capacity(context))
            .await
            .unwrap()
            .unwrap();
        let piece = bytes.split_to(some.min(bytes.len()));
        stream.send_data(piece, false).unwrap();
    }
    if end {
        stream.send_data(Bytes::new(), true).unwrap();
    }
}

/// Messages and trailers of an answer; where there is no message, the headers may be the trailers.
async fn answer(response: ResponseFuture) -> (Vec<Bytes>, HeaderMap) {
    let response = response.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc");
    let headers = response.headers().clone();
    let (messages, trailers) = read(response.into_body()).await;
    (messages, if trailers.is_empty() { headers } else { trailers })
}

async fn read(mut body: RecvStream) -> (Vec<Bytes>, HeaderMap) {
    let (mut assembly, mut messages) = (Assembly::default(), Vec::new());
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        assembly
            .take(&data, usize::MAX, |message| messages.push(message))
            .unwrap();
    }
    (messages, body.trailers().await.unwrap().unwrap_or_default())
}

#[tokio::test]
async fn messages_of_any_size_come_back_whole_however_they_are_read() {
    for bytes in [1, 9, 1000, 64 << 10] {
        let mut server = server(bytes).await;
        for (number, size) in [0, 1, 16_379, 16_380, 300_000].into_iter().enumerate() {
            let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
            let message = BytesMut::from_iter((0..size).map(|at| (at % 251) as u8)).freeze();
            let (sent, got) = tokio::join!(send(&mut stream, framed(&message), true), answer(response));
            let ((), (messages, trailers)) = (sent, got);
            assert_eq!(messages, [message.clone(), message]);
            assert_eq!(trailers["grpc-status"], "0");
            let id = 1 + 2 * number;
            let call = format!(r#"call {id} b"/a.B/C" Some(b"openai")"#);
            for expected in [call, format!("message {id} {size}"), format!("end {id}")] {
                assert_eq!(server.seen.recv().await.unwrap(), expected);
            }
        }
    }
}

#[tokio::test]
async fn calls_side_by_side_do_not_mix() {
    let mut server = server(64 << 10).await;
    let mut calls = Vec::new();
    for number in 0..50_u8 {
        let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
        let message = vec![number; 5000];
        calls.push(tokio::spawn(async move {
            let ((), (messages, _)) = tokio::join!(send(&mut stream, framed(&message), true), answer(response));
            assert_eq!(messages, [message.clone(), message]);
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
}

#[tokio::test]
async fn a_message_over_the_limit_ends_its_call_with_a_status_and_no_other() {
    let mut server = server(64 << 10).await;
    let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    stream
        .send_data(Bytes::from_static(&[0, 0x7f, 0, 0, 0]), false)
        .unwrap();
    let (messages, trailers) = answer(response).await;
    assert!(messages.is_empty());
    assert_eq!(
        (&trailers["grpc-status"], &trailers["grpc-message"]),
        (&"8".parse().unwrap(), &"a message over the limit".parse().unwrap())
    );
    let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    send(&mut stream, framed(b"small"), true).await;
    assert_eq!(answer(response).await.0.len(), 2);
}

#[tokio::test]
async fn what_is_no_grpc_gets_415() {
    let mut server = server(64 << 10).await;
    let request = Request::get("http://sidecar/").body(()).unwrap();
    let (response, _) = server.client.send_request(request, true).unwrap();
    assert_eq!(response.await.unwrap().status(), 415);
}

#[tokio::test]
async fn a_held_call_gets_no_new_window() {
    let mut server = server(64 << 10).await;
    let (_response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    assert!(server.seen.recv().await.unwrap().starts_with("call 1"));
    server.ask.send(Ask::Hold(1, true)).unwrap();
    let sending = tokio::spawn(async move { send(&mut stream, framed(&vec![7; 200_000]), true).await });
    // other calls go on, and this one stands still
    let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    send(&mut stream, framed(b"other"), true).await;
    assert_eq!(answer(response).await.0.len(), 2);
    assert!(!sending.is_finished());
    server.ask.send(Ask::Hold(1, false)).unwrap();
    sending.await.unwrap();
}

#[tokio::test]
async fn a_reset_call_is_gone_and_a_shutdown_lets_calls_end() {
    let mut server = server(64 << 10).await;
    let (_, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    assert!(server.seen.recv().await.unwrap().starts_with("call 1"));
    stream.send_reset(h2::Reason::CANCEL);
    assert_eq!(server.seen.recv().await.unwrap(), "gone 1");

    let (response, mut stream) = server.client.send_request(post("/a.B/C"), false).unwrap();
    assert!(server.seen.recv().await.unwrap().starts_with("call 3"));
    server.ask.send(Ask::GoAway).unwrap();
    send(&mut stream, framed(b"late"), true).await;
    let (messages, trailers) = answer(response).await;
    assert_eq!((messages.len(), &trailers["grpc-status"]), (2, &"0".parse().unwrap()));
    server.done.await.unwrap();
}

/// Feeds frames by hand; what a well-behaved client would never send.
#[test]
fn a_peer_that_breaks_the_protocol_is_told_so() {
    let head = |length: u32, kind: u8, flags: u8, stream: u32| {
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes
    };
    let with = |mut head: Vec<u8>, payload: &[u8]| {
        head.extend(payload);
        head
    };
    for (name, bytes) in [
        ("DATA of no stream", head(0, 0, 0, 0)),
        ("DATA of an idle stream", head(0, 0, 0, 5)),
        ("HEADERS of an even stream", with(head(1, 1, 4, 2), b"\x82")),
        ("HEADERS that are no block", with(head(1, 1, 4, 1), b"\x80")),
        ("padding longer than the frame", with(head(2, 1, 12, 1), b"\x09\x82")),
        ("CONTINUATION of nothing", with(head(1, 9, 4, 1), b"\x82")),
        (
            "HEADERS between HEADERS",
            [with(head(1, 1, 0, 1), b"\x82"), with(head(1, 1, 4, 3), b"\x82")].concat(),
        ),
        (
            "empty CONTINUATION",
            [with(head(1, 1, 0, 1), b"\x82"), head(0, 9, 0, 1)].concat(),
        ),
        ("SETTINGS of a stream", head(0, 4, 0, 1)),
        ("SETTINGS of a strange length", with(head(5, 4, 0, 0), &[0; 5])),
        (
            "a window over the largest",
            with(head(6, 4, 0, 0), &[0, 4, 0xff, 0xff, 0xff, 0xff]),
        ),
        (
            "a window that overflows",
            with(head(4, 8, 0, 0), &0x7fff_ffff_u32.to_be_bytes()),
        ),
        ("a window of nothing", with(head(4, 8, 0, 0), &[0; 4])),
        ("a push", with(head(4, 5, 4, 1), &[0; 4])),
        ("a frame over the longest", head(16_385, 0, 0, 1)),
        ("RST_STREAM of an idle stream", with(head(4, 3, 0, 1), &[0; 4])),
    ] {
        let mut connection = Connection::new(SETTINGS);
        let begin = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &bytes].concat();
        assert!(connection.read(&begin, &mut Vec::new()).is_err(), "{name}");
        let out = connection.output();
        assert_eq!(out[out.len() - 17..][3], 7, "{name}: ends with GOAWAY");
    }
    assert!(
        Connection::new(SETTINGS)
            .read(b"GET / HTTP/1.1\r\n", &mut Vec::new())
            .is_err()
    );
}
