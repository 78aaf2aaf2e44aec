"""Invented people and addresses: common given names and surnames put together at random.

A pair may happen to be somebody's name, as any pair of common names does; nothing here comes from a list of
persons. Scripts: names in Devanagari, Bengali and Tamil stand beside the Latin ones.
"""

from __future__ import annotations

from random import Random

from naka.testing._draw import digits, pick, words

__all__ = ["GIVEN_NAMES", "SURNAMES", "address", "full_name", "given_name", "place", "surname"]

GIVEN_NAMES: dict[str, tuple[str, ...]] = {
    "latin": words(
        "Aarav Ananya Rohan Priya Vikram Sunita Arjun Kavita Imran Farhan Zoya Gurpreet Harpreet "
        "Manoj Rekha Suresh Lakshmi Karthik Meenakshi Venkatesh Padma Ramesh Deepika Sanjay Pooja "
        "Nikhil Sneha Amit Neha Rahul Anjali Debashish Moumita Subhash Ritu Tanvi Ishaan Kabir "
        "Ayesha Thomas Mary Joseph Bhavna Jignesh Hetal Chirag Swapnil Vaishali Ganesh Shalini "
        "Murugan Selvi Rajesh Geeta Yusuf Nasreen Balwinder Simran Praveen Divya"
    ),
    "devanagari": words(
        "आरव अनन्या रोहन प्रिया विक्रम सुनीता अर्जुन कविता इमरान मनोज रेखा सुरेश लक्ष्मी संजय पूजा निखिल स्नेहा अमित नेहा राहुल"
    ),
    "bengali": words("দেবাশীষ মৌমিতা সুভাষ রীতা অনির্বাণ শর্মিষ্ঠা তাপস পারমিতা অরিন্দম সুস্মিতা"),
    "tamil": words("முருகன் செல்வி கார்த்திக் மீனாட்சி வெங்கடேஷ் லட்சுமி சரவணன் கவிதா பிரகாஷ் தேவி"),
}

SURNAMES: dict[str, tuple[str, ...]] = {
    "latin": words(
        "Sharma Verma Gupta Mehta Patel Sheth Iyer Nair Menon Reddy Rao Naidu Pillai Subramaniam "
        "Krishnan Banerjee Chatterjee Mukherjee Ghosh Das Sen Singh Kaur Gill Sandhu Lodhi Ansari "
        "Qureshi Sheikh Fernandes Pereira Kulkarni Deshpande Joshi Patil Jadhav Shinde Pawar "
        "Yadav Mishra Tiwari Pandey Chauhan Rathore Agarwal Bansal Malhotra Kapoor Chopra Bhatt "
        "Trivedi Desai Hegde Shetty Gowda Murthy Mahato Hembrom Lyngdoh"
    ),
    "devanagari": words("शर्मा वर्मा गुप्ता मेहता पटेल यादव मिश्रा तिवारी पांडे सिंह चौहान जोशी कुलकर्णी पाटिल अग्रवाल"),
    "bengali": words("বন্দ্যোপাধ্যায় চট্টোপাধ্যায় ঘোষ দাস সেন মণ্ডল সাহা রায়"),
    "tamil": words("சுப்பிரமணியன் ராஜன் பாண்டியன் கிருஷ்ணன் செல்வராஜ் நடராஜன்"),
}

_PLACES: tuple[tuple[str, str, str], ...] = (
    # city, state, first three digits of its PIN codes
    ("Mumbai", "Maharashtra", "400"),
    ("Pune", "Maharashtra", "411"),
    ("Nagpur", "Maharashtra", "440"),
    ("Bengaluru", "Karnataka", "560"),
    ("Mysuru", "Karnataka", "570"),
    ("Chennai", "Tamil Nadu", "600"),
    ("Madurai", "Tamil Nadu", "625"),
    ("Coimbatore", "Tamil Nadu", "641"),
    ("Hyderabad", "Telangana", "500"),
    ("Vijayawada", "Andhra Pradesh", "520"),
    ("Kochi", "Kerala", "682"),
    ("Thiruvananthapuram", "Kerala", "695"),
    ("Kolkata", "West Bengal", "700"),
    ("Siliguri", "West Bengal", "734"),
    ("New Delhi", "Delhi", "110"),
    ("Gurugram", "Haryana", "122"),
    ("Ludhiana", "Punjab", "141"),
    ("Jaipur", "Rajasthan", "302"),
    ("Lucknow", "Uttar Pradesh", "226"),
    ("Kanpur", "Uttar Pradesh", "208"),
    ("Patna", "Bihar", "800"),
    ("Ranchi", "Jharkhand", "834"),
    ("Bhopal", "Madhya Pradesh", "462"),
    ("Indore", "Madhya Pradesh", "452"),
    ("Ahmedabad", "Gujarat", "380"),
    ("Surat", "Gujarat", "395"),
    ("Bhubaneswar", "Odisha", "751"),
    ("Guwahati", "Assam", "781"),
)

_STREETS = (
    "MG Road",
    "Station Road",
    "Gandhi Marg",
    "2nd Cross, Jayanagar 4th Block",
    "Link Road",
    "Shivaji Nagar",
    "Vivekananda Street",
    "Lake View Layout",
    "Sector 14",
    "Nehru Colony",
    "Temple Street",
    "Green Park Extension",
    "Old Bazar Lane",
)


def given_name(rng: Random, script: str = "latin") -> str:
    """A common given name; `script` is a key of `GIVEN_NAMES`."""
    return pick(rng, GIVEN_NAMES[script])


def surname(rng: Random, script: str = "latin") -> str:
    """A common surname; `script` is a key of `SURNAMES`."""
    return pick(rng, SURNAMES[script])


def full_name(rng: Random, script: str = "latin") -> str:
    """Given name and surname."""
    return f"{given_name(rng, script)} {surname(rng, script)}"


def place(rng: Random) -> tuple[str, str, str]:
    """City, state and a PIN code of that city."""
    city, state, start = _PLACES[rng.randrange(len(_PLACES))]
    return city, state, start + digits(rng, 3, "0")


def address(rng: Random) -> str:
    """A postal address on one line, PIN code last."""
    city, state, code = place(rng)
    street = pick(rng, _STREETS)
    number = rng.randrange(1, 900)
    shape = rng.randrange(5)
    return (
        f"{number}, {street}, {city}, {state} - {code}",
        f"Flat {number}, Wing {pick(rng, 'ABCD')}, Sai Krupa Apartments, {street}, {city} {code}",
        f"H.No. {number}/{rng.randrange(1, 9)}, {street}, {city}, {state} {code}",
        f"Plot No {number}, {street}, near Government School, {city}-{code}",
        f"Door No. {number}, {street}, {city}, Dist. {city}, {state}, PIN {code}",
    )[shape]
