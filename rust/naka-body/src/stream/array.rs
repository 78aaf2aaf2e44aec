//! One JSON array whose items come one by one: a frame ends where an item does, and begins with what parts it from the one
//! before (`[`, `,`, white space). What is behind the last item is a frame that says nothing.
//! Looks at brackets and quotes alone; whether an item is JSON is found when it is read.

use super::frame::Payload;

/// How far the frame that is not complete was looked at.
#[derive(Debug, Default)]
pub(super) struct Scan {
    at: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Open brackets around an item: one in an array, none where a single value comes in place of one (an error).
    around: usize,
    begun: bool,
}

impl Scan {
    /// Length of the first frame of `pending`: up to the end of its item.
    pub(super) fn end(&mut self, pending: &[u8]) -> Option<usize> {
        while let Some(&byte) = pending.get(self.at) {
            self.at += 1;
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    if !self.begun {
                        self.begun = true;
                        self.around = usize::from(byte == b'[');
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == self.around && byte == b'}' {
                        return Some(std::mem::take(&mut self.at));
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The item of a frame.
    pub(super) fn payload(&mut self, raw: &[u8]) -> Payload {
        self.at = 0;
        let parts = |byte: &&u8| byte.is_ascii_whitespace() || b"[,]".contains(byte);
        let start = raw.iter().take_while(parts).count();
        if start == raw.len() {
            return Payload::None;
        }
        Payload::At { start, end: raw.len() }
    }
}
