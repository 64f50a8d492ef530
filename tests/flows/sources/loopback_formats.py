"""arXiv's formats: Atom entries and OAI-PMH records of the papers that the loopback arXiv serves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True)
class Version:
    submitted: datetime
    pdf: bytes | None
    """None for a version that withdraws the paper."""


@dataclass
class Paper:
    arxiv_id: str
    title: str
    abstract: str
    authors: Sequence[str]
    categories: Sequence[str]
    versions: list[Version]
    changed: date
    """OAI-PMH's datestamp."""
    deleted: bool = False


def is_hit(paper: Paper, asked: Mapping[str, str]) -> bool:
    query = asked.get("search_query", "")
    if paper.deleted:
        return False
    window = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query)
    if window and not window[1] <= f"{paper.versions[0].submitted:%Y%m%d%H%M}" <= window[2]:
        return False
    categories = re.findall(r"cat:([\w.-]+)", query)
    if categories and not set(categories) & set(paper.categories):
        return False
    words = [quoted or bare for quoted, bare in re.findall(r'(?:all|ti|abs):(?:"([^"]+)"|(\w+))', query)]
    return all(word.lower() in f"{paper.title} {paper.abstract}".lower() for word in words)


def atom_entry(paper: Paper, number: int) -> str:
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    scheme = "http://arxiv.org/schemas/atom"
    categories = "".join(f"<category term={quoteattr(name)} scheme='{scheme}'/>" for name in paper.categories)
    return f"""  <entry>
    <id>http://arxiv.org/abs/{paper.arxiv_id}v{number}</id>
    <title>{escape(paper.title)}</title>
    <updated>{paper.versions[number - 1].submitted.strftime(stamp)}</updated>
    <link href="https://arxiv.org/abs/{paper.arxiv_id}v{number}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{paper.arxiv_id}v{number}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(paper.abstract)}</summary>
    {categories}
    <published>{paper.versions[0].submitted.strftime(stamp)}</published>
    <arxiv:primary_category term={quoteattr(paper.categories[0])}/>
    {authors}
  </entry>
"""


def atom_error(words: str) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <opensearch:totalResults>1</opensearch:totalResults>
  <entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>{escape(words)}</summary></entry>
</feed>""".encode()


def oai_document(inside: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"
         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
    <responseDate>2024-06-10T00:00:00Z</responseDate>
    <request>http://oaipmh.arxiv.org/oai</request>
    {inside}
</OAI-PMH>""".encode()


def set_of(category: str) -> str:
    archive = category.split(".")[0]
    group = archive if archive in ("cs", "stat", "eess", "math", "q-bio", "q-fin", "econ") else "physics"
    return f"{group}:{category.replace('.', ':')}"


def oai_record(paper: Paper) -> str:
    sets = "".join(f"<setSpec>{set_of(category)}</setSpec>" for category in paper.categories)
    gone = ' status="deleted"' if paper.deleted else ""
    header = f"""<header{gone}>
            <identifier>oai:arXiv.org:{paper.arxiv_id}</identifier>
            <datestamp>{paper.changed.isoformat()}</datestamp>
            {sets}
        </header>"""
    if paper.deleted:
        return f"<record>{header}</record>"
    versions = "".join(
        f"""<version version="v{number}">
                <date>{version.submitted.strftime("%a, %d %b %Y %H:%M:%S GMT")}</date>
                <size>{len(version.pdf or b"") // 1024}kb</size>
                {"<source_type>I</source_type>" if version.pdf is None else "<source_type>D</source_type>"}
            </version>"""
        for number, version in enumerate(paper.versions, start=1)
    )
    names = paper.authors
    authors = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"""<record>{header}<metadata>
        <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
            <id>{paper.arxiv_id}</id>
            <submitter>{escape(names[0])}</submitter>
            {versions}
            <title>{escape(paper.title)}</title>
            <authors>{escape(authors)}</authors>
            <categories>{" ".join(paper.categories)}</categories>
            <license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
            <abstract>  {escape(paper.abstract)}
</abstract>
        </arXivRaw></metadata></record>"""
