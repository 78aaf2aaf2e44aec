//! Texts to measure on. Made from a seed, so that every machine measures the same bytes, or read from the sources of
//! the crates that this workspace locks, which every machine that built it has.
//! Identifiers are synthetic, with valid check digits.

use std::path::{Path, PathBuf};

use naka_detect::checksum::{luhn, mod36, verhoeff};

/// A text and what to call it.
pub(crate) struct Text {
    /// Name in reports.
    pub(crate) name: &'static str,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The texts of the reports, `size` bytes each (real ones may be shorter).
pub(crate) fn all(size: usize) -> Vec<Text> {
    let text = |name, bytes| Text { name, bytes };
    let mut out = vec![
        text("zero", prose(size, 11, 0)),
        text("prose", prose(size, 12, 330)),
        text("kyc", kyc(size, 13)),
        text("hindi", hindi(size, 14)),
    ];
    for (name, extension) in [("realdoc", "md"), ("realcode", "rs")] {
        let bytes = locked_sources(extension, size);
        if !bytes.is_empty() {
            out.push(text(name, bytes));
        }
    }
    out
}

/// Texts made to be slow.
pub(crate) fn worst(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    [
        ("mobile numbers", "9876543210 "),
        ("Aadhaar numbers", "2345 6789 0124 "),
        ("number plates", "MH 12 AB 1234 "),
        ("at signs", "a@"),
        ("broken plates", "AB 12 AB 123 "),
        ("decimals", "0.123456789 "),
        ("UUIDs", "9f3a7b2c-51d0-4e6f-8a7b-0c1d2e3f4a5b "),
        ("base64", "QmFzZTY0IGlzIG5vdCBhIGNpcGhlcjEyMzQ1Njc4OTA="),
        ("one digit", "1"),
        ("labels", "aadhaar pan account mobile upi "),
        ("honorifics", "Shri Dr. Mr. Smt. "),
        ("Devanagari digits", "९८७६५४३२१० "),
        ("zero width", "9\u{200b}8\u{200b}"),
        ("short groups", "12 34 "),
        ("dotted groups", "1.2.3.4."),
        ("quotes", "\"1\":\"123456789\","),
        ("lines", "Name:\n12345678\n"),
    ]
    .into_iter()
    .map(|(name, unit)| (name, unit.repeat(size / unit.len()).into_bytes()))
    .collect()
}

/// A small generator of random numbers (splitmix64): the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }

    fn chars(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.chars(b"0123456789", count)
    }

    fn capitals(&mut self, count: usize) -> String {
        self.chars(b"ABCDEFGHJKLMNPQRSTUVWXYZ", count)
    }
}

fn with_check(body: &str, alphabet: &str, valid: impl Fn(&[u8]) -> bool) -> String {
    let full = alphabet.chars().map(|check| format!("{body}{check}"));
    full.into_iter()
        .find(|text| valid(text.as_bytes()))
        .expect("one check character fits")
}

fn aadhaar(r: &mut Random) -> String {
    let body = format!("{}{}", 2 + r.below(8), r.digits(10));
    with_check(&body, "0123456789", verhoeff::is_valid)
}

fn pan(r: &mut Random) -> String {
    let kind = r.pick(&["P", "C", "H", "F"]);
    format!(
        "{}{kind}{}{}{}",
        r.capitals(3),
        r.capitals(1),
        1000 + r.below(9000),
        r.capitals(1)
    )
}

fn gstin(r: &mut Random) -> String {
    let body = format!("{}{}1Z", r.pick(&["27", "29", "07", "33", "09", "24"]), pan(r));
    with_check(&body, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", mod36::is_valid)
}

fn card(r: &mut Random) -> String {
    let body = format!("{}{}", r.pick(&["4192", "6521", "5084", "8206", "5312"]), r.digits(11));
    with_check(&body, "0123456789", luhn::is_valid)
}

fn mobile(r: &mut Random) -> String {
    format!("{}{}", 6 + r.below(4), r.digits(9))
}

fn handle(r: &mut Random) -> String {
    let name = format!(
        "{}.{}{}",
        r.chars(b"aeiourst", 1),
        r.chars(b"aeioumnprst", 6),
        r.below(100)
    );
    format!("{name}@{}", r.pick(&["okaxis", "ybl", "oksbi", "okhdfcbank", "paytm"]))
}

fn grouped(digits: &str) -> String {
    let groups: Vec<&str> = (0..digits.len())
        .step_by(4)
        .map(|i| &digits[i..(i + 4).min(digits.len())])
        .collect();
    groups.join(" ")
}

/// A labelled or bare identifier, as people write it in running text.
fn identifier(r: &mut Random) -> String {
    match r.below(14) {
        0 => format!("aadhaar {}", grouped(&aadhaar(r))),
        1 => format!("Aadhaar number is {}", aadhaar(r)),
        2 => format!("PAN {}", pan(r)),
        3 => format!("GSTIN {}", gstin(r)),
        4 => format!("IFSC {}0{}", r.pick(&["SBIN", "HDFC", "ICIC", "UTIB"]), r.digits(6)),
        5 => format!("a/c no {}", r.digits(14)),
        6 => format!("my UPI is {}", handle(r)),
        7 => {
            let number = mobile(r);
            format!("call me on {} {}", &number[..5], &number[5..])
        }
        8 => format!("+91 {}", mobile(r)),
        9 => format!(
            "write to {}.{}@example.in",
            r.chars(b"aeiourst", 5),
            r.chars(b"aeiomnprs", 6)
        ),
        10 => format!(
            "vehicle {} {:02} {} {:04}",
            r.pick(&["MH", "KA", "DL"]),
            1 + r.below(50),
            r.capitals(2),
            1 + r.below(9999)
        ),
        11 => format!("card {}", grouped(&card(r))),
        12 => format!(
            "passport {}{}",
            r.pick(&["K", "M", "P", "T"]),
            1_000_000 + r.below(8_999_999)
        ),
        _ => format!("voter id {}{}", r.capitals(3), r.digits(7)),
    }
}

/// A number or code that is nobody's: what most digits in business text are.
fn reference(r: &mut Random) -> String {
    let day = 1 + r.below(28);
    match r.below(14) {
        0 => format!("order ORD-2026-{:06}", r.below(1_000_000)),
        1 => format!("order id {}", r.digits(10)),
        2 => format!(
            "2026-11-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            r.below(24),
            r.below(60),
            r.below(60),
            r.below(1000)
        ),
        3 => format!(
            "{}-{}-4{}-a{}-{}",
            r.chars(b"0123456789abcdef", 8),
            r.chars(b"0123456789abcdef", 4),
            r.chars(b"0123456789abcdef", 3),
            r.chars(b"0123456789abcdef", 3),
            r.chars(b"0123456789abcdef", 12)
        ),
        4 => format!("Rs {},{}.00", 1 + r.below(99), r.digits(3)),
        5 => format!("txn {}", r.digits(12)),
        6 => format!("ticket #{}", r.digits(7)),
        7 => format!("AWB {}", r.digits(11)),
        8 => format!("invoice INV/2026/{}", r.digits(5)),
        9 => format!("commit {}", r.chars(b"0123456789abcdef", 40)),
        10 => format!("epoch 1{}", r.digits(9)),
        11 => format!("version {}.{}.{}", r.below(9), r.below(30), r.below(30)),
        12 => format!("SKU {}-{}", r.capitals(3), r.digits(4)),
        _ => format!("on {day} Nov 2026 at {}:{:02}", 1 + r.below(12), r.below(60)),
    }
}

/// Running English with a reference about every 80 bytes and an identifier about every `every` bytes (0: none).
pub(crate) fn prose(size: usize, seed: u64, every: usize) -> Vec<u8> {
    let r = &mut Random(seed);
    let mut out = String::with_capacity(size + 200);
    let mut due = every;
    while out.len() < size {
        let words = 6 + r.below(9);
        for i in 0..words {
            let word = r.pick(WORDS);
            if i == 0 {
                out.push_str(&word[..1].to_uppercase());
                out.push_str(&word[1..]);
            } else {
                out.push(' ');
                out.push_str(word);
            }
        }
        if r.below(4) > 0 {
            out.push(' ');
            out.push_str(&reference(r));
        }
        if every > 0 && out.len() >= due {
            out.push_str(", ");
            out.push_str(&identifier(r));
            due = out.len() + every;
        }
        out.push_str(r.pick(&[". ", ". ", ", ", ".\n", "? ", ".\n\n"]));
    }
    out.into_bytes()
}

/// Forms and records: an identifier about every 35 bytes.
pub(crate) fn kyc(size: usize, seed: u64) -> Vec<u8> {
    let r = &mut Random(seed);
    let mut out = String::with_capacity(size + 400);
    while out.len() < size {
        let (name, phone) = (r.pick(NAMES), mobile(r));
        match r.below(3) {
            0 => out.push_str(&format!(
                "Name: {name}\nPAN: {}\nAadhaar No: {}\nMobile: {phone}\nA/c No: {}\nIFSC: SBIN0{}\nUPI: {}\n\n",
                pan(r),
                grouped(&aadhaar(r)),
                r.digits(11),
                r.digits(6),
                handle(r),
            )),
            1 => out.push_str(&format!(
                "{{\"name\": \"{name}\", \"pan\": \"{}\", \"aadhaar\": \"{}\", \"mobile\": \"{phone}\", \"gstin\": \"{}\", \"card\": \"{}\"}}\n",
                pan(r),
                aadhaar(r),
                gstin(r),
                card(r),
            )),
            _ => out.push_str(&format!(
                "{name},{},{},+91{phone},{}@example.in,{}{},{:02}/{:02}/19{}\n",
                pan(r),
                aadhaar(r),
                r.chars(b"aeiomnprst", 8),
                r.capitals(3),
                r.digits(7),
                1 + r.below(28),
                1 + r.below(12),
                50 + r.below(49),
            )),
        }
    }
    out.into_bytes()
}

/// Running Hindi; a reference or identifier about every 250 bytes, half of them in Devanagari digits.
pub(crate) fn hindi(size: usize, seed: u64) -> Vec<u8> {
    let r = &mut Random(seed);
    let mut out = String::with_capacity(size + 400);
    while out.len() < size {
        for _ in 0..6 + r.below(9) {
            out.push_str(r.pick(HINDI));
            out.push(' ');
        }
        if r.below(2) == 0 {
            let text = match r.below(6) {
                0 => format!("आधार {} ", grouped(&aadhaar(r))),
                1 => format!("मोबाइल {} ", mobile(r)),
                2 => format!("ऑर्डर {} ", r.digits(10)),
                3 => format!("पैन {} ", pan(r)),
                4 => format!("राशि ₹{} ", r.digits(5)),
                _ => format!("खाता संख्या {} ", r.digits(12)),
            };
            let native = r.below(2) == 0;
            let digit = |c: char| match c.to_digit(10) {
                Some(value) if native => char::from_u32(0x966 + value).unwrap_or(c),
                _ => c,
            };
            out.extend(text.chars().map(digit));
        }
        out.push_str(r.pick(&["है। ", "था। ", "है।\n", "हैं। "]));
    }
    out.into_bytes()
}

/// Files with `extension` of the crates in `Cargo.lock`, as they lie in cargo's registry, in the order of their names.
fn locked_sources(extension: &str, size: usize) -> Vec<u8> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(lock) = std::fs::read_to_string(workspace.join("Cargo.lock")) else {
        return Vec::new();
    };
    let names = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let versions = lock
        .lines()
        .filter_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let registries = home
        .map(|home| home.join("registry/src"))
        .and_then(|path| std::fs::read_dir(path).ok());
    let registries: Vec<PathBuf> = registries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let mut out = Vec::with_capacity(size);
    let crates: Vec<String> = names
        .zip(versions)
        .map(|(name, version)| format!("{name}-{version}"))
        .collect();
    for folder in crates
        .iter()
        .flat_map(|name| registries.iter().map(move |registry| registry.join(name)))
    {
        let mut files = Vec::new();
        walk(&folder, extension, &mut files);
        files.sort();
        for file in files {
            if out.len() >= size {
                return out;
            }
            let bytes = std::fs::read(file).unwrap_or_default();
            let room = (size - out.len()).min(200_000); // no single file dominates
            out.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
    out
}

fn walk(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, extension, files);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
}

const NAMES: &[&str] = &[
    "Meera Joshi",
    "Ravi Kumar",
    "Sunita Devi",
    "Arjun Nair",
    "Fatima Sheikh",
    "Gurpreet Singh",
    "Lakshmi Iyer",
    "Debashis Ghosh",
    "Ananya Rao",
    "Imran Khan",
    "Kavita Patil",
    "Thomas Mathew",
];

const WORDS: &[&str] = &[
    "the",
    "customer",
    "called",
    "about",
    "delivery",
    "that",
    "was",
    "promised",
    "last",
    "week",
    "and",
    "asked",
    "whether",
    "someone",
    "could",
    "look",
    "into",
    "it",
    "before",
    "end",
    "of",
    "month",
    "because",
    "office",
    "will",
    "be",
    "closed",
    "for",
    "holidays",
    "then",
    "we",
    "have",
    "received",
    "your",
    "request",
    "please",
    "allow",
    "three",
    "working",
    "days",
    "to",
    "process",
    "refund",
    "branch",
    "manager",
    "has",
    "confirmed",
    "update",
    "system",
    "shows",
    "status",
    "as",
    "pending",
    "team",
    "is",
    "checking",
    "with",
    "vendor",
    "regarding",
    "issue",
    "raised",
    "by",
    "user",
    "in",
    "application",
    "after",
    "latest",
    "release",
    "error",
    "appeared",
    "when",
    "page",
    "loaded",
    "twice",
    "report",
    "attached",
    "below",
    "summary",
    "meeting",
    "discussed",
    "budget",
    "plan",
    "next",
    "quarter",
    "shipment",
    "left",
    "warehouse",
    "yesterday",
    "expected",
    "arrive",
    "on",
    "monday",
    "thank",
    "you",
    "patience",
    "regards",
    "support",
    "can",
    "not",
    "find",
    "document",
    "shared",
    "folder",
    "kindly",
    "resend",
    "copy",
    "signed",
    "agreement",
    "policy",
    "renewal",
    "due",
    "premium",
    "paid",
    "online",
    "through",
    "portal",
    "this",
    "message",
    "generated",
    "automatically",
    "do",
    "reply",
    "server",
    "restarted",
    "during",
    "maintenance",
    "window",
    "latency",
    "increased",
    "slightly",
    "new",
    "version",
    "deployed",
    "cluster",
    "rolled",
    "back",
    "quickly",
];

const HINDI: &[&str] = &[
    "ग्राहक",
    "ने",
    "पिछले",
    "सप्ताह",
    "के",
    "वितरण",
    "बारे",
    "में",
    "फिर",
    "से",
    "पूछा",
    "और",
    "कहा",
    "कि",
    "कार्यालय",
    "अगले",
    "महीने",
    "बंद",
    "रहेगा",
    "कृपया",
    "अपना",
    "आवेदन",
    "जल्दी",
    "भेजें",
    "हमें",
    "आपका",
    "अनुरोध",
    "मिल",
    "गया",
    "तीन",
    "दिन",
    "लगेंगे",
    "शाखा",
    "प्रबंधक",
    "पुष्टि",
    "की",
    "जानकारी",
    "साझा",
    "करने",
    "लिए",
    "धन्यवाद",
    "इस",
    "समस्या",
    "का",
    "समाधान",
    "हो",
    "चुका",
    "नई",
    "सूचना",
    "यहाँ",
    "देखें",
    "बैठक",
    "योजना",
    "पर",
    "चर्चा",
    "हुई",
    "दस्तावेज़",
    "फ़ोल्डर",
    "नहीं",
    "मिला",
];
