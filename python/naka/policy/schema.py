"""JSON Schema of policy files, for editors and for checks outside Naka."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from naka.policy.model import ClusterPolicyPack, ClusterUpstream, PolicyPack

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """Schema (draft 2020-12) of one document of a policy file, told apart by `kind`."""
    document = Annotated[PolicyPack | ClusterPolicyPack | ClusterUpstream, Field(discriminator="kind")]
    schema: dict[str, Any] = TypeAdapter(document).json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://naka.dev/schema/v1alpha1/policy.json",
        "title": "Naka policy document",
        **schema,
    }
