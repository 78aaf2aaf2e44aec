//! The audit sink: a bounded queue, and one thread that appends JSON lines to a file.
//!
//! A decision never waits for the disk. When the queue is full, or the disk refuses, records are lost, counted, and a
//! gap line with their number is written as soon as there is room: nothing is lost in silence.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock::since_1970;
use crate::record::{self, Record};

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct AuditConfig {
    /// The file; made with mode 0600 when missing, appended to when not.
    pub(crate) path: PathBuf,
    /// Records that may wait for the disk.
    pub(crate) queue: usize,
    /// A file over this is renamed to `NAME.1` (`.1` to `.2`, ...) and a new one begun.
    pub(crate) max_bytes: u64,
    /// How many renamed files stay.
    pub(crate) keep: u32,
}

/// Counters of the sink.
#[derive(Debug, Default)]
pub(crate) struct AuditCounters {
    /// Lines written.
    pub(crate) written: AtomicU64,
    /// Records that no line tells of (but the gap line's number).
    pub(crate) lost: AtomicU64,
}

enum Message {
    Record(Box<Record>),
    Reopen,
    Stop,
}

/// The near end of the queue.
pub(crate) struct Audit {
    sender: SyncSender<Message>,
    counters: Arc<AuditCounters>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Records written with one call, at most.
const GROUP: u64 = 1024;
/// After a record the writer waits this long for more. Without it, it would wake for every single one, which cost a
/// fifth of the data plane's CPU. A crash of the process loses at most the records of this time.
const PAUSE: Duration = Duration::from_millis(20);

impl Audit {
    /// Opens the file and starts the writer.
    pub(crate) fn start(config: AuditConfig) -> io::Result<Self> {
        let (file, bytes, torn) = open(&config.path)?;
        let counters = Arc::new(AuditCounters::default());
        let (sender, receiver) = sync_channel(config.queue);
        let writer = Writer {
            config,
            file: Some(file),
            bytes,
            counters: Arc::clone(&counters),
            told: 0,
            torn,
        };
        let thread = std::thread::Builder::new()
            .name("naka-audit".into())
            .spawn(move || writer.run(&receiver))?;
        Ok(Self {
            sender,
            counters,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a record; never waits.
    pub(crate) fn put(&self, record: Record) {
        match self.sender.try_send(Message::Record(Box::new(record))) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.counters.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Opens the file anew, after someone has renamed it.
    pub(crate) fn reopen(&self) {
        let _ = self.sender.send(Message::Reopen); // a writer that is gone has counted its losses
    }

    /// Writes out what is queued and ends the writer. A second call does nothing.
    pub(crate) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = self.sender.send(Message::Stop); // a writer that is gone has nothing to write
            let _ = thread.join();
        }
    }

    pub(crate) fn counters(&self) -> &Arc<AuditCounters> {
        &self.counters
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Writer {
    config: AuditConfig,
    /// `None` after the disk refused, until it can be opened again.
    file: Option<File>,
    bytes: u64,
    counters: Arc<AuditCounters>,
    /// Losses that gap lines have told of.
    told: u64,
    /// The file ends within a line: a write broke off, or a process did.
    torn: bool,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>) {
        let mut lines = Vec::with_capacity(64 << 10);
        while let Ok(first) = receiver.recv() {
            if matches!(first, Message::Record(_)) {
                std::thread::sleep(PAUSE);
            }
            let mut next = Some(first);
            let mut records: u64 = 0;
            let mut stop = false;
            lines.clear();
            while let Some(message) = next {
                match message {
                    Message::Record(record) => {
                        record.write(&mut lines);
                        records += 1;
                    }
                    Message::Reopen => self.file = None,
                    Message::Stop => stop = true,
                }
                next = if records == GROUP || stop {
                    None
                } else {
                    receiver.try_recv().ok()
                };
            }
            self.group(&mut lines, records);
            if stop {
                break;
            }
        }
        if let Some(file) = &self.file {
            let _ = file.sync_data(); // nobody is left to hear of a failure
        }
    }

    fn group(&mut self, lines: &mut Vec<u8>, records: u64) {
        let lost = self.counters.lost.load(Ordering::Relaxed);
        if lost > self.told {
            record::gap(since_1970(), lost - self.told, lines);
        }
        match self.append(lines) {
            Ok(()) => {
                self.counters.written.fetch_add(records, Ordering::Relaxed);
                self.told = lost;
            }
            Err(error) => {
                self.counters.lost.fetch_add(records, Ordering::Relaxed);
                if self.file.take().is_some() {
                    // once per failure: the counter tells the rest
                    eprintln!("naka: audit events are lost: {}: {error}", self.config.path.display());
                }
            }
        }
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.bytes > 0 && self.bytes + lines.len() as u64 > self.config.max_bytes {
            self.rotate()?;
        }
        if self.file.is_none() {
            let file;
            (file, self.bytes, self.torn) = open(&self.config.path)?;
            self.file = Some(file);
        }
        if let Some(file) = &mut self.file {
            if std::mem::take(&mut self.torn) {
                file.write_all(b"\n")?;
            }
            file.write_all(lines)?;
            self.bytes += lines.len() as u64;
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            file.sync_data()?;
        }
        let name = |number: u32| {
            let mut name = self.config.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..self.config.keep).rev() {
            rename_if_there(&name(number), &name(number + 1))?;
        }
        if self.config.keep > 0 {
            rename_if_there(&self.config.path, &name(1))?;
        } else {
            std::fs::remove_file(&self.config.path)?;
        }
        self.bytes = 0;
        Ok(())
    }
}

/// The file, its length, and whether it ends within a line.
fn open(path: &Path) -> io::Result<(File, u64, bool)> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let bytes = file.metadata()?.len();
    let mut last = [b'\n'];
    if bytes > 0 {
        file.read_exact_at(&mut last, bytes - 1)?;
    }
    Ok((file, bytes, last != [b'\n']))
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
