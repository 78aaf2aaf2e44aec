"""Entity id -> generator, for every entity of the detector that has a value to make up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from naka.testing import contact, health, identity, money, people, securities
from naka.testing.writing import Written, write

__all__ = ["ENTITIES", "forms", "make", "make_written"]

_GENERATORS: dict[str, Callable[[Random], str]] = {
    "IN_AADHAAR": identity.aadhaar,
    "IN_AADHAAR_VID": identity.aadhaar_vid,
    "IN_AADHAAR_EID": identity.aadhaar_eid,
    "IN_PAN": identity.pan,
    "IN_GSTIN": identity.gstin,
    "IN_TAN": identity.tan,
    "IN_CIN": identity.cin,
    "IN_LLPIN": identity.llpin,
    "IN_DIN": identity.din,
    "IN_UDYAM": identity.udyam,
    "IN_VOTER": identity.voter,
    "IN_PASSPORT": identity.passport,
    "IN_DRIVING_LICENSE": identity.driving_licence,
    "IN_VEHICLE_REGISTRATION": identity.vehicle,
    "IN_RATION_CARD": identity.ration_card,
    "IN_NREGA": identity.nrega,
    "IN_SAMAGRA": identity.samagra,
    "IN_JAN_AADHAAR": identity.jan_aadhaar,
    "IN_PPP": identity.parivar_pehchan_patra,
    "IN_APAAR": identity.apaar,
    "IN_ESHRAM": identity.eshram,
    "IN_UPI_ID": money.upi_id,
    "IN_IFSC": money.ifsc,
    "IN_BANK_ACCOUNT": money.bank_account,
    "CREDIT_CARD": money.card,
    "CARD_CVV": money.card_cvv,
    "CARD_EXPIRY": money.card_expiry,
    "IN_MICR": money.micr,
    "IN_CKYC": money.ckyc,
    "IN_UAN": money.uan,
    "IN_EPF_MEMBER_ID": money.epf_member_id,
    "IN_ESIC": money.esic,
    "IN_PRAN": money.pran,
    "IN_LPG_ID": money.lpg_id,
    "IN_POLICY_NO": money.policy_no,
    "IN_LOAN_ACCOUNT": money.loan_account,
    "IN_CUSTOMER_ID": money.customer_id,
    "IN_UTR": money.utr,
    "IN_ABHA_NUMBER": health.abha_number,
    "IN_ABHA_ADDRESS": health.abha_address,
    "IN_DEMAT_ACCOUNT": securities.demat_account,
    "IN_SEBI_REG": securities.sebi_registration,
    "IN_MF_FOLIO": securities.mf_folio,
    "IN_ARN": securities.arn,
    "IN_EUIN": securities.euin,
    "IN_UCC": securities.ucc,
    "PHONE_NUMBER": contact.mobile,
    "EMAIL_ADDRESS": contact.email,
    "IN_PINCODE": contact.pin_code,
    "DATE_OF_BIRTH": contact.date_of_birth,
    "AGE": contact.age,
    "GENDER": contact.gender,
    "IP_ADDRESS": contact.ip_address,
    "MAC_ADDRESS": contact.mac_address,
    "IMEI": contact.imei,
    "OTP_CODE": contact.otp,
    "CARD_PIN": contact.card_pin,
    "PASSWORD": contact.password,
    "PERSON": people.full_name,
    "IN_ADDRESS": people.address,
}

ENTITIES: tuple[str, ...] = tuple(_GENERATORS)
"""Every entity id that `make` knows."""

_SPLIT = ("grouped", "dashed", "nbsp", "en_dash")
_INDIC = ("devanagari", "bengali", "gujarati", "tamil", "telugu", "kannada", "malayalam", "odia", "gurmukhi")
_EXTRA_FORMS: dict[str, tuple[str, ...]] = {
    "IN_AADHAAR": (
        *_SPLIT,
        *_INDIC,
        "dotted",
        "double_spaced",
        "urdu",
        "fullwidth",
        "mixed_digits",
        "grouped_devanagari",
        "zero_width",
        "glued_label",
    ),
    "IN_AADHAAR_VID": (*_SPLIT, "devanagari"),
    "IN_PAN": ("grouped", "dashed", "lower", "mixed_case", "glued_label", "fullwidth"),
    "IN_GSTIN": ("grouped", "lower", "glued_label"),
    "IN_VOTER": ("grouped", "lower", "glued_label"),
    "IN_PASSPORT": ("grouped", "lower"),
    "IN_DRIVING_LICENSE": ("grouped", "dashed", "lower"),
    "IN_VEHICLE_REGISTRATION": (*_SPLIT, "lower"),
    "IN_IFSC": ("lower", "glued_label"),
    "IN_BANK_ACCOUNT": ("grouped", "devanagari"),
    "CREDIT_CARD": (*_SPLIT, "fullwidth", "devanagari"),
    "IN_ABHA_NUMBER": ("joined", "grouped", "devanagari"),
    "PHONE_NUMBER": (
        "grouped",
        "dashed",
        *_INDIC,
        "plus91",
        "plus91_spaced",
        "plus91_dashed",
        "zero_prefix",
        "double_zero_91",
        "fullwidth",
    ),
    "IN_PINCODE": ("grouped", "devanagari", "tamil", "bengali"),
    "IN_UAN": ("grouped",),
    "IN_DEMAT_ACCOUNT": ("lower",),
    "DATE_OF_BIRTH": ("devanagari", "tamil", "bengali"),
    "OTP_CODE": ("devanagari",),
}


def forms(entity: str) -> tuple[str, ...]:
    """The forms in which `entity` is met in the wild; always starts with `plain`."""
    if entity not in _GENERATORS:
        raise KeyError(entity)
    return ("plain", *_EXTRA_FORMS.get(entity, ()))


def make(entity: str, rng: Random, form: str = "plain") -> str:
    """A synthetic value of `entity`, valid check digit included, written in `form`.

    `make("IN_AADHAAR", Random(7))` -> 12 digits. KeyError for an entity or form that does not exist.
    """
    return make_written(entity, rng, form).text


def make_written(entity: str, rng: Random, form: str = "plain") -> Written:
    """As `make`, with the span of the value (a glued label stands outside it)."""
    return write(entity, _GENERATORS[entity](rng), form, rng)
