//! A running sidecar in a folder of its own, and a client that speaks as Envoy does.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper_util::rt::TokioIo;
use naka_policy::{Workload, compile};
use naka_sidecar::pb::envoy::config::core::v3::{HeaderMap, HeaderValue};
use naka_sidecar::pb::envoy::service::ext_proc::v3::external_processor_client::ExternalProcessorClient;
use naka_sidecar::pb::envoy::service::ext_proc::v3::processing_request::Request as Message;
use naka_sidecar::pb::envoy::service::ext_proc::v3::{
    HttpBody, HttpHeaders, ProcessingRequest, ProcessingResponse, body_mutation, processing_response,
};
use naka_sidecar::{Config, KeyRing, Sidecar};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Status, Streaming};

/// A valid Aadhaar number of entities.md, and its mask.
pub const AADHAAR: &str = "5109 8027 4087";
pub const MASKED: &str = "XXXX XXXX 4087";

pub struct Running {
    pub sidecar: Sidecar,
    pub folder: PathBuf,
}

impl Running {
    /// A sidecar with an ext_proc, HTTP and Detection socket; `more` are settings as JSON members.
    pub fn start(name: &str, more: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("naka-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let at = folder.display();
        let comma = if more.is_empty() { "" } else { "," };
        let config = format!(
            r#"{{"ext_proc":"unix:{at}/e.sock","http":"unix:{at}/h.sock","detection":"unix:{at}/d.sock","audit":"{at}/audit.jsonl"{comma}{more}}}"#
        );
        let config = Config::from_json(&config).unwrap_or_else(|error| panic!("{error}"));
        let sidecar = Sidecar::start(config, KeyRing::default()).unwrap_or_else(|error| panic!("{error}"));
        Self { sidecar, folder }
    }

    pub fn apply(&self, mode: &str, action: &str, more: &str) {
        let source = format!(
            r#"{{"packs":[{{"kind":"PolicyPack","name":"p","namespace":"","mode":"{mode}",{more}
                "rules":[{{"id":"r","entities":["IN_AADHAAR"],"action":"{action}","mode":"{mode}"}}]}}],"upstreams":[]}}"#
        );
        let compiled = compile(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
        self.sidecar
            .apply(&compiled.bytes, &Workload::default())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
    }

    pub fn audit(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.folder.join("audit.jsonl")).unwrap_or_default();
        // what is not ended by a newline is still being written
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until the audit file has `count` lines.
    pub async fn audited(&self, count: usize) -> Vec<serde_json::Value> {
        until("audit lines", || self.audit().len() >= count).await;
        self.audit()
    }

    pub async fn envoy(&self) -> Envoy {
        Envoy {
            client: ExternalProcessorClient::new(channel(&self.folder.join("e.sock")).await),
        }
    }

    /// `GET path` on the HTTP socket: status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut socket = UnixStream::connect(self.folder.join("h.sock")).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// One sample of `/metrics`.
    pub fn metric(&self, sample: &str) -> f64 {
        let text = self.sidecar.metrics_text();
        let line = text
            .lines()
            .find(|line| line.strip_prefix(sample).is_some_and(|rest| rest.starts_with(' ')));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or(0.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.sidecar.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within 20 s");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn channel(socket: &Path) -> Channel {
    let socket = socket.to_owned();
    let connect = move |_: Uri| {
        let socket = socket.clone();
        async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(socket).await?)) }
    };
    Endpoint::from_static("http://sidecar")
        .connect_with_connector(tower::service_fn(connect))
        .await
        .unwrap()
}

/// Speaks ext_proc.
pub struct Envoy {
    pub client: ExternalProcessorClient<Channel>,
}

/// One stream.
pub struct Exchange {
    pub to: mpsc::Sender<ProcessingRequest>,
    pub from: Streaming<ProcessingResponse>,
}

impl Envoy {
    pub async fn exchange(&self) -> Result<Exchange, Status> {
        let (to, messages) = mpsc::channel(64);
        let limit = 256 << 20;
        let mut client = self
            .client
            .clone()
            .max_decoding_message_size(limit)
            .max_encoding_message_size(limit);
        let from = client.process(ReceiverStream::new(messages)).await?.into_inner();
        Ok(Exchange { to, from })
    }

    /// A chat call of one buffered body: the answers to headers and body.
    pub async fn chat(&self, text: &str) -> Result<(ProcessingResponse, ProcessingResponse), Status> {
        let mut exchange = self.exchange().await?;
        let body = said(text);
        let head = exchange.say(post(Some(body.len()))).await?;
        let answer = exchange.say(piece(body, true)).await?;
        Ok((head, answer))
    }
}

impl Exchange {
    pub async fn send(&self, message: Message) {
        let _ = self
            .to
            .send(ProcessingRequest {
                request: Some(message),
                ..ProcessingRequest::default()
            })
            .await;
    }

    /// Sends a message and takes one answer.
    pub async fn say(&mut self, message: Message) -> Result<ProcessingResponse, Status> {
        self.send(message).await;
        self.next().await
    }

    pub async fn next(&mut self) -> Result<ProcessingResponse, Status> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.from.message()).await;
        next.expect("an answer within 20 s")?
            .ok_or_else(|| Status::ok("the stream ended"))
    }
}

pub fn said(text: &str) -> Vec<u8> {
    format!(r#"{{"model":"gpt-4o","messages":[{{"role":"user","content":"{text}"}}]}}"#).into_bytes()
}

pub fn headers(pairs: &[(&str, String)], end_of_stream: bool) -> HttpHeaders {
    let headers = pairs
        .iter()
        .map(|(key, value)| HeaderValue {
            key: (*key).to_owned(),
            raw_value: Bytes::from(value.clone()),
            ..HeaderValue::default()
        })
        .collect();
    HttpHeaders {
        headers: Some(HeaderMap { headers }),
        end_of_stream,
    }
}

pub fn post(length: Option<usize>) -> Message {
    let mut pairs = vec![
        (":method", "POST".to_owned()),
        (":path", "/v1/chat/completions".to_owned()),
        (":authority", "127.0.0.1:8080".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    pairs.extend(length.map(|length| ("content-length", length.to_string())));
    Message::RequestHeaders(headers(&pairs, false))
}

pub fn piece(body: impl Into<Bytes>, end_of_stream: bool) -> Message {
    Message::RequestBody(HttpBody {
        body: body.into(),
        end_of_stream,
    })
}

/// The body that replaces a buffered one.
pub fn replaced(response: &ProcessingResponse) -> Option<Bytes> {
    let Some(processing_response::Response::RequestBody(body) | processing_response::Response::ResponseBody(body)) =
        &response.response
    else {
        return None;
    };
    match body.response.as_ref()?.body_mutation.as_ref()?.mutation.as_ref()? {
        body_mutation::Mutation::Body(bytes) => Some(bytes.clone()),
        body_mutation::Mutation::StreamedResponse(piece) => Some(piece.body.clone()),
        body_mutation::Mutation::ClearBody(_) => None,
    }
}
