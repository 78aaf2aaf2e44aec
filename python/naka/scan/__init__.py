"""Files and folders: which to read, what is in them, how it is reported. Detection and cleaning are Rust's."""

from __future__ import annotations

from naka.scan.files import Unreadable, scan_files
from naka.scan.result import FileResult, Located
from naka.scan.rules import file_rules
from naka.scan.scanner import scan_stream
from naka.scan.sources import Kind, Source, find_sources

__all__ = [
    "FileResult",
    "Kind",
    "Located",
    "Source",
    "Unreadable",
    "file_rules",
    "find_sources",
    "scan_files",
    "scan_stream",
]
