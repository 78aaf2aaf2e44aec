//! Postal addresses without a model: words of streets and buildings, a PIN code, a city or state.
//! A lone city or state is not an address. A guess, never certain; at most `REACH` bytes are read.

use super::tokens::{Look, Token, WordList, tokens};

/// Longest address, in bytes.
const REACH: usize = 200;

/// Words of which an address is made. Street level: a city and a PIN code alone do not make an address.
static STREET: WordList = WordList::new(&[
    "house",
    "flat",
    "plot",
    "door",
    "h.no",
    "h.no.",
    "hno",
    "d.no",
    "d.no.",
    "khasra",
    "floor",
    "flr",
    "wing",
    "tower",
    "apartment",
    "apartments",
    "apt",
    "apts",
    "society",
    "chs",
    "nagar",
    "vihar",
    "colony",
    "enclave",
    "layout",
    "sector",
    "sec",
    "phase",
    "block",
    "blk",
    "marg",
    "road",
    "rd",
    "rd.",
    "street",
    "st",
    "st.",
    "lane",
    "gali",
    "galli",
    "chowk",
    "cross",
    "main",
    "mohalla",
    "village",
    "gram",
    "vill",
    "post",
    "p.o.",
    "p.o",
    "taluk",
    "taluka",
    "tehsil",
    "mandal",
    "dist",
    "dist.",
    "district",
    "zila",
    "near",
    "opp",
    "opp.",
    "opposite",
    "behind",
    "bldg",
    "building",
    "residency",
    "heights",
    "villa",
    "villas",
    "towers",
    "complex",
    "market",
    "bazaar",
    "bazar",
    "ward",
    "circle",
    "extension",
    "extn",
    "puram",
    "pura",
    "pet",
    "peth",
    "wadi",
    "chawl",
    "quarters",
    "qtr",
    "qtrs",
    "shop",
    "room",
    "bungalow",
    "row",
    "park",
    "garden",
    "gardens",
    "estate",
    "township",
    "highway",
    "bypass",
    "avenue",
    "ave",
    "court",
    "society,",
    "salai",
    "theru",
    "nivas",
    "niwas",
    "bhavan",
    "bhawan",
    "sadan",
    "kunj",
    "puri",
    "ganj",
    "bagh",
    "tola",
    "para",
    "pada",
    "gaon",
    "rasta",
    "path",
    "sarani",
    "veedhi",
    "beedi",
    "lake",
    "temple",
    "मकान",
    "गली",
    "मार्ग",
    "रोड",
    "गाँव",
    "गांव",
    "डाकघर",
    "ज़िला",
    "जिला",
    "तहसील",
    "नगर",
    "कॉलोनी",
    "कालोनी",
    "मोहल्ला",
    "सेक्टर",
    "ब्लॉक",
    "फ्लैट",
    "चौक",
    "विहार",
    "वार्ड",
    "पोस्ट",
    "ग्राम",
    "सड़क",
    "रस्ता",
    "पेठ",
    "வீதி",
    "தெரு",
    "நகர்",
    "சாலை",
    "রোড",
    "সরণি",
    "পাড়া",
    "గ్రామం",
    "వీధి",
    "నగర్",
    "રોડ",
    "સોસાયટી",
    "ನಗರ",
    "ರಸ್ತೆ",
    "ਗਲੀ",
    "ਰੋਡ",
]);

/// Words that begin an address.
static HOUSE: WordList = WordList::new(&[
    "house",
    "flat",
    "plot",
    "door",
    "h.no",
    "h.no.",
    "hno",
    "h.no:",
    "d.no",
    "d.no.",
    "khasra",
    "shop",
    "room",
    "qtr",
    "quarter",
    "c/o",
    "village",
    "vill",
    "gram",
    "bungalow",
    "villa",
    "apt",
    "apartment",
    "block",
    "wing",
    "tower",
    "floor",
    "मकान",
    "फ्लैट",
    "ग्राम",
    "गाँव",
    "गांव",
]);

/// Cities, states and territories: evidence beside street words.
static PLACES: WordList = WordList::new(&[
    "mumbai",
    "delhi",
    "bengaluru",
    "bangalore",
    "chennai",
    "kolkata",
    "hyderabad",
    "pune",
    "ahmedabad",
    "surat",
    "jaipur",
    "lucknow",
    "kanpur",
    "nagpur",
    "indore",
    "bhopal",
    "patna",
    "ludhiana",
    "agra",
    "nashik",
    "vadodara",
    "faridabad",
    "meerut",
    "rajkot",
    "varanasi",
    "srinagar",
    "aurangabad",
    "dhanbad",
    "amritsar",
    "prayagraj",
    "allahabad",
    "ranchi",
    "howrah",
    "coimbatore",
    "jabalpur",
    "gwalior",
    "vijayawada",
    "jodhpur",
    "madurai",
    "raipur",
    "kota",
    "guwahati",
    "chandigarh",
    "solapur",
    "hubli",
    "mysuru",
    "mysore",
    "tiruchirappalli",
    "trichy",
    "bareilly",
    "aligarh",
    "moradabad",
    "gurugram",
    "gurgaon",
    "noida",
    "thane",
    "kochi",
    "cochin",
    "thiruvananthapuram",
    "trivandrum",
    "kozhikode",
    "calicut",
    "thrissur",
    "visakhapatnam",
    "vizag",
    "warangal",
    "guntur",
    "bhubaneswar",
    "cuttack",
    "dehradun",
    "jammu",
    "shimla",
    "panaji",
    "goa",
    "mangaluru",
    "mangalore",
    "salem",
    "siliguri",
    "durgapur",
    "jamshedpur",
    "udaipur",
    "ajmer",
    "kolhapur",
    "puducherry",
    "pondicherry",
    "imphal",
    "shillong",
    "aizawl",
    "itanagar",
    "gangtok",
    "agartala",
    "kohima",
    "secunderabad",
    "ghaziabad",
    "navi",
    "maharashtra",
    "karnataka",
    "tamil",
    "tamilnadu",
    "kerala",
    "telangana",
    "andhra",
    "gujarat",
    "rajasthan",
    "punjab",
    "haryana",
    "uttar",
    "uttarakhand",
    "bihar",
    "jharkhand",
    "odisha",
    "assam",
    "chhattisgarh",
    "himachal",
    "bengal",
    "madhya",
    "tripura",
    "manipur",
    "meghalaya",
    "nagaland",
    "mizoram",
    "sikkim",
    "ladakh",
    "kashmir",
    "मुंबई",
    "दिल्ली",
    "पुणे",
    "लखनऊ",
    "जयपुर",
    "पटना",
    "भोपाल",
    "इंदौर",
    "कानपुर",
    "महाराष्ट्र",
    "बिहार",
    "राजस्थान",
    "சென்னை",
    "மதுரை",
    "கோயம்புத்தூர்",
    "কলকাতা",
    "হাওড়া",
    "హైదరాబాద్",
    "ಬೆಂಗಳೂರು",
    "અમદાવાદ",
]);

/// Words before an address in running text.
static LEADS: WordList = WordList::new(&[
    "at",
    "in",
    "is",
    "to",
    "address",
    "addr",
    "lives",
    "live",
    "stays",
    "stay",
    "residing",
    "resident",
    "hai",
    "mein",
    "me",
    "from",
    "of",
    "on",
    "my",
    "our",
    "the",
    "visit",
    "deliver",
    "delivery",
    "ship",
    "shipping",
    "pata",
    "ghar",
    "location",
    "r/o",
    "and",
    "are",
    "was",
    "with",
    "for",
    "new",
    "old",
    "permanent",
    "पता",
    "है",
    "में",
    "रहता",
    "रहती",
    "हूं",
    "முகவரி",
]);

/// Evidence in a stretch of text.
#[derive(Debug, Default)]
struct Found {
    street: usize,
    places: usize,
    numbers: usize,
}

fn look(text: &[u8], start: usize, end: usize) -> Found {
    let mut found = Found::default();
    for token in tokens(text, start, end) {
        let word = bare(text, &token);
        found.street += usize::from(is_street(word));
        found.places += usize::from(PLACES.holds(word));
        found.numbers += usize::from(token.look == Look::Number);
    }
    found
}

/// Without punctuation around it.
fn bare<'t>(text: &'t [u8], token: &Token) -> &'t [u8] {
    let word = &text[token.start..token.end];
    let word = word.strip_prefix(b"(").unwrap_or(word);
    let mut end = word.len();
    while end > 0 && matches!(word[end - 1], b'.' | b';' | b':' | b')' | b'-') {
        end -= 1;
    }
    &word[..end]
}

fn is_street(word: &[u8]) -> bool {
    if STREET.holds(word) {
        return true;
    }
    // Jayanagar, Rajpur, Lajpatnagar: places named after their kind.
    let lower = |suffix: &str| {
        word.len() > suffix.len() + 2 && word[word.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    word.first().is_some_and(u8::is_ascii_uppercase)
        && [
            "nagar", "puram", "wadi", "vihar", "ganj", "palya", "halli", "pally", "peth", "guda",
        ]
        .iter()
        .any(|s| lower(s))
}

/// First byte that the address before `start` may have: a value ends at quotes, braces and labels.
fn floor(text: &[u8], start: usize) -> usize {
    let limit = start.saturating_sub(REACH);
    let mut at = start;
    let mut lines = 0;
    while at > limit {
        match text[at - 1] {
            b'"' | b'{' | b'}' | b';' | b'|' | b'\t' | b'<' | b'>' | b'[' | b']' | b'=' => break,
            b':' if text.get(at) == Some(&b' ') || text.get(at) == Some(&b'\n') => break,
            b'\n' => {
                // An address goes over lines that end with a comma, or three short ones.
                let comma = text[..at - 1].trim_ascii_end().last() == Some(&b',');
                lines += 1;
                if lines > 3 || !comma && lines > 1 {
                    break;
                }
            }
            b'.' if text.get(at) == Some(&b' ') && ends_sentence(text, at - 1) => break,
            _ => {}
        }
        at -= 1;
    }
    while at < start && (text[at] & 0xC0) == 0x80 {
        at += 1;
    }
    at
}

/// A full stop after a lower-case word of four letters or more; `Rd.`, `No.` and `Opp.` do not end a sentence.
fn ends_sentence(text: &[u8], dot: usize) -> bool {
    text[..dot].iter().rev().take_while(|c| c.is_ascii_alphabetic()).count() >= 5
}

/// From a PIN code back to where its address begins.
pub(crate) fn before_pin(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let floor = floor(text, start);
    let found = look(text, floor, start);
    if found.street == 0 || found.street + found.places + found.numbers < 2 {
        return None;
    }
    Some((begin(text, floor, start)?, end))
}

/// True for a text that is an address: a street word and two pieces of evidence more.
pub(crate) fn is_whole(text: &[u8]) -> bool {
    let found = look(text, 0, text.len());
    let commas = memchr::memchr_iter(b',', text).count();
    text.len() >= 12 && found.street > 0 && found.street + found.places + found.numbers + commas >= 3
}

/// Where in `floor..start` the address begins: after the last word of running text before its first evidence.
fn begin(text: &[u8], floor: usize, start: usize) -> Option<usize> {
    let mut from = None;
    let mut fresh = true;
    for token in tokens(text, floor, start) {
        let word = bare(text, &token);
        let lead = LEADS.holds(word) || text[token.end - 1] == b':';
        if lead && from.is_none_or(|at| look(text, at, token.start).street == 0) {
            from = None;
            fresh = true;
            continue;
        }
        let opens = HOUSE.holds(word) || token.look == Look::Number || is_street(word);
        let named = matches!(token.look, Look::Capital | Look::Caps | Look::Script | Look::Initial);
        if from.is_none() && (opens || (fresh && named)) {
            from = Some(token.start);
        }
        if from.is_some_and(|at| !opens && token.look == Look::Lower && look(text, at, token.end).street == 0) {
            from = None; // running text in lower case without a word of an address
        }
        fresh = token.after_comma || lead || from.is_none();
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Option<&str> {
        let start = text.rfind(|c: char| c.is_ascii_digit()).unwrap() - 5;
        before_pin(text.as_bytes(), start, start + 6).map(|(a, b)| &text[a..b])
    }

    #[test]
    fn a_pin_code_leads_back_to_its_address() {
        for (text, expected) in [
            (
                "I live at Flat 302, Sai Krupa Apartment, MG Road, Pune 411001",
                Some("Flat 302, Sai Krupa Apartment, MG Road, Pune 411001"),
            ),
            (
                "Address: 12/4, Gandhi Marg, Indore - 452001",
                Some("12/4, Gandhi Marg, Indore - 452001"),
            ),
            ("Mysuru - 570017", None),
            ("we shipped 12 units from Pune 411001", None),
            ("पता मकान 12, गली 4, लखनऊ 226001", Some("मकान 12, गली 4, लखनऊ 226001")),
        ] {
            assert_eq!(pin(text), expected, "{text}");
        }
    }
}
