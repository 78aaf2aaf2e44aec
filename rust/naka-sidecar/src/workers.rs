//! The threads that answer Envoy. Each has a runtime of its own and serves whole connections, of which Envoy opens one
//! for each of its worker threads.
//!
//! One thread for a connection and all its streams: what came together is read with one call, judged in turn, and
//! answered with one write. With a work-stealing runtime every answer was a write of its own, and woke Envoy, which cost
//! both sides a third of their CPU.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::address::Listener;
use crate::ext_proc::ExtProc;
use crate::grpc;
use crate::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;

/// What Envoy's socket serves.
pub(crate) struct Services {
    pub(crate) ext_proc: ExternalProcessorServer<ExtProc>,
    /// Health and reflection.
    pub(crate) others: Routes,
}

/// A connection on its way to the thread that will serve it.
pub(crate) enum Socket {
    Unix(std::os::unix::net::UnixStream),
    Tcp(std::net::TcpStream),
}

/// All of the threads.
pub(crate) struct Workers {
    queues: Vec<mpsc::UnboundedSender<Socket>>,
    threads: Vec<JoinHandle<()>>,
    /// Told by each worker that has no connection left and will get none.
    ended: mpsc::UnboundedReceiver<()>,
    running: usize,
    cut: CancellationToken,
}

impl Workers {
    /// Starts `count` threads, which wait for connections.
    pub(crate) fn start(count: usize, services: &Arc<Services>) -> io::Result<Self> {
        let (end, ended) = mpsc::unbounded_channel();
        let mut workers = Self {
            queues: Vec::with_capacity(count),
            threads: Vec::with_capacity(count),
            ended,
            running: count,
            cut: CancellationToken::new(),
        };
        for number in 0..count {
            let (queue, sockets) = mpsc::unbounded_channel();
            let runtime = Builder::new_current_thread()
                .max_blocking_threads(count + 1)
                .thread_name("naka-judge")
                .enable_all()
                .build()?;
            let (services, end, cut) = (Arc::clone(services), End(end.clone()), workers.cut.clone());
            let thread = std::thread::Builder::new()
                .name(format!("naka-worker-{number}"))
                .spawn(move || work(runtime, sockets, &services, end, &cut))?;
            workers.queues.push(queue);
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// Accepts connections and hands them out in turn, until `stop`. May be called once.
    pub(crate) fn accept(
        &mut self,
        listener: Listener,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let queues = std::mem::take(&mut self.queues);
        async move {
            for queue in queues.iter().cycle() {
                let socket = tokio::select! {
                    () = stop.cancelled() => return,
                    socket = accept(&listener) => socket,
                };
                match socket {
                    Ok(socket) => drop(queue.send(socket)), // a worker that is gone ends the data plane
                    // out of descriptors, most likely: let others close some
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        }
    }

    /// Returns when a worker has ended.
    pub(crate) async fn one_ended(&mut self) {
        self.running = match self.ended.recv().await {
            Some(()) => self.running - 1,
            None => 0,
        };
    }

    /// Returns when every worker has ended.
    pub(crate) async fn all_ended(&mut self) {
        while self.running > 0 {
            self.one_ended().await;
        }
    }

    /// Ends what still runs, and waits for the threads.
    pub(crate) fn join(mut self) {
        self.cut.cancel();
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // its panic was printed; whatever it served is gone
        }
    }
}

impl Drop for Workers {
    /// Also when the start fails half-way.
    fn drop(&mut self) {
        self.cut.cancel();
    }
}

/// Tells that a worker has ended, also by a panic.
struct End(mpsc::UnboundedSender<()>);

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.0.send(()); // nobody waits any more
    }
}

async fn accept(listener: &Listener) -> io::Result<Socket> {
    Ok(match listener {
        Listener::Unix(listener) => Socket::Unix(listener.accept().await?.0.into_std()?),
        Listener::Tcp(listener) => {
            let socket = listener.accept().await?.0;
            let _ = socket.set_nodelay(true); // slower without it, not wrong
            Socket::Tcp(socket.into_std()?)
        }
    })
}

/// One thread: serves connections while there are more to come, then until the last one ends.
fn work(
    runtime: Runtime,
    mut sockets: mpsc::UnboundedReceiver<Socket>,
    services: &Arc<Services>,
    end: End,
    cut: &CancellationToken,
) {
    let serve = async {
        let connections = GracefulShutdown::new();
        while let Some(socket) = sockets.recv().await {
            let (services, watcher) = (Arc::clone(services), connections.watcher());
            match socket {
                Socket::Unix(socket) => tokio::spawn(grpc::connection(socket, services, watcher)),
                Socket::Tcp(socket) => tokio::spawn(grpc::connection(socket, services, watcher)),
            };
        }
        connections.shutdown().await;
        drop(end);
        std::future::pending::<()>().await; // detached judges run on
    };
    runtime.block_on(async {
        tokio::select! {
            () = cut.cancelled() => {}
            () = serve => {}
        }
    });
    // cut-off exchanges leave their records; judges that outlive this are let go
    runtime.shutdown_timeout(Duration::from_secs(1));
}
