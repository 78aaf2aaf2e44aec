"""What kind of evidence an entity rests on, for grouping scores.

The detector's own word (`Detector.entities()`, key `class`) is used where it gives one. This table was made from
the entity reference before the detector existed; `disagreements` shows where the two differ, so that no entity
leaves the headline figure unseen.
"""

from __future__ import annotations

CHECKSUMMED = "checksummed"
REGISTRY = "registry"
LABELLED = "labelled"
STRUCTURE = "structure"
HEURISTIC = "heuristic"

_TABLE: dict[str, str] = {
    **dict.fromkeys("IN_AADHAAR IN_AADHAAR_VID IN_GSTIN IN_VOTER CREDIT_CARD IN_ABHA_NUMBER IMEI".split(), CHECKSUMMED),
    **dict.fromkeys(
        "IN_IFSC IN_UPI_ID IN_VEHICLE_REGISTRATION IN_DRIVING_LICENSE IN_PINCODE IN_CIN IN_UDYAM".split(), REGISTRY
    ),
    **dict.fromkeys(
        (
            "IN_PAN IN_TAN IN_PASSPORT IN_LLPIN IN_NREGA IN_EPF_MEMBER_ID IN_ABHA_ADDRESS IN_SEBI_REG IN_ARN"
            " IN_DEMAT_ACCOUNT PHONE_NUMBER EMAIL_ADDRESS IP_ADDRESS MAC_ADDRESS IN_AADHAAR_EID"
        ).split(),
        STRUCTURE,
    ),
    **dict.fromkeys(
        "PERSON IN_ADDRESS AGE GENDER CASTE RELIGION HEALTH UPSI_CONTEXT BIOMETRIC_REF MINOR MINOR_CONTEXT".split(),
        HEURISTIC,
    ),
}
_NAMES = {"checksum": CHECKSUMMED, "label": LABELLED}


def class_of(entity: str, told: dict[str, str]) -> str:
    """The class of `entity`; `told` is what the detector says. Whatever is nowhere listed needs its label."""
    word = told.get(entity)
    return _NAMES.get(word, word) if word else _TABLE.get(entity, LABELLED)


def headline(kind: str) -> bool:
    """Whether a class belongs to the headline figure."""
    return kind in {CHECKSUMMED, REGISTRY, LABELLED}


def disagreements(told: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Entity -> (this table, the detector), where the two differ."""
    return {
        entity: (class_of(entity, {}), class_of(entity, told))
        for entity in sorted(told)
        if class_of(entity, {}) != class_of(entity, told)
    }
