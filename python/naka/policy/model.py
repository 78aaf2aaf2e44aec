"""Models of the documents in a policy folder: PolicyPack, ClusterPolicyPack and ClusterUpstream.

Field names are design.md section 6's, in camelCase. `docs/reference/policypack.md` is made from the
descriptions here.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, field_validator

from naka.policy.rules import Exemption, FineTuning, LabelSelector, Ledger, Recognizer, Restore, Rule, Traffic
from naka.policy.values import (
    BlockStyle,
    Failure,
    Host,
    Mode,
    ObjectName,
    OnUnread,
    PackRef,
    Part,
    PathPrefix,
    Region,
    UpstreamKind,
    Word,
)

__all__ = [
    "API_VERSION",
    "KINDS",
    "ClusterPolicyPack",
    "ClusterPolicySpec",
    "ClusterUpstream",
    "Metadata",
    "Pack",
    "PolicyPack",
    "PolicySpec",
    "UpstreamSpec",
]

API_VERSION: Final = "naka.dev/v1alpha1"

# What a Kubernetes API server adds to metadata: accepted, so that `kubectl get -o yaml` can be checked,
# and dropped.
_SERVER_METADATA: Final = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_Labels: TypeAlias = dict[Annotated[str, Field(min_length=1, max_length=317)], Annotated[str, Field(max_length=4_096)]]


class Metadata(Part):
    """Name and labels, as in Kubernetes."""

    name: Annotated[ObjectName, Field(description="Name of the object.")]
    labels: Annotated[
        _Labels, Field(default_factory=dict, max_length=50, description="Labels; Naka does not read them.")
    ]
    annotations: Annotated[
        _Labels,
        Field(
            default_factory=dict,
            max_length=50,
            description="Notes. `naka.dev/version` is the version of a built-in pack.",
        ),
    ]


class NamespacedMetadata(Metadata):
    """Name, namespace and labels, as in Kubernetes."""

    namespace: Annotated[
        ObjectName | None,
        Field(
            max_length=63,
            description="Namespace whose pods the pack governs. Left out, in a file: whoever loads the file.",
        ),
    ] = None


class PolicySpec(Part):
    """What a pack wants."""

    extends: Annotated[
        tuple[PackRef, ...],
        Field(
            max_length=16,
            description="Built-in packs to start from: `dpdp` (newest when accepted) or `dpdp@1.0`.",
        ),
    ] = ()
    mode: Annotated[
        Mode,
        Field(
            description="Shadow (decide and record, change nothing), Enforce (act), Gated (act only while"
            " a promotion "
            "says so). Rules of extended packs take it too."
        ),
    ]
    workload_selector: Annotated[
        LabelSelector,
        Field(description="Pods that the pack governs, by label. Empty means all of the namespace."),
    ] = LabelSelector()
    traffic: Annotated[Traffic, Field(description="Calls that the pack looks at.")] = Traffic()
    rules: Annotated[tuple[Rule, ...], Field(max_length=500, description="What happens to which findings.")] = ()
    recognizers: Annotated[tuple[Recognizer, ...], Field(max_length=1_000, description="Entities of your own.")] = ()
    exemptions: Annotated[
        tuple[Exemption, ...], Field(max_length=500, description="Values that this pack does not act on.")
    ] = ()
    on_unscannable: Annotated[
        OnUnread | None,
        Field(
            description="For images, token arrays, unknown encodings and what is too large. Left out: what the "
            "extended packs say, else Audit."
        ),
    ] = None
    on_unknown_route: Annotated[
        OnUnread | None,
        Field(
            description="For paths and hosts that no table knows; all their text is scanned. Left out: what the "
            "extended packs say, else Audit."
        ),
    ] = None
    failure: Annotated[
        Failure | None,
        Field(
            description="When the sidecar is gone: Closed (calls get 503) or Open (calls pass unchecked). Left "
            "out: Closed."
        ),
    ] = None
    block_style: Annotated[
        BlockStyle | None,
        Field(
            description="How a call is answered that a rule blocks: error (the API's own, which raises an exception in "
            "its clients) or refusal (200 and an answer of the model that refuses, so that an agent goes on; where the "
            "API has one and no stream is asked for). Of several packs, error counts. Left out: what the extended "
            "packs say, else error."
        ),
    ] = None
    fine_tuning: Annotated[
        FineTuning | None,
        Field(description="Training files and jobs. Left out: what the extended packs say, else the defaults below."),
    ] = None
    restore: Annotated[Restore | None, Field(description="Where tokens are swapped back in answers.")] = None
    ledger: Annotated[Ledger | None, Field(description="How events are stored.")] = None


class ClusterPolicySpec(PolicySpec):
    """What a cluster-wide pack wants."""

    namespace_selector: Annotated[
        LabelSelector, Field(description="Namespaces that the pack governs, by label. Empty means all.")
    ] = LabelSelector()


class UpstreamSpec(Part):
    """A host that traffic may go to, and what is known about it."""

    hosts: Annotated[
        tuple[Host, ...],
        Field(min_length=1, max_length=64, description="Host names; `*.example.com` for all below."),
    ]
    provider: Annotated[Word, Field(description="Provider, such as openai; rules match it in `traffic.providers`.")]
    api: Annotated[
        Word | None, Field(description="API that it speaks, such as openai; absent means the provider's own.")
    ] = None
    region: Annotated[
        Region | None,
        Field(description="Country where it runs. Absent counts as matching every `traffic.regions`."),
    ] = None
    account: Annotated[Word | None, Field(description="Your account there, for the processor register.")] = None
    contract_ref: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="Contract with the processor, for the processor register.",
        ),
    ] = None
    path_prefix: Annotated[
        PathPrefix | None,
        Field(description="Path under which the gateway offers it; absent means `/` and its name."),
    ] = None
    kind: Annotated[
        UpstreamKind,
        Field(description="public (a provider on the internet) or local (inside your own network)."),
    ] = UpstreamKind.PUBLIC


class _Object(Part):
    """What every document has."""

    api_version: Annotated[Literal["naka.dev/v1alpha1"], Field(description="Always naka.dev/v1alpha1.")]
    status: Annotated[
        dict[str, Any] | None, Field(description="Written by the operator; ignored in files.", exclude=True)
    ] = None

    @field_validator("metadata", mode="before", check_fields=False)
    @classmethod
    def _drop_server_fields(cls, value: object) -> object:
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if key not in _SERVER_METADATA}
        return value


class PolicyPack(_Object):
    """A pack for one namespace."""

    kind: Annotated[Literal["PolicyPack"], Field(description="Always PolicyPack.")]
    metadata: Annotated[NamespacedMetadata, Field(description="Name and namespace.")]
    spec: Annotated[PolicySpec, Field(description="What the pack wants.")]


class ClusterPolicyPack(_Object):
    """A pack for many namespaces, which they cannot weaken."""

    kind: Annotated[Literal["ClusterPolicyPack"], Field(description="Always ClusterPolicyPack.")]
    metadata: Annotated[Metadata, Field(description="Name.")]
    spec: Annotated[ClusterPolicySpec, Field(description="What the pack wants.")]


class ClusterUpstream(_Object):
    """A host that traffic may go to."""

    kind: Annotated[Literal["ClusterUpstream"], Field(description="Always ClusterUpstream.")]
    metadata: Annotated[Metadata, Field(description="Name; also the path under which the gateway offers the host.")]
    spec: Annotated[UpstreamSpec, Field(description="What is known about the host.")]


Pack: TypeAlias = PolicyPack | ClusterPolicyPack
KINDS: Final[dict[str, type[PolicyPack] | type[ClusterPolicyPack] | type[ClusterUpstream]]] = {
    "PolicyPack": PolicyPack,
    "ClusterPolicyPack": ClusterPolicyPack,
    "ClusterUpstream": ClusterUpstream,
}
