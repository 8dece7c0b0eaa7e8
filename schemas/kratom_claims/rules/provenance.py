"""P: provenance. Where each row comes from, and whether that may bear it."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

import narwhals as nw
import pandas as pd

from ..package import HOME
from ..tables import LINE, ROW, collected
from .base import CATALOGUE, Context, absent, at, rows, rule, text

col = nw.col
PREFIXES = HOME / "schemas" / "prefixes.json"
"""Patterns of identifiers by prefix, as the Bioregistry gives them."""


@rule(
    "P1/stated",
    "every claim has a mention, or stands in a relation to one that has",
    "a claim that nobody makes is not evidence of anything",
    "Add a mention or a relation, or withdraw the claim",
    tables="claims mentions claim_relations",
    column="claim_id",
)
def stated(c: Context) -> Iterable[Any]:
    """Claims without a mention that are not tied to a mentioned one."""
    said = c.mentions.select("claim_id").drop_nulls().unique("claim_id")
    ties = [c.claim_relations.select(col(a).alias("claim_id"), col(b).alias("other"))
            for a, b in [("subject_claim_id", "object_claim_id"), ("object_claim_id", "subject_claim_id")]]  # fmt: skip
    tied = nw.concat(ties).join(said.select(col("claim_id").alias("other")), on="other", how="inner").select("claim_id")
    yield rows(
        absent(absent(c.claims, said, ["claim_id"]), tied, ["claim_id"]), found=text("no mention of ", col("claim_id"))
    )


@rule(
    "P2/read",
    "a finding's source was read at least as an abstract",
    "a title is not a result",
    "Read the source and say so in verified_extent, or withdraw the finding",
    tables="findings sources",
    column="source_id",
)
def read(c: Context) -> Iterable[Any]:
    """Findings of sources of which too little was read."""
    seen = c.sources.select("source_id", "verified_extent").filter(
        ~col("verified_extent").is_in(["full_text", "abstract"])
    )
    yield rows(
        c.findings.join(seen, on="source_id", how="inner"),
        found=text(col("source_id"), " was read as ", col("verified_extent")),
        allowed="full_text or abstract",
    )


@rule(
    "P2/numbers",
    "a number has a type and a unit; an interval is ordered, holds its estimate and says what it is",
    "a number without a unit is not a result",
    "Fill the missing cell from the source, or put the ends in order",
    tables="findings",
    column="effect_value",
)
def numbers(c: Context) -> Iterable[Any]:
    """Effect values, intervals, p values and counts of findings."""
    f, value, low, high = c.findings, col("effect_value"), col("ci_low"), col("ci_high")
    given = ~low.is_null() | ~high.is_null()
    yield rows(
        f.filter(~value.is_null() & col("unit").is_null()),
        column="unit",
        found="(blank)",
        allowed="the unit of the effect value",
    )
    yield rows(
        f.filter((~value.is_null() | given) & col("effect_type").is_null()),
        column="effect_type",
        found="(blank)",
        allowed="what the number is",
    )
    yield rows(
        f.filter(value.is_null() & ~given & ~col("effect_type").is_null()),
        allowed="a value or an interval, as an effect type is given",
    )
    yield rows(
        f.filter(value.is_null() & ~given & ~col("unit").is_null()),
        column="unit",
        allowed="blank, as there is no number",
    )
    yield rows(
        f.filter(given & (low.is_null() | high.is_null())),
        column="ci_low",
        found=text(low, " to ", high),
        allowed="both ends of the interval",
    )
    yield rows(f.filter(low > high), column="ci_low", found=text(low, " to ", high), allowed="the low end first")
    yield rows(
        f.filter((value < low) | (value > high)),
        found=text(value, " outside ", low, " to ", high),
        allowed="an estimate inside its interval",
    )
    yield rows(
        f.filter(given & col("interval_type").is_null()),
        column="interval_type",
        found="(blank)",
        allowed="what the interval is",
    )
    yield rows(
        f.filter(~given & ~col("interval_type").is_null()),
        column="interval_type",
        allowed="blank, as there is no interval",
    )
    yield rows(
        f.filter(col("p_value").is_null() != col("p_operator").is_null()),
        column="p_value",
        allowed="p value and its operator together",
    )
    yield rows(
        f.filter(col("n_events") > col("n")),
        column="n_events",
        found=text(col("n_events"), " of ", col("n")),
        allowed="no more events than n",
    )
    share = (col("effect_type") == "proportion") & ((value < 0) | (value > 100))
    yield rows(f.filter(share), found=value, allowed="a percentage from 0 to 100")
    both = (col("effect_type") == "proportion") & (col("n") > 0) & ~col("n_events").is_null()
    off = (col("n_events") * 100.0 / col("n") - value).abs() > 1.0
    yield rows(
        f.filter(both & off),
        found=text(value, " percent, but ", col("n_events"), " of ", col("n")),
        allowed="a percentage that agrees with n_events and n",
    )
    yield rows(
        f.filter(col("causality_tool").is_null() != col("n_probable").is_null()),
        column="n_probable",
        allowed="probable cases and the tool that judged them together",
    )


@rule(
    "P2/stream",
    "design, stream and species agree",
    "an animal is not a person",
    "Correct design, stream or species",
    tables="findings",
    column="stream",
)
def stream(c: Context) -> Iterable[Any]:
    """Streams that a design may have, and the species that goes with them."""
    allowed = json.loads((HOME / "schemas" / "rubric.json").read_text(encoding="utf-8"))["streams_by_design"]
    told = {"found": text(col("design"), " as ", col("stream"))}
    pairs = [f"{design} {stream}" for design, streams in allowed.items() for stream in streams]
    known = c.findings.filter(col("design").is_in(list(allowed)))
    apart = collected(known.filter(~nw.concat_str("design", "stream", separator=" ").is_in(pairs)))
    for design in sorted(set(apart["design"].to_list())):
        yield rows(apart.filter(col("design") == design), **told, allowed=" or ".join(allowed[design]))
    yield rows(c.findings.filter(~col("design").is_in(list(allowed))), **told, allowed="a design of the rubric")
    human, people = col("stream") == "human", col("species") == "Homo sapiens"
    yield rows(
        c.findings.filter(human & ~people.fill_null(True)),
        column="species",
        allowed="Homo sapiens, as the stream is human",
    )
    yield rows(
        c.findings.filter((col("stream") == "animal") & people.fill_null(False)),
        column="species",
        allowed="an animal, as the stream is animal",
    )


@rule(
    "P3/locatable",
    "every source has a DOI, PMID, PMCID, registry id or URL",
    "a source that nobody can find is none",
    "Add an identifier or an address",
    tables="sources",
    column="url",
)
def locatable(c: Context) -> Iterable[Any]:
    """Sources without any identifier."""
    ids = [col(name).is_null() for name in ("doi", "pmid", "pmcid", "registry_id", "url")]
    yield rows(c.sources.filter(nw.all_horizontal(*ids, ignore_nulls=False)), found="(blank)")


@rule(
    "P3/one-source",
    "no two sources share an identifier",
    "one study counted twice is two studies",
    "Merge the two rows (retired_ids keeps the old id)",
    tables="sources",
    column="doi",
)
def one_source(c: Context) -> Iterable[Any]:
    """Identifiers that stand in two rows."""
    for name in ("doi", "pmid", "pmcid"):
        have = c.sources.filter(~col(name).is_null()).with_columns(
            col(ROW).min().over(name).alias("first"), nw.len().over(name).alias("times")
        )
        yield rows(
            have.filter((col("times") > 1) & (col(ROW) != col("first"))),
            column=name,
            found=text(col(name), ", as in ", col("first")),
            allowed="an identifier that no other source has",
        )


@rule(
    "P3/address-agrees",
    "an address that holds a DOI, PMID, PMCID or trial number holds the one of its row",
    "an address and an identifier of two papers cite neither",
    "Look the source up again and correct the one that is wrong",
    tables="sources",
    column="url",
)
def address_agrees(c: Context) -> Iterable[Any]:
    """Identifiers inside addresses against the columns."""
    forms = {"doi": r"^https?://(?:dx[.])?doi[.]org/(10[.].+)$", "pmid": r"^https?://pubmed[.]ncbi[.]nlm[.]nih[.]gov/([0-9]+)/?$",
             "pmcid": r"^https?://(?:www[.])?(?:pmc[.]ncbi[.]nlm[.]nih[.]gov|ncbi[.]nlm[.]nih[.]gov/pmc)/articles/(PMC[0-9]+)/?$",
             "registry_id": r"^https?://(?:www[.])?clinicaltrials[.]gov/.*(NCT[0-9]{8})"}  # fmt: skip
    for column in ("url", "verified_url"):
        for name, form in forms.items():
            within = re.sub(r"[(](?!\?)", "(?:", form)  # pandas warns of groups
            held = collected(
                c.sources.filter(col(column).str.contains(within)).select(LINE, ROW, address=column, given=name)
            )
            if held.is_empty():
                continue
            right = pd.Series(held["address"].to_list(), dtype="str").str.extract(form, expand=False).tolist()
            wrong = held.with_columns(nw.new_series("right", right, nw.String, backend=held.implementation))
            yield rows(wrong.filter(~(col("given") == col("right")).fill_null(False)), column=name,
                       found=nw.coalesce(col("given"), nw.lit("(blank)")), allowed=text(col("right"), f", as in {column}"))  # fmt: skip


@rule(
    "P3/curies",
    "cross references have a known prefix, the form that prefix asks for, and a right check digit",
    "a mistyped identifier names another thing",
    "Look the identifier up again at verified_url",
    tables="entity_xrefs",
    column="object_id",
)
def curies(c: Context) -> Iterable[Any]:
    """CURIEs against the patterns of schemas/prefixes.json, and the check digit of CAS numbers."""
    patterns = {name: entry["pattern"] for name, entry in prefixes().items()}
    held = collected(c.entity_xrefs.select("object_id", LINE, ROW))
    for object_id, line, row in held.iter_rows():
        prefix, _, local = str(object_id).partition(":")
        if prefix not in patterns:
            yield at(
                c,
                CATALOGUE["P3/curies"],
                "entity_xrefs",
                line,
                row,
                "object_id",
                object_id,
                "a prefix of schemas/prefixes.json: " + ", ".join(patterns),
            )
        elif not re.fullmatch(patterns[prefix], local):
            yield at(
                c,
                CATALOGUE["P3/curies"],
                "entity_xrefs",
                line,
                row,
                "object_id",
                object_id,
                f"{prefix}: and the form {patterns[prefix]}",
            )
        elif prefix == "cas" and cas_check_digit(local) != local[-1]:
            yield at(
                c,
                CATALOGUE["P3/curies"],
                "entity_xrefs",
                line,
                row,
                "object_id",
                object_id,
                f"check digit {cas_check_digit(local)}",
            )


@cache
def prefixes() -> dict[str, dict[str, str]]:
    """Prefixes that cross references may use, each with pattern and uri_format."""
    return json.loads(PREFIXES.read_text(encoding="utf-8"))


def cas_check_digit(number: str) -> str:
    """Check digit of a CAS registry number: the weighted sum of its digits modulo 10."""
    digits = [int(d) for d in number[:-1] if d.isdigit()]
    return str(sum(place * digit for place, digit in enumerate(reversed(digits), start=1)) % 10)


@rule(
    "P4/evidence-or-search",
    "every operationalised claim has an admissible finding, or a documented search on both sides",
    "silence is not evidence that nobody looked",
    "Link findings, or search on both sides and say so in searches",
    tables="claims ratings claim_searches searches",
    column="claim_id",
)
def evidence_or_search(c: Context) -> Iterable[Any]:
    """Operationalised claims that nobody has looked into."""
    purposes = c.claim_searches.join(c.searches, on="search_id", how="inner").select("claim_id", "purpose")
    both = [
        purposes.filter(col("purpose") == p).select("claim_id").unique("claim_id")
        for p in ("supporting", "disconfirming")
    ]
    looked = both[0].join(both[1], on="claim_id", how="inner")
    weighed = c.ratings.filter((col("n_supports") + col("n_refutes") + col("n_inconclusive")) > 0)
    open_ = c.claims.filter(col("operationalised"))
    yield rows(
        absent(absent(open_, weighed, ["claim_id"]), looked, ["claim_id"]), found=text(col("claim_id"), " has neither")
    )


@rule(
    "P4/none-found",
    "no_evidence_found has a supporting and a disconfirming search in two databases each",
    "nothing found in one place is little",
    "Search the second database on both sides, and link the searches to the claim",
    tables="ratings claim_searches searches",
    column="verdict",
)
def none_found(c: Context) -> Iterable[Any]:
    """Claims rated no_evidence_found on too few searches."""
    places = (
        c.claim_searches.join(c.searches, on="search_id", how="inner")
        .select("claim_id", "purpose", "database")
        .unique(["claim_id", "purpose", "database"])
    )
    counts = places.group_by("claim_id", "purpose").agg(nw.len().alias("places")).filter(col("places") >= 2)
    both = [counts.filter(col("purpose") == p).select("claim_id") for p in ("supporting", "disconfirming")]
    bare = c.ratings.filter(col("verdict") == "no_evidence_found")
    yield rows(
        absent(bare, both[0].join(both[1], on="claim_id", how="inner"), ["claim_id"]),
        found=text("too few searches for ", col("claim_id")),
    )


@rule(
    "P5/not-evidence",
    "a retracted source, a fact-check, news, or the source of a mention of the same claim is no evidence for it",
    "a claim cannot bear itself out",
    "Remove the link, or find the primary study",
    tables="claim_evidence findings sources mentions captures",
    column="finding_id",
)
def not_evidence(c: Context) -> Iterable[Any]:
    """Links to findings that may not bear the claim."""
    links = c.claim_evidence.join(c.findings.select("finding_id", "source_id", "design"), on="finding_id", how="inner").join(
        c.sources.select("source_id", "source_type", "retraction_status"), on="source_id", how="inner")  # fmt: skip
    barred = col("source_type").is_in(["fact_check", "web_article", "news"]) | (col("design") == "fact_check")
    yield rows(
        links.filter(barred),
        found=text(col("source_id"), " is a ", col("source_type")),
        allowed="a study or an official record",
    )
    yield rows(
        links.filter(col("retraction_status") == "retracted"),
        found=text(col("source_id"), " is retracted"),
        allowed="a source that stands",
    )
    bearing = links.select("source_id").unique("source_id")
    articles = c.captures.select("capture_id", "source_id").join(bearing, on="source_id", how="inner")
    told = (
        c.mentions.join(articles, on="capture_id", how="inner")
        .select("claim_id", "source_id")
        .unique(["claim_id", "source_id"])
    )
    yield rows(
        links.join(told, on=["claim_id", "source_id"], how="inner"),
        found=text(col("source_id"), " makes this claim itself"),
        allowed="another source",
    )


@rule(
    "P6/used",
    "every entity, finding, search, source and agent is used",
    "what nothing refers to is not part of the record",
    "Link the row, or remove it",
    tables="sources entities findings searches agents claims mentions captures claim_evidence claim_searches entity_xrefs exclusions",
    column="",
)
def all_used(c: Context) -> Iterable[Any]:
    """Rows to which no other row points."""
    yield (
        "sources",
        rows(
            unused(
                c.sources,
                "source_id",
                [(c.findings, "source_id"), (c.captures, "source_id"), (c.sources, "superseded_by")],
            ),
            column="source_id",
            found=text("nothing uses ", col("source_id")),
        ),
    )
    yield (
        "findings",
        rows(
            unused(c.findings, "finding_id", [(c.claim_evidence, "finding_id")]),
            column="finding_id",
            found=text("no claim uses ", col("finding_id")),
        ),
    )
    yield (
        "searches",
        rows(
            unused(c.searches, "search_id", [(c.claim_searches, "search_id")]),
            column="search_id",
            found=text("no claim uses ", col("search_id")),
        ),
    )
    pointing = [
        (c.claims, "subject_id"),
        (c.claims, "object_id"),
        (c.findings, "exposure_id"),
        (c.findings, "outcome_id"),
        (c.entities, "broader_id"),
    ]
    yield (
        "entities",
        rows(
            unused(c.entities, "entity_id", pointing), column="entity_id", found=text("nothing uses ", col("entity_id"))
        ),
    )
    made = [
        (c.claims, "agent_id"),
        (c.mentions, "agent_id"),
        (c.findings, "agent_id"),
        (c.claim_evidence, "agent_id"),
        (c.entity_xrefs, "agent_id"),
    ]
    extra = [
        (getattr(c, name), "agent_id")
        for name in ("annotations", "audits")
        if name in c.tables and c.tables[name].usable
    ]
    yield (
        "agents",
        rows(
            unused(c.agents, "agent_id", made + extra),
            column="agent_id",
            found=text("no row was made by ", col("agent_id")),
        ),
    )


def unused(frame: Any, key: str, pointing: list[tuple[Any, str]]) -> Any:
    """Rows whose key none of the pointing columns holds."""
    for other, column in pointing:
        frame = absent(frame, other.select(col(column).alias(key)), [key])
    return frame


@rule(
    "P7/structures",
    "SMILES, InChIKey and formula of a compound agree",
    "two structures under one name are two compounds",
    "Look the compound up again and correct the cell that is wrong",
    tables="entities",
    column="inchikey",
)
def structures(c: Context) -> Iterable[Any]:
    """Compounds whose InChIKey or formula is not what RDKit computes from their SMILES."""
    one, frame = CATALOGUE["P7/structures"], c.tables["entities"].typed
    compounds = frame[frame[["smiles", "inchikey", "formula"]].notna().any(axis=1)]
    for row in compounds.to_dict("records"):
        computed = (
            computed_structure(row["smiles"])
            if pd.notna(row["smiles"])
            else {"smiles": "a structure, as the row has an InChIKey or a formula"}
        )
        for column, right in computed.items():
            if pd.isna(row[column]) or row[column] != right:
                yield at(
                    c,
                    one,
                    "entities",
                    row[LINE],
                    row[ROW],
                    column,
                    "(blank)" if pd.isna(row[column]) else row[column],
                    right,
                )


@cache
def computed_structure(smiles: str) -> dict[str, str]:
    """InChIKey and formula that RDKit computes from a SMILES; or what is wrong with it."""
    from rdkit import Chem, RDLogger
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        return {"smiles": "a SMILES that RDKit can read"}
    return {"inchikey": str(Chem.MolToInchiKey(molecule)), "formula": CalcMolFormula(molecule)}  # type: ignore[no-untyped-call]


@rule(
    "P8/dates",
    "nothing is dated after the release, and nothing was read before it was published",
    "a date that cannot be is a sign of a guess",
    "Correct the date",
    tables="sources searches captures entity_xrefs claims audits",
    column="verified_on",
)
def dates(c: Context) -> Iterable[Any]:
    """Dates of reading and searching against the release and against publication."""
    if c.released_on:
        day = nw.lit(datetime.fromisoformat(c.released_on))
        for name, column in [
            ("sources", "verified_on"),
            ("sources", "issued_on"),
            ("searches", "searched_on"),
            ("captures", "captured_on"),
            ("entity_xrefs", "verified_on"),
            ("claims", "valid_as_of"),
            ("audits", "audited_on"),
        ]:
            late = getattr(c, name).filter(col(column) > day)
            yield (
                name,
                rows(
                    late,
                    column=column,
                    found=col(column).dt.to_string("%Y-%m-%d"),
                    allowed=f"not after {c.released_on}, the date of this version",
                ),
            )
    early = c.sources.filter((col("issued_on") > col("verified_on")) | (col("year") > col("verified_on").dt.year()))
    yield rows(
        early,
        found=text(col("verified_on").dt.to_string("%Y-%m-%d"), ", but published in ", col("year")),
        allowed="a day after publication",
    )
    torn = c.sources.filter(col("issued_on").dt.year() != col("year"))
    yield rows(
        torn,
        column="issued_on",
        found=text(col("issued_on").dt.to_string("%Y-%m-%d"), " and year ", col("year")),
        allowed="issued_on in the year of the row",
    )


@rule(
    "P8/superseded",
    "a newer record supersedes an older one",
    "the newest law is the law",
    "Correct superseded_by, or the dates",
    tables="sources",
    column="superseded_by",
)
def superseded(c: Context) -> Iterable[Any]:
    """Records superseded by an older one or by themselves."""
    newer = c.sources.select(
        col("source_id").alias("superseded_by"), col("year").alias("newer_year"), col("issued_on").alias("newer_on")
    )
    pairs = c.sources.join(newer, on="superseded_by", how="inner")
    wrong = (
        (col("newer_year") < col("year"))
        | (col("newer_on") < col("issued_on"))
        | (col("superseded_by") == col("source_id"))
    )
    yield rows(
        pairs.filter(wrong),
        found=text(col("superseded_by"), " of ", col("newer_year")),
        allowed=text("a record newer than ", col("year")),
    )
