//! The border between Envoy's messages and the exchange's events and commands. No decision is made here.

use bytes::Bytes;
use naka_exchange::{
    BodyHead, BodyMode, Command, Event, HeaderEdits, OutOfOrder, Piece, Reject, RequestHead, ResponseHead, Trace,
};
use naka_policy::Direction;
use tonic::Status;

use crate::mark;
use crate::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use crate::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use crate::pb::envoy::extensions::filters::http::ext_proc::v3::ProcessingMode;
use crate::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::{BodySendMode, HeaderSendMode};
use crate::pb::envoy::service::ext_proc::v3::{
    BodyMutation, BodyResponse, CommonResponse, HeaderMutation, HeadersResponse, HttpBody, HttpHeaders,
    ImmediateResponse, ProcessingRequest, ProcessingResponse, StreamedBodyResponse, TrailersResponse, body_mutation,
    processing_request, processing_response,
};
use crate::pb::envoy::r#type::v3::HttpStatus;

/// The event of a message; `None` for a message that this build does not know. `route` goes with the request's headers,
/// of which `trace` reads one.
pub(crate) fn event(
    message: ProcessingRequest,
    route: &mut Option<String>,
    trace: impl Fn(&[u8]) -> Option<Trace>,
) -> Option<Event> {
    use processing_request::Request;
    Some(match message.request? {
        Request::RequestHeaders(headers) => Event::RequestHeaders(request_head(headers, route.take(), trace)),
        Request::ResponseHeaders(headers) => Event::ResponseHeaders(response_head(headers)),
        Request::RequestBody(body) => Event::RequestBody(piece(body)),
        Request::ResponseBody(body) => Event::ResponseBody(piece(body)),
        Request::RequestTrailers(_) => Event::RequestTrailers,
        Request::ResponseTrailers(_) => Event::ResponseTrailers,
    })
}

fn piece(body: HttpBody) -> Piece {
    Piece {
        data: body.body,
        end: body.end_of_stream,
    }
}

fn request_head(headers: HttpHeaders, route: Option<String>, trace: impl Fn(&[u8]) -> Option<Trace>) -> RequestHead {
    let mut head = RequestHead {
        route,
        ..RequestHead::default()
    };
    head.body.end = headers.end_of_stream;
    for HeaderValue { key, value, raw_value } in headers.headers.unwrap_or_default().headers {
        let value = bytes_of(value, raw_value);
        match key.as_str() {
            ":method" => head.method = value,
            ":path" => head.path = value,
            ":authority" => head.authority = value,
            "accept-encoding" => head.accepts_encodings = !value.eq_ignore_ascii_case(b"identity"),
            "upgrade" => head.upgrade = true,
            // every request that AWS's clients sign has it, and no other; it holds no secret
            "x-amz-date" => head.signed = true,
            "traceparent" => head.trace = trace(&value),
            _ => body_header(&mut head.body, &key, value),
        }
    }
    head
}

fn response_head(headers: HttpHeaders) -> ResponseHead {
    let mut head = ResponseHead::default();
    head.body.end = headers.end_of_stream;
    for HeaderValue { key, value, raw_value } in headers.headers.unwrap_or_default().headers {
        let value = bytes_of(value, raw_value);
        match key.as_str() {
            ":status" => {
                head.status = number(&value)
                    .and_then(|status| u16::try_from(status).ok())
                    .unwrap_or(0)
            }
            _ => body_header(&mut head.body, &key, value),
        }
    }
    head
}

fn body_header(head: &mut BodyHead, key: &str, value: Bytes) {
    match key {
        "content-type" => head.content_type = value,
        "content-encoding" => head.content_encoding = joined(&head.content_encoding, value),
        "content-length" => head.content_length = number(&value),
        _ => {}
    }
}

/// Two lines of a list header are one list.
fn joined(first: &Bytes, second: Bytes) -> Bytes {
    if first.is_empty() {
        second
    } else {
        [first.as_ref(), b",", second.as_ref()].concat().into()
    }
}

/// Envoy fills `raw_value`; hand-written peers may fill `value`.
fn bytes_of(value: String, raw: Bytes) -> Bytes {
    if raw.is_empty() { Bytes::from(value) } else { raw }
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}

/// The message of a command.
pub(crate) fn message(command: Command) -> ProcessingResponse {
    use processing_response::Response;
    let mut mode_override = None;
    let mut dynamic_metadata = None;
    let response = match command {
        Command::Headers {
            direction,
            edits,
            request_mode,
            response_mode,
        } => {
            mode_override = Some(modes(request_mode, response_mode));
            // a buffered half goes with its body's answer, every other one with its headers'
            let own_mode = match direction {
                Direction::Request => request_mode,
                Direction::Response => response_mode,
            };
            if own_mode != BodyMode::Buffered {
                dynamic_metadata = Some(let_go(direction));
            }
            let headers = HeadersResponse {
                response: common(edits, None),
            };
            match direction {
                Direction::Request => Response::RequestHeaders(headers),
                Direction::Response => Response::ResponseHeaders(headers),
            }
        }
        Command::Body {
            direction,
            replace,
            edits,
        } => {
            dynamic_metadata = Some(let_go(direction));
            body(direction, common(edits, replace.map(body_mutation::Mutation::Body)))
        }
        Command::Chunk { direction, data, end } => {
            let piece = StreamedBodyResponse {
                body: data,
                end_of_stream: end,
            };
            body(
                direction,
                common(
                    HeaderEdits::default(),
                    Some(body_mutation::Mutation::StreamedResponse(piece)),
                ),
            )
        }
        Command::Trailers {
            direction: Direction::Request,
        } => Response::RequestTrailers(TrailersResponse::default()),
        Command::Trailers {
            direction: Direction::Response,
        } => Response::ResponseTrailers(TrailersResponse::default()),
        Command::Reject(reject) => {
            // our own answer in place of the provider's, when the request is gone already
            dynamic_metadata = Some(let_go(Direction::Response));
            Response::ImmediateResponse(immediate(*reject))
        }
    };
    ProcessingResponse {
        response: Some(response),
        dynamic_metadata,
        mode_override,
    }
}

fn let_go(direction: Direction) -> mark::Struct {
    match direction {
        Direction::Request => mark::checked(),
        Direction::Response => mark::answered(),
    }
}

fn body(direction: Direction, response: Option<CommonResponse>) -> processing_response::Response {
    let body = BodyResponse { response };
    match direction {
        Direction::Request => processing_response::Response::RequestBody(body),
        Direction::Response => processing_response::Response::ResponseBody(body),
    }
}

/// `None` (an empty answer) lets everything pass as it is.
fn common(edits: HeaderEdits, mutation: Option<body_mutation::Mutation>) -> Option<CommonResponse> {
    if edits.is_empty() && mutation.is_none() {
        return None;
    }
    Some(CommonResponse {
        header_mutation: (!edits.is_empty()).then(|| header_mutation(edits)),
        body_mutation: mutation.map(|mutation| BodyMutation {
            mutation: Some(mutation),
        }),
        ..CommonResponse::default()
    })
}

fn header_mutation(edits: HeaderEdits) -> HeaderMutation {
    HeaderMutation {
        set_headers: edits
            .set
            .into_iter()
            .map(|(name, value)| overwrite(name, value))
            .collect(),
        remove_headers: edits.remove.into_iter().map(str::to_owned).collect(),
    }
}

fn overwrite(name: &str, value: Bytes) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: name.to_owned(),
            raw_value: value,
            ..HeaderValue::default()
        }),
        append_action: HeaderAppendAction::OverwriteIfExistsOrAdd.into(),
        ..HeaderValueOption::default()
    }
}

/// Envoy takes an override as a whole, so both directions are always said. Full-duplex needs trailers sent.
fn modes(request: BodyMode, response: BodyMode) -> ProcessingMode {
    let body = |mode| match mode {
        BodyMode::None => BodySendMode::None,
        BodyMode::Streamed => BodySendMode::Streamed,
        BodyMode::Buffered => BodySendMode::Buffered,
        BodyMode::FullDuplex => BodySendMode::FullDuplexStreamed,
    };
    let trailers = |mode| match mode {
        BodyMode::FullDuplex => HeaderSendMode::Send,
        _ => HeaderSendMode::Skip,
    };
    ProcessingMode {
        request_header_mode: HeaderSendMode::Send.into(),
        response_header_mode: HeaderSendMode::Send.into(),
        request_body_mode: body(request).into(),
        response_body_mode: body(response).into(),
        request_trailer_mode: trailers(request).into(),
        response_trailer_mode: trailers(response).into(),
    }
}

fn immediate(reject: Reject) -> ImmediateResponse {
    let mut headers = vec![
        overwrite("content-type", Bytes::from_static(b"application/json")),
        overwrite("x-naka-decision", reject.decision.to_string().into()),
    ];
    headers.push(if reject.retry {
        overwrite("retry-after", Bytes::from_static(b"1"))
    } else {
        overwrite("x-should-retry", Bytes::from_static(b"false"))
    });
    headers.extend(reject.headers.into_iter().map(|(name, value)| overwrite(name, value)));
    ImmediateResponse {
        status: Some(HttpStatus {
            code: i32::from(reject.status),
        }),
        headers: Some(HeaderMutation {
            set_headers: headers,
            remove_headers: Vec::new(),
        }),
        body: reject.body.into(),
        details: reject.details.to_owned(),
    }
}

/// A message that may not come ends the stream with an error, so that Envoy acts by its failure mode.
pub(crate) fn out_of_order(error: OutOfOrder) -> Status {
    Status::failed_precondition(format!("{}: {error}", error.code()))
}
