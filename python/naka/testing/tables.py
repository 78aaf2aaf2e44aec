"""Code lists from which the generators draw: a plain, short selection, not the detector's own tables.

Kept apart from the detector's CSV files on purpose: test data drawn from the same table as the rule could
never show that the table is wrong. Sources: MoRTH (vehicle states), GSTN (state codes), RBI (bank codes),
NPCI (handles), India Post (first two digits of a PIN code), CBDT (TAN area codes), MCA (CIN classes).
"""

from __future__ import annotations

from naka.testing._draw import words

__all__ = [
    "BANKS",
    "CARD_PREFIXES",
    "CIN_CLASSES",
    "GST_STATES",
    "MOBILE_STARTS",
    "PIN_STARTS",
    "STD_CODES",
    "TAN_AREAS",
    "UPI_HANDLES",
    "VEHICLE_STATES",
]

VEHICLE_STATES = words(
    "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB "
    "PY RJ SK TN TR TS TG UK UA UP WB"
)

GST_STATES = (
    *(f"{code:02d}" for code in range(1, 25)),
    "26",
    "27",
    *(f"{code:02d}" for code in range(29, 39)),
)

BANKS: dict[str, tuple[str, int]] = {
    # IFSC bank code: name as people write it, usual length of an account number
    "SBIN": ("SBI", 11),
    "HDFC": ("HDFC Bank", 14),
    "ICIC": ("ICICI Bank", 12),
    "UTIB": ("Axis Bank", 15),
    "PUNB": ("PNB", 16),
    "CNRB": ("Canara Bank", 13),
    "BARB": ("Bank of Baroda", 14),
    "UBIN": ("Union Bank", 15),
    "KKBK": ("Kotak", 10),
    "YESB": ("Yes Bank", 15),
    "IDFB": ("IDFC First", 11),
    "INDB": ("IndusInd Bank", 12),
    "IDIB": ("Indian Bank", 10),
    "IOBA": ("IOB", 15),
    "BKID": ("Bank of India", 15),
    "FDRL": ("Federal Bank", 14),
    "CIUB": ("City Union Bank", 15),
    "MAHB": ("Bank of Maharashtra", 11),
    "BDBL": ("Bandhan Bank", 14),
    "AUBL": ("AU Small Finance Bank", 16),
}

UPI_HANDLES = words(
    "ybl ibl axl okaxis okhdfcbank okicici oksbi paytm ptyes pthdfc ptsbi apl yapl waaxis "
    "wahdfcbank waicici jupiteraxis naviaxis freecharge ikwik slice airtel jio postbank sbi "
    "icici hdfcbank axisbank kotak indus federal idfcbank aubank equitas pnb barodampay cnrb "
    "uboi"
)

CARD_PREFIXES: dict[str, tuple[tuple[str, ...], int]] = {
    # network: issuer prefixes, length
    "visa": (("4",), 16),
    "mastercard": (("51", "52", "53", "54", "55", "2221", "2345", "2720"), 16),
    "rupay": (("60", "6521", "6522", "81", "82", "508"), 16),
    "amex": (("34", "37"), 15),
    "diners": (("300", "305", "36", "38"), 14),
    "maestro": (("5018", "5020", "5038", "6304"), 16),
}

TAN_AREAS = words("MUM DEL BLR CHE HYD CAL PNE AHM RTK JPR LKN PTN BPL CHN NGP KLP VPN SRT")

CIN_CLASSES = words("PLC PTC OPC NPL FTC FLC GOI SGC GAP GAT ULL ULT")

# A mobile number starts with 6 to 9; these are the starts that are in wide use.
MOBILE_STARTS = words("62 63 70 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 93 94 95 96 97 98 99")

STD_CODES = words(
    "11 22 33 40 44 79 80 20 120 124 141 161 172 183 212 253 261 265 281 361 422 431 484 487 "
    "512 522 532 542 612 674 712 731 755 821 824 831 866 891"
)

PIN_STARTS = words(
    "11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 30 31 32 33 34 36 37 38 39 40 41 "
    "42 43 44 45 46 47 48 49 50 51 52 53 56 57 58 59 60 61 62 63 64 67 68 69 70 71 72 73 74 "
    "75 76 77 78 79 80 81 82 83 84 85"
)
