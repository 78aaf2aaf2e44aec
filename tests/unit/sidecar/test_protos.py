"""Our trimmed ext_proc protocol is Envoy's: every message, field, number, type and enum value that we name."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
from envoy.service.ext_proc.v3 import external_processor_pb2 as pb
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import Default

from naka._core import Sidecar
from sidecar.ext_proc_peer import AUTHORITY

SYMBOL = "envoy.service.ext_proc.v3.ExternalProcessor"


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Length-delimited fields of a protobuf message; reflection's own messages hold no other that matters here."""

    def varint(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    at = 0
    while at < len(data):
        tag, at = varint(at)
        assert tag & 7 in (0, 2), tag
        size, at = varint(at)
        if tag & 7 == 2:
            yield tag >> 3, data[at : at + size]
            at += size


def _files(address: str) -> list[FileDescriptorProto]:
    """The files that define ext_proc, asked of the running service by reflection."""
    found: dict[str, FileDescriptorProto] = {}
    with grpc.insecure_channel(address, options=AUTHORITY) as channel:
        ask = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        wanted = [(4, SYMBOL)]  # file_containing_symbol
        while wanted:
            field, name = wanted.pop()
            request = bytes([field << 3 | 2, len(name)]) + name.encode()
            answer = next(iter(ask(iter([request]), timeout=20)))
            response = next(value for number, value in _fields(answer) if number == 4)  # file_descriptor_response
            for file in (FileDescriptorProto.FromString(value) for number, value in _fields(response) if number == 1):
                if file.name not in found:
                    found[file.name] = file
                    wanted += [(3, dependency) for dependency in file.dependency]  # file_by_filename
    return list(found.values())


def _same_enum(ours: EnumDescriptorProto, name: str) -> None:
    theirs = Default().FindEnumTypeByName(name)
    for value in ours.value:
        assert theirs.values_by_name[value.name].number == value.number, f"{name}.{value.name}"


def _same_message(ours: DescriptorProto, name: str) -> None:
    theirs = Default().FindMessageTypeByName(name)
    for field in ours.field:
        other = theirs.fields_by_name[field.name]
        where = f"{name}.{field.name}"
        assert (other.number, other.type) == (field.number, field.type), where
        assert other.is_repeated == (field.label == field.LABEL_REPEATED), where
        kind = other.message_type or other.enum_type
        assert (f".{kind.full_name}" if kind else "") == field.type_name, where
        group = other.containing_oneof
        assert (group.name if group else None) == (
            ours.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
        ), where
    for nested in ours.nested_type:
        _same_message(nested, f"{name}.{nested.name}")
    for enum in ours.enum_type:
        _same_enum(enum, f"{name}.{enum.name}")


def test_every_field_has_envoys_number_and_type(plane: Sidecar) -> None:
    assert pb.DESCRIPTOR.package == "envoy.service.ext_proc.v3"  # importing it registers Envoy's own
    files = [file for file in _files(plane.addresses()["ext_proc"]) if file.package.startswith("envoy.")]
    assert len(files) == 4
    for file in files:
        for message in file.message_type:
            _same_message(message, f"{file.package}.{message.name}")
        for enum in file.enum_type:
            _same_enum(enum, f"{file.package}.{enum.name}")
