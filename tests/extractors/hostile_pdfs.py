"""PDFs that nobody should send: broken, hostile or merely strange, made afresh by each call.

``CASES`` says of each what has to come of it: a ``FailureCause``, or that it reads. Those that are
marked ``needs_limits`` may hang or explode a process that has no limits of time and memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pymupdf

from extractors.records import FailureCause

SENTENCE = "We trained the model on 8 NVIDIA V100 GPUs for 3 days."


MEMORY_LIMIT_MB = 800
"""A worker takes a third of it before it reads anything; the memory bombs need several times as much."""


@dataclass(frozen=True, slots=True)
class HostilePdf:
    """A maker of one PDF and what reading it must end in."""

    make: Callable[[], bytes]
    outcome: FailureCause | None
    """The one that is right; None: it reads."""
    needs_limits: bool = False
    """Read only where memory and time are limited; the outcome is that under ``MEMORY_LIMIT_MB``."""

    @property
    def name(self) -> str:
        return self.make.__name__


def pdf_of(objects: Mapping[int, bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF file of numbered objects (their bodies), with a right table of offsets."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    offsets, position = {}, len(parts[0])
    for number, body in sorted(objects.items()):
        text = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        offsets[number] = position
        position += len(text)
        parts.append(text)
    size = max(objects) + 1
    rows = [b"0000000000 65535 f \n"]
    rows += [
        b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
        for number in range(1, size)
    ]
    parts.append(b"xref\n0 %d\n%s" % (size, b"".join(rows)))
    parts.append(b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, position))
    return b"".join(parts)


def stream_of(content: bytes, extra: bytes = b"", *, deflate: bool = False) -> bytes:
    """The body of a stream object."""
    if deflate:
        content, extra = zlib.compress(content), extra + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def text_operators(text: str, *, x: int = 72, y: int = 700) -> bytes:
    """Operators that draw ``text`` in font F1."""
    return b"BT /F1 11 Tf %d %d Td (%s) Tj ET\n" % (x, y, text.encode("latin-1"))


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def one_page(
    content: bytes = text_operators(SENTENCE),
    *,
    media_box: bytes = b"[0 0 612 792]",
    font: bytes = FONT,
    resources: bytes = b"",
    more: Mapping[int, bytes] | None = None,
    deflate: bool = False,
) -> bytes:
    """A PDF of one page: object 3 is the page, 4 its content, 5 its font; further objects from ``more``."""
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> %s >> >>" % (media_box, resources),
            4: stream_of(content, deflate=deflate),
            5: font,
            **(more or {}),
        }
    )


# What is no PDF, or only half of one


def empty_file() -> bytes:
    return b""


def html_error_page() -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head><body>Denied.</body></html>\n"


def html_that_mentions_pdf_late() -> bytes:
    return b"<html><body>" + b" " * 4096 + b"%PDF-1.5 is a format</body></html>"


def header_alone() -> bytes:
    return b"%PDF-1.5\n"


def random_bytes_behind_a_header() -> bytes:
    return b"%PDF-1.5\n" + bytes((i * 73 + i // 7 * 31) % 256 for i in range(20_000))


def truncated_before_its_page_tree() -> bytes:
    whole = pymupdf.open()
    for _ in range(5):
        whole.new_page().insert_text((72, 72), SENTENCE * 20)
    data: bytes = whole.tobytes(deflate=True, use_objstms=1)
    return data[: len(data) // 2]


def garbage_before_its_header() -> bytes:
    return b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + one_page()


def offsets_all_wrong() -> bytes:
    """The table of objects points nowhere, as after a transfer in text mode; it can be rebuilt."""
    return one_page().replace(b"0000000", b"0000999")


# Encryption


def encrypted_with_user_password() -> bytes:
    return _encrypted(user="s3cret")


def encrypted_with_empty_user_password() -> bytes:
    """Copying is forbidden and changing too, but anyone may open it: many publishers' PDFs are so."""
    return _encrypted(user="")


def _encrypted(user: str) -> bytes:
    pdf = pymupdf.open(stream=one_page(), filetype="pdf")
    data: bytes = pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw=user, permissions=0)
    return data


# Pages: none, too many, or in circles


def zero_pages() -> bytes:
    return pdf_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"})


def count_without_pages() -> bytes:
    return pdf_of({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 12 >>"})


def a_thousand_pages() -> bytes:
    pages = 1_001
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(pages))
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 612 792] "
            b"/Resources << /Font << /F1 4 0 R >> >> >>" % (kids, pages),
            3: stream_of(text_operators(SENTENCE)),
            4: FONT,
            **{number + 5: b"<< /Type /Page /Parent 2 0 R /Contents 3 0 R >>" for number in range(pages)},
        }
    )


def a_billion_pages_claimed() -> bytes:
    return one_page().replace(b"/Count 1 ", b"/Count 999999999 ")


def page_tree_loop() -> bytes:
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>",
            3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 2 >>",
        }
    )


def page_that_is_its_own_parent() -> bytes:
    return one_page().replace(b"/Parent 2 0 R", b"/Parent 3 0 R")


def deep_page_tree() -> bytes:
    """A page below 20,000 levels of intermediate nodes."""
    depth = 20_000
    objects = {1: b"<< /Type /Catalog /Pages 10 0 R >>", 4: stream_of(text_operators(SENTENCE)), 5: FONT}
    for level in range(depth):
        objects[10 + level] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 %s >>" % (
            11 + level,
            b"/Parent %d 0 R" % (9 + level) if level else b"",
        )
    objects[10 + depth] = (
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % (9 + depth)
    )
    return pdf_of(objects)


# Objects: nested, in circles, exploding


def deeply_nested_arrays() -> bytes:
    return one_page(more={6: b"[" * 200_000 + b"]" * 200_000}, resources=b"/Properties << /P 6 0 R >>")


def content_with_nested_arrays() -> bytes:
    return one_page(b"[" * 300_000 + b"]" * 300_000 + b" TJ\n" + text_operators(SENTENCE))


def unbalanced_graphics_states() -> bytes:
    return one_page(b"q " * 300_000 + text_operators(SENTENCE))


def xref_loop() -> bytes:
    """Each of two tables of objects names the other as its predecessor."""
    data = one_page()
    start = data.rindex(b"xref\n0 ", 0, data.rindex(b"startxref"))
    first = data.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %010d " % 0)
    second_at = len(first)
    first = first.replace(b"/Prev %010d" % 0, b"/Prev %010d" % second_at)
    return first + b"xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        start,
        second_at,
    )


def length_in_circles() -> bytes:
    """The length of the content is stated by an object that refers to itself."""
    return one_page(more={6: b"6 0 R"}).replace(b"/Length %d" % len(text_operators(SENTENCE)), b"/Length 6 0 R")


def form_that_draws_itself() -> bytes:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >>"
    return one_page(
        text_operators(SENTENCE) + b"/X Do\n", resources=b"/XObject << /X 6 0 R >>", more={6: stream_of(b"/X Do", form)}
    )


def forms_that_double() -> bytes:
    """Thirty forms, each of which draws the next one twice: a billion words from four kilobytes."""
    levels, more = 30, {}
    for level in range(levels):
        content = b"/X Do /X Do" if level < levels - 1 else b"BT /F1 8 Tf 72 300 Td (boom) Tj ET"
        extra = (
            b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] "
            b"/Resources << /Font << /F1 5 0 R >> /XObject << /X %d 0 R >> >>" % (7 + level)
        )
        more[6 + level] = stream_of(content, extra)
    return one_page(text_operators(SENTENCE) + b"/X Do\n", resources=b"/XObject << /X 6 0 R >>", more=more)


def deflate_bomb() -> bytes:
    """150 MB of blanks in 150 kB of content; the sentence stands before them."""
    return one_page(text_operators(SENTENCE) + b" " * 150_000_000, deflate=True)


def deflate_bomb_of_text() -> bytes:
    """60 MB of text operators in a few hundred kilobytes."""
    return one_page(b"BT /F1 1 Tf " + b"(abc abc abc) Tj " * 3_500_000 + b"ET", deflate=True)


def nested_deflate_bomb() -> bytes:
    """Content packed twice: a few hundred bytes to 150 kB to 150 MB."""
    once = zlib.compress(b" " * 150_000_000, 9)
    return one_page().replace(
        stream_of(text_operators(SENTENCE)), stream_of(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]")
    )


def object_stream_bomb() -> bytes:
    """The page tree stands in a packed stream of objects that unpacks to 200 MB of blanks."""
    packed = b"1 0 2 34 " + b"<< /Type /Catalog /Pages 2 0 R >> << /Type /Pages /Kids [3 0 R] /Count 1 >>"
    packed += b" " * 200_000_000
    compressed = zlib.compress(packed, 9)
    body = b"<< /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(compressed),
        compressed,
    )
    header = b"%PDF-1.7\n"
    parts = {
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        4: stream_of(text_operators(SENTENCE)),
        5: FONT,
        6: body,
    }
    data, entries = (
        header,
        {0: b"\x00\x00\x00\x00\x00\xff", 1: b"\x02\x00\x00\x00\x06\x00", 2: b"\x02\x00\x00\x00\x06\x01"},
    )
    for number, part in parts.items():
        entries[number] = b"\x01" + len(data).to_bytes(4, "big") + b"\x00"
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    at = len(data)
    entries[7] = b"\x01" + at.to_bytes(4, "big") + b"\x00"
    table = b"".join(entries[number] for number in range(8))
    data += b"7 0 obj\n<< /Type /XRef /Size 8 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(table),
        table,
    )
    return data + b"startxref\n%d\n%%%%EOF\n" % at


def a_million_text_operators() -> bytes:
    moves = b"".join(b"1 0 0 1 %d %d Tm (x) Tj " % (i * 7 % 600, i * 13 % 780) for i in range(1_000_000))
    return one_page(b"BT /F1 5 Tf " + moves + b"ET", deflate=True)


def word_of_many_superscripts() -> bytes:
    """One word of 40,000 parts, every other one raised."""
    parts = b"/F1 10 Tf 0 Ts (10) Tj /F1 5 Tf 5 Ts (2) Tj " * 20_000
    return one_page(
        text_operators(SENTENCE) + b"BT 10 600 Td " + parts + b"ET", media_box=b"[0 0 400000 792]", deflate=True
    )


def a_million_lines_drawn() -> bytes:
    """A scatter plot with a million points beside its sentence."""
    points = b"".join(b"%d %d m %d %d l S " % (i % 600, i % 780, i % 599, i % 779) for i in range(1_000_000))
    return one_page(text_operators(SENTENCE) + points, deflate=True)


# Boxes


def enormous_page() -> bytes:
    return one_page(media_box=b"[0 0 1000000000000 1000000000000]")


def zero_page_box() -> bytes:
    return one_page(media_box=b"[0 0 0 0]")


def inverted_page_box() -> bytes:
    return one_page(media_box=b"[612 792 0 0]")


def negative_page_box() -> bytes:
    return one_page(text_operators(SENTENCE, x=-540, y=-92), media_box=b"[-612 -792 0 0]")


def page_box_of_words() -> bytes:
    return one_page(media_box=b"[/a /b (c) null]")


def text_off_the_page() -> bytes:
    """One sentence on the page, another far to its left, where nobody sees it."""
    return one_page(text_operators(SENTENCE) + text_operators("We trained on 9999 H100 GPUs.", x=-5000, y=700))


def not_a_number_in_a_matrix() -> bytes:
    return one_page(
        b"BT /F1 11 Tf 1e400 0 0 nan 72 700 Tm (lost) Tj ET\n"
        + text_operators(SENTENCE)
        + b"99999999999999999999 0 Td\n"
    )


# Text


def scanned_page() -> bytes:
    """A picture of a page, without any text."""
    pdf = pymupdf.open()
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 60, 80))
    picture.clear_with(200)
    page = pdf.new_page()
    page.insert_image(page.rect, pixmap=picture)
    data: bytes = pdf.tobytes(deflate=True)
    return data


def blank_pages() -> bytes:
    return one_page(b"")


def spaces_alone() -> bytes:
    return one_page(text_operators("      "))


def font_without_unicode_map() -> bytes:
    """Glyphs with names that mean nothing, so that their characters can't be known."""
    names = b" ".join(b"/g%d" % code for code in range(32, 127))
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /ABCDEF+Nameless /FirstChar 32 /LastChar 126 "
        b"/Widths [%s] /Encoding << /Type /Encoding /Differences [32 %s] >> >>" % (b"500 " * 95, names)
    )
    return one_page(font=font)


def text_that_maps_to(characters: str) -> bytes:
    """The word "abc…" whose font says that it reads as ``characters`` (UTF-16 code units, valid or not)."""
    units = characters.encode("utf-16-be", "surrogatepass")
    pairs = [units[i : i + 2].hex() for i in range(0, len(units), 2)]
    rows = "\n".join(f"<{0x61 + i:02x}> <{pair}>" for i, pair in enumerate(pairs))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{len(pairs)} beginbfchar\n{rows}\nendbfchar\n"
        "endcmap end end"
    )
    word = "".join(chr(0x61 + i) for i in range(len(pairs)))
    return one_page(
        text_operators(SENTENCE) + b"BT /F2 11 Tf 72 640 Td (%s) Tj ET" % word.encode(),
        resources=b"",
        font=FONT,
        more={
            6: b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode 7 0 R >>",
            7: stream_of(cmap.encode()),
        },
    ).replace(b"/F1 5 0 R >>", b"/F1 5 0 R /F2 6 0 R >>")


def control_characters_in_text() -> bytes:
    return text_that_maps_to("V\x00\x01\x07\x1b[\x9f\x7f\x0b1")


def lone_surrogates_in_text() -> bytes:
    return text_that_maps_to("a\ud800b\udfffc")


def direction_overrides_in_text() -> bytes:
    """What is drawn as "abcdef" reads right to left on a careless terminal."""
    return text_that_maps_to("8\u202e001V\u202c\u2066x\u2069")


def private_use_text() -> bytes:
    return text_that_maps_to("\ue000\uf8ff\ufffe\uffff\ufdd0z")


def rotated_page() -> bytes:
    return one_page().replace(b"/Type /Page ", b"/Type /Page /Rotate 90 ")


READS = None
NOT_A_PDF, BROKEN, EMPTY = FailureCause.NOT_A_PDF, FailureCause.BROKEN, FailureCause.EMPTY
TOO_LARGE, NO_TEXT, MEMORY = FailureCause.TOO_LARGE, FailureCause.NO_TEXT, FailureCause.MEMORY

CASES = [
    HostilePdf(empty_file, EMPTY),
    HostilePdf(html_error_page, NOT_A_PDF),
    HostilePdf(html_that_mentions_pdf_late, NOT_A_PDF),
    HostilePdf(header_alone, BROKEN),
    HostilePdf(random_bytes_behind_a_header, BROKEN),
    HostilePdf(truncated_before_its_page_tree, BROKEN),
    HostilePdf(garbage_before_its_header, READS),
    HostilePdf(offsets_all_wrong, READS),
    HostilePdf(encrypted_with_user_password, FailureCause.ENCRYPTED),
    HostilePdf(encrypted_with_empty_user_password, READS),
    HostilePdf(zero_pages, EMPTY),
    HostilePdf(count_without_pages, BROKEN),
    HostilePdf(a_thousand_pages, TOO_LARGE),
    HostilePdf(a_billion_pages_claimed, BROKEN),
    HostilePdf(page_tree_loop, BROKEN),
    HostilePdf(page_that_is_its_own_parent, READS),
    HostilePdf(deep_page_tree, READS, needs_limits=True),
    HostilePdf(deeply_nested_arrays, READS),
    HostilePdf(content_with_nested_arrays, BROKEN),
    HostilePdf(unbalanced_graphics_states, BROKEN),
    HostilePdf(xref_loop, READS),
    HostilePdf(length_in_circles, READS),
    HostilePdf(form_that_draws_itself, READS),
    HostilePdf(forms_that_double, MEMORY, needs_limits=True),
    HostilePdf(deflate_bomb, READS, needs_limits=True),
    HostilePdf(deflate_bomb_of_text, MEMORY, needs_limits=True),
    HostilePdf(nested_deflate_bomb, NO_TEXT, needs_limits=True),
    HostilePdf(object_stream_bomb, READS, needs_limits=True),
    HostilePdf(a_million_text_operators, TOO_LARGE, needs_limits=True),
    HostilePdf(a_million_lines_drawn, READS, needs_limits=True),
    HostilePdf(word_of_many_superscripts, READS),
    HostilePdf(enormous_page, NO_TEXT),
    HostilePdf(zero_page_box, READS),
    HostilePdf(inverted_page_box, READS),
    HostilePdf(negative_page_box, READS),
    HostilePdf(page_box_of_words, READS),
    HostilePdf(text_off_the_page, READS),
    HostilePdf(not_a_number_in_a_matrix, READS),
    HostilePdf(scanned_page, NO_TEXT),
    HostilePdf(blank_pages, NO_TEXT),
    HostilePdf(spaces_alone, NO_TEXT),
    HostilePdf(font_without_unicode_map, READS),
    HostilePdf(control_characters_in_text, READS),
    HostilePdf(lone_surrogates_in_text, READS),
    HostilePdf(direction_overrides_in_text, READS),
    HostilePdf(private_use_text, READS),
    HostilePdf(rotated_page, READS),
]
