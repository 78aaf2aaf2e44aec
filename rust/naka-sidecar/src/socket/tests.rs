use std::future::poll_fn;
use std::os::unix::net::UnixStream;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

fn pair() -> (UnixStream, Socket<UnixStream>, Outbox<UnixStream>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let (socket, outbox) = split(ours).unwrap();
    (theirs, socket, outbox)
}

#[tokio::test]
async fn what_is_written_in_a_turn_leaves_at_its_end() {
    let (mut peer, mut socket, outbox) = pair();
    peer.set_nonblocking(true).unwrap();
    for word in [&b"one "[..], b"two ", b"three"] {
        socket.write_all(word).await.unwrap();
        socket.flush().await.unwrap();
    }
    let mut seen = [0; 64];
    let early = Read::read(&mut peer, &mut seen).unwrap_err();
    assert_eq!(early.kind(), io::ErrorKind::WouldBlock);
    poll_fn(|context| outbox.poll_flush(context)).await.unwrap();
    assert_eq!(Read::read(&mut peer, &mut seen).unwrap(), 13);
    assert_eq!(&seen[..13], b"one two three");
}

#[tokio::test]
async fn a_peer_that_reads_late_gets_every_byte_in_order_and_then_the_end() {
    let (mut peer, mut socket, outbox) = pair();
    let sent: Vec<u8> = (0..1_000_000u32).flat_map(u32::to_le_bytes).collect();
    let (begin, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut seen = Vec::new();
        begun.recv().unwrap();
        peer.read_to_end(&mut seen).unwrap();
        seen
    });
    let mut rest = &sent[..];
    let full = poll_fn(|context| {
        while !rest.is_empty() {
            match Pin::new(&mut socket).poll_write(context, rest) {
                Poll::Ready(count) => rest = &rest[count.unwrap()..],
                Poll::Pending => return Poll::Ready(true),
            }
        }
        Poll::Ready(false)
    });
    assert!(full.await, "the kernel takes no 4 MB that nobody reads");
    begin.send(()).unwrap();
    socket.write_all(rest).await.unwrap();
    poll_fn(|context| outbox.poll_flush(context)).await.unwrap();
    assert!(outbox.lock().room.is_none(), "nobody waits for room any more");
    socket.shutdown().await.unwrap();
    assert!(reader.join().unwrap() == sent);
}

#[tokio::test]
async fn what_came_is_given_in_pieces_of_any_size_and_then_the_end() {
    let (mut peer, mut socket, _outbox) = pair();
    let sent: Vec<u8> = (0..50_000u32).flat_map(u32::to_le_bytes).collect();
    let writer = std::thread::spawn({
        let sent = sent.clone();
        move || peer.write_all(&sent).unwrap()
    });
    let (mut seen, mut piece) = (Vec::new(), [0; 777]);
    loop {
        match socket.read(&mut piece).await.unwrap() {
            0 => break,
            count => seen.extend_from_slice(&piece[..count]),
        }
    }
    writer.join().unwrap();
    assert!(seen == sent);
}

#[tokio::test]
async fn a_peer_that_is_gone_is_an_error_of_the_next_write() {
    let (peer, mut socket, outbox) = pair();
    drop(peer);
    socket.write_all(b"for nobody").await.unwrap();
    poll_fn(|context| outbox.poll_flush(context)).await.unwrap_err();
    let error = socket.write_all(b"again").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
