"""Files spoiled by a seeded chance: as transport spoils them, as broken programs do, and as an attacker would.

mutated_pdf(random.Random(7), pdf)     # the same bytes whenever the seed is 7
"""

from __future__ import annotations

import io
import random
import re
import tarfile
import zlib
from collections.abc import Callable

_Mutation = Callable[[random.Random, bytes], bytes]
_NUMBER = re.compile(rb"\d+")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_MARKUP_TEXT = re.compile(rb">([^<>]{1,400})<")
_ODD_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483648", b"99999999999999999999", b"1e308", b"0.0000001")


# Any file


def _flip(chance: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 3, 20, 200))):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _cut(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] if chance.random() < 0.5 else data[:start] + data[start + chance.randrange(1, 500) :]


def _repeated(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 400)]
    return data[:start] + piece * chance.choice((2, 10, 100)) + data[start:]


def _moved(chance: random.Random, data: bytes) -> bytes:
    start, to = sorted(chance.sample(range(len(data)), 2))
    size = chance.randrange(1, 300)
    return data[:start] + data[start + size : to] + data[start : start + size] + data[to:]


def _other_number(chance: random.Random, data: bytes) -> bytes:
    found = list(_NUMBER.finditer(data))
    for place in sorted(chance.sample(found, min(len(found), chance.choice((1, 2, 8)))), key=lambda m: -m.start()):
        data = data[: place.start()] + chance.choice(_ODD_NUMBERS) + data[place.end() :]
    return data


_ANY: tuple[_Mutation, ...] = (_flip, _cut, _repeated, _moved, _other_number)


# PDFs


def _stream_spoiled(chance: random.Random, data: bytes) -> bytes:
    """What a stream holds is spoiled, and packed again in good order, so that the reader gets as far as to it."""
    found = list(_STREAM.finditer(data))
    if not found:
        return _flip(chance, data)
    place = chance.choice(found)
    content = place[1].rstrip(b"\r\n")
    try:
        packed = zlib.compress(chance.choice(_ANY)(chance, zlib.decompress(content) or b" "))
    except zlib.error:
        packed = _flip(chance, content or b" ")
    return data[: place.start(1)] + packed + b"\n" + data[place.end(1) :]


def _reference_spoiled(chance: random.Random, data: bytes) -> bytes:
    """An object points to another one: itself, its parent, or one that is not there."""
    found = list(re.finditer(rb"(\d+) 0 R", data))
    if not found:
        return _flip(chance, data)
    place = chance.choice(found)
    target = chance.choice([each[1] for each in found] + [b"0", b"99999"])
    return data[: place.start(1)] + target + data[place.end(1) :]


def mutated_pdf(chance: random.Random, pdf: bytes) -> bytes:
    """A PDF spoiled once or a few times."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        pdf = chance.choice((*_ANY, _stream_spoiled, _stream_spoiled, _reference_spoiled))(chance, pdf) or b"%PDF-"
    return pdf


# Feeds

_ODD_TEXTS = (
    b"", b" ", b"\x00", b"&#0;", b"&#xFFFE;", b"&unknown;", b"&lt;script&gt;", b"../../../etc/passwd", b"v0", b"v-1",
    b"v99999999999999999999", b"99999999999999999999", b"9999-99-99", b"Sun, 99 Foo 9999 99:99:99 GMT",
    b"Mon, 03 Jun 0001 00:00:00 +2359", b"Fri, 31 Dec 9999 23:59:59 -2359", b"oai:arXiv.org:", b"oai:arXiv.org:../../x",
    b"2406.01234", b"cs/9901001", "\u202e\ud7ff\U0010ffff".encode(), b"\xff\xfe", b"(" * 300, b"a" * 100_000, b"I",
)  # fmt: skip
"""Put in place of what stands between two tags, or of the value of an attribute."""


def _other_text(chance: random.Random, feed: bytes) -> bytes:
    found = list(_MARKUP_TEXT.finditer(feed)) + list(re.finditer(rb"=[\"']([^\"'<>]{1,200})[\"']", feed))
    if not found:
        return _flip(chance, feed)
    place = chance.choice(found)
    return feed[: place.start(1)] + chance.choice(_ODD_TEXTS) + feed[place.end(1) :]


def _other_markup(chance: random.Random, feed: bytes) -> bytes:
    """A tag is left out, doubled, or nested thousandfold."""
    found = list(re.finditer(rb"<[^<>]{1,200}>", feed))
    if not found:
        return _flip(chance, feed)
    place = chance.choice(found)
    put = chance.choice((b"", place[0] * 2, b"<deep>" * 2000 + b"</deep>" * 2000, b"<![CDATA[", b"<!--"))
    return feed[: place.start()] + put + feed[place.end() :]


def mutated_feed(chance: random.Random, feed: bytes) -> bytes:
    """An Atom or OAI-PMH answer spoiled; most often still well-formed, so that what it says is looked at."""
    mutations = (_other_text, _other_text, _other_text, _other_markup, *_ANY)
    for _ in range(chance.choice((1, 1, 2, 5))):
        feed = chance.choice(mutations)(chance, feed) or b"<"
    return feed


# Tars

_ODD_NAMES = (
    "../{name}.pdf", "../../../../../../tmp/{name}.pdf", "/tmp/{name}.pdf", "a/../../{name}.pdf", "..\\..\\{name}.pdf",
    "C:\\{name}.pdf", "./{name}.PDF", "2406/{name}.pdf/", "{name}.pdf\x00.txt", "\u202e{name}.pdf", "\udcff{name}.pdf",
    "x" * 300 + "/{name}.pdf", "x" * 300 + "{name}.pdf", "-rf.pdf", ".pdf", "..pdf", "~/{name}.pdf",
)  # fmt: skip
_ODD_FIELDS = (b"77777777777", b"-1", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"../../x.pdf", b"5", b"L", b"x")
_LINK_TYPES = (tarfile.SYMTYPE, tarfile.LNKTYPE)
_ODD_TYPES = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE, b"Z", b"S")


def hostile_tar(chance: random.Random, pdf: bytes, name: str) -> bytes:
    """A tar with members whose names and links lead out, devices, and sizes that are not theirs; perhaps spoiled."""
    written = io.BytesIO()
    form = chance.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    with tarfile.open(fileobj=written, mode="w", format=form, errors="surrogateescape") as tar:
        for number in range(chance.randint(1, 5)):
            member = tarfile.TarInfo(_member_name(chance, f"{name}{number}"))
            kind = chance.random()
            content = b""
            if kind < 0.25:
                member.type = chance.choice(_LINK_TYPES)
                member.linkname = chance.choice(("/etc/passwd", "../../..", "/tmp", f"2406/2406.0000{number}.pdf"))
            elif kind < 0.4:
                member.type = chance.choice(_ODD_TYPES)
            else:
                content = pdf
                member.size = len(content)
            if form == tarfile.PAX_FORMAT and chance.random() < 0.3:
                member.pax_headers = {
                    chance.choice(("path", "linkpath", "size", "GNU.sparse.realsize", "GNU.sparse.map", "mtime")): (
                        chance.choice(("../../out.pdf", "9" * 18, "-1", "x" * 5000, "0,99999999999"))
                    )
                }
            try:
                tar.addfile(member, io.BytesIO(content))
            except (ValueError, UnicodeError, OSError):  # not even a tar can say it so
                continue
    data = written.getvalue()
    if chance.random() < 0.5:
        data = chance.choice((*_ANY, _header_spoiled, _header_spoiled))(chance, data) or b"\0"
    return data


def _member_name(chance: random.Random, name: str) -> str:
    usual = f"2406/2406.{chance.randrange(100_000):05}.pdf"
    return usual if chance.random() < 0.4 else chance.choice(_ODD_NAMES).replace("{name}", name)


def _header_spoiled(chance: random.Random, data: bytes) -> bytes:
    """A field of a header is other than it was, and the checksum right again."""
    blocks = [start for start in range(0, len(data), 512) if data[start + 257 : start + 262] == b"ustar"]
    if not blocks:
        return data
    start = chance.choice(blocks)
    header = bytearray(data[start : start + 512])
    field, size = chance.choice(((0, 100), (124, 12), (156, 1), (157, 100), (345, 155), (386, 96), (482, 30)))
    value = chance.choice(_ODD_FIELDS)[:size]
    header[field : field + size] = value.ljust(size, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:start] + bytes(header) + data[start + 512 :]
