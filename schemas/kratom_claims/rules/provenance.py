"""P: provenance. Where each row comes from, and whether that may bear it."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

import narwhals as nw

from ..package import HOME
from ..ratings import policy
from ..tables import LINE, ROW, collected
from .base import CATALOGUE, Context, absent, at, rows, rule, text, wrong_rows

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
    cells=True,
)
def read(c: Context) -> Iterable[Any]:
    """Findings of sources of which too little was read."""
    used, extents = (
        c.tables["findings"].distinct("source_id"),
        c.tables["sources"].keys(["source_id", "verified_extent"]),
    )
    little = {(source,): (f"{source} was read as {extent}", "full_text or abstract") for source, extent in extents
              if source in used and extent not in ("full_text", "abstract")}  # fmt: skip
    yield from wrong_rows(c, "P2/read", "findings", ["source_id"], little)


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
        f,
        ~value.is_null() & col("unit").is_null(),
        column="unit",
        found="(blank)",
        allowed="the unit of the effect value",
    )
    yield rows(
        f,
        (~value.is_null() | given) & col("effect_type").is_null(),
        column="effect_type",
        found="(blank)",
        allowed="what the number is",
    )
    yield rows(
        f,
        value.is_null() & ~given & ~col("effect_type").is_null(),
        allowed="a value or an interval, as an effect type is given",
    )
    yield rows(
        f,
        value.is_null() & ~given & ~col("unit").is_null(),
        column="unit",
        allowed="blank, as there is no number",
    )
    yield rows(
        f,
        given & (low.is_null() | high.is_null()),
        column="ci_low",
        found=text(low, " to ", high),
        allowed="both ends of the interval",
    )
    yield rows(f, low > high, column="ci_low", found=text(low, " to ", high), allowed="the low end first")
    yield rows(
        f,
        (value < low) | (value > high),
        found=text(value, " outside ", low, " to ", high),
        allowed="an estimate inside its interval",
    )
    yield rows(
        f,
        given & col("interval_type").is_null(),
        column="interval_type",
        found="(blank)",
        allowed="what the interval is",
    )
    yield rows(
        f,
        ~given & ~col("interval_type").is_null(),
        column="interval_type",
        allowed="blank, as there is no interval",
    )
    yield rows(
        f,
        col("p_value").is_null() != col("p_operator").is_null(),
        column="p_value",
        allowed="p value and its operator together",
    )
    yield rows(
        f,
        col("n_events") > col("n"),
        column="n_events",
        found=text(col("n_events"), " of ", col("n")),
        allowed="no more events than n",
    )
    share = (col("effect_type") == "proportion") & ((value < 0) | (value > 100))
    yield rows(f, share, found=value, allowed="a percentage from 0 to 100")
    both = (col("effect_type") == "proportion") & (col("n") > 0) & ~col("n_events").is_null()
    off = (col("n_events") * 100.0 / col("n") - value).abs() > 1.0
    yield rows(
        f,
        both & off,
        found=text(value, " percent, but ", col("n_events"), " of ", col("n")),
        allowed="a percentage that agrees with n_events and n",
    )
    yield rows(
        f,
        col("causality_tool").is_null() != col("n_probable").is_null(),
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
    cells=True,
)
def stream(c: Context) -> Iterable[Any]:
    """Streams that a design may have, and the species that goes with them."""
    allowed, table = policy()["streams_by_design"], c.tables["findings"]
    apart = {(design, stream): (f"{design} as {stream}", " or ".join(allowed.get(design, ["a design of the rubric"])))
             for design, stream in table.keys(["design", "stream"]) if stream not in allowed.get(design, [])}  # fmt: skip
    yield from wrong_rows(c, "P2/stream", "findings", ["design", "stream"], apart)
    subjects = {"human": "Homo sapiens, as the stream is human", "animal": "an animal, as the stream is animal"}
    others = {(stream, species): (species, subjects[stream]) for stream, species in table.keys(["stream", "species"])
              if stream in subjects and (stream == "human") != (species == "Homo sapiens")}  # fmt: skip
    yield from wrong_rows(c, "P2/stream", "findings", ["stream", "species"], others, "species")


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
    yield rows(c.sources, nw.all_horizontal(*ids, ignore_nulls=False), found="(blank)")


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
        if (suspects := c.tables["sources"].repeated([name])) is None:
            continue
        have = suspects.filter(~col(name).is_null()).with_columns(
            col(ROW).min().over(name).alias("first"), nw.len().over(name).alias("times")
        )
        yield rows(
            have,
            (col("times") > 1) & (col(ROW) != col("first")),
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
    one, held = CATALOGUE["P3/address-agrees"], collected(c.sources.select(LINE, ROW, "url", "verified_url", *forms))
    for column in ("url", "verified_url"):
        for name, form in forms.items():
            asked = zip(*(held[n].to_list() for n in (LINE, ROW, column, name)), strict=True)
            for line, row, address, given in asked:
                found = re.search(form, address) if isinstance(address, str) else None
                if found and found.group(1) != given:
                    shown = given if isinstance(given, str) else "(blank)"
                    yield at(c, one, "sources", line, row, name, shown, f"{found.group(1)}, as in {column}")


@rule(
    "P3/curies",
    "cross references have a known prefix, the form that prefix asks for, and a right check digit",
    "a mistyped identifier names another thing",
    "Look the identifier up again at verified_url",
    tables="entity_xrefs",
    column="object_id",
    cells=True,
)
def curies(c: Context) -> Iterable[Any]:
    """CURIEs against the patterns of schemas/prefixes.json, and the check digit of CAS numbers."""
    ids = c.tables["entity_xrefs"].distinct("object_id")
    wrong = {(curie,): (curie, right) for curie in ids if (right := misformed(curie))}
    yield from wrong_rows(c, "P3/curies", "entity_xrefs", ["object_id"], wrong)


def misformed(curie: str) -> str:
    """What a CURIE should be instead; nothing if its form is right."""
    prefix, _, local = curie.partition(":")
    if prefix not in prefixes():
        return "a prefix of schemas/prefixes.json: " + ", ".join(prefixes())
    if not re.fullmatch(pattern := prefixes()[prefix]["pattern"], local):
        return f"{prefix}: and the form {pattern}"
    if prefix == "cas" and cas_check_digit(local) != local[-1]:
        return f"check digit {cas_check_digit(local)}"
    return ""


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
    cells=True,
)
def evidence_or_search(c: Context) -> Iterable[Any]:
    """Operationalised claims that nobody has looked into."""
    open_ = {claim for claim, decidable in c.tables["claims"].keys(["claim_id", "operationalised"]) if decidable}
    numbers = ["n_supports", "n_refutes", "n_inconclusive"]
    weighed = {claim for claim, *found in c.tables["ratings"].keys(["claim_id", *numbers]) if sum(found) > 0}
    if bare := open_ - weighed - searched(c, 1):
        yield rows(c.claims, col("claim_id").is_in(sorted(bare)), found=text(col("claim_id"), " has neither"))


def searched(c: Context, databases: int) -> set[str]:
    """Claims with a supporting and a disconfirming search in at least so many databases each."""
    asked = {
        search: place for search, *place in sorted(c.tables["searches"].keys(["search_id", "purpose", "database"]))
    }
    links = c.tables["claim_searches"].keys(["claim_id", "search_id"])
    places = {(claim, *asked[search]) for claim, search in links if search in asked}
    counts = Counter((purpose, claim) for claim, purpose, _ in places)
    enough = {side for side, number in counts.items() if number >= databases}
    return {claim for purpose, claim in enough if purpose == "supporting" and ("disconfirming", claim) in enough}


@rule(
    "P4/none-found",
    "no_evidence_found has a supporting and a disconfirming search in two databases each",
    "nothing found in one place is little",
    "Search the second database on both sides, and link the searches to the claim",
    tables="ratings claim_searches searches",
    column="verdict",
    cells=True,
)
def none_found(c: Context) -> Iterable[Any]:
    """Claims rated no_evidence_found on too few searches."""
    none = {claim for claim, verdict in c.tables["ratings"].keys(["claim_id", "verdict"]) if verdict == "no_evidence_found"}  # fmt: skip
    if bare := none - searched(c, 2):
        yield rows(c.ratings, col("claim_id").is_in(sorted(bare)), found=text("too few searches for ", col("claim_id")))


@rule(
    "P5/not-evidence",
    "a retracted source, a fact-check, news, or the source of a mention of the same claim is no evidence for it",
    "a claim cannot bear itself out",
    "Remove the link, or find the primary study",
    tables="claim_evidence findings sources mentions captures",
    column="finding_id",
    cells=True,
)
def not_evidence(c: Context) -> Iterable[Any]:
    """Links to findings that may not bear the claim."""
    linked = c.tables["claim_evidence"].distinct("finding_id")
    used = [one for one in c.tables["findings"].keys(["finding_id", "source_id", "design"]) if one[0] in linked]
    sources = {one[0]: one[1:] for one in sorted(c.tables["sources"].keys(["source_id", "source_type", "retraction_status"]))}  # fmt: skip
    barred, retracted = {}, {}
    for finding, source, design in sorted(one for one in used if one[1] in sources):
        kind, status = sources[source]
        if kind in ("fact_check", "web_article", "news") or design == "fact_check":
            barred[finding,] = f"{source} is a {kind}", "a study or an official record"
        if status == "retracted":
            retracted[finding,] = f"{source} is retracted", "a source that stands"
    for wrong in (barred, retracted):
        yield from wrong_rows(c, "P5/not-evidence", "claim_evidence", ["finding_id"], wrong)
    if not c.tables["captures"].distinct("source_id").isdisjoint(source for _, source, _ in used):
        yield self_borne(c)


def self_borne(c: Context) -> Any:
    """Links to findings of an article that makes the claim itself."""
    links = c.claim_evidence.join(c.findings.select("finding_id", "source_id"), on="finding_id", how="inner")
    bearing = links.select("source_id").unique("source_id")
    articles = c.captures.select("capture_id", "source_id").join(bearing, on="source_id", how="inner")
    told = c.mentions.join(articles, on="capture_id", how="inner").select("claim_id", "source_id").unique(["claim_id", "source_id"])  # fmt: skip
    return rows(links.join(told, on=["claim_id", "source_id"], how="inner"), found=text(col("source_id"), " makes this claim itself"), allowed="another source")  # fmt: skip


@rule(
    "P6/used",
    "every entity, finding, search, source and agent is used",
    "what nothing refers to is not part of the record",
    "Link the row, or remove it",
    tables="sources entities findings searches agents claims mentions captures claim_evidence claim_searches entity_xrefs exclusions",
    column="",
    cells=True,
)
def all_used(c: Context) -> Iterable[Any]:
    """Rows to which no other row points."""
    of = [(name, "agent_id") for name in ("claims", "mentions", "findings", "claim_evidence", "entity_xrefs")]
    of += [(name, "agent_id") for name in ("annotations", "audits") if name in c.tables and c.tables[name].usable]
    asked = [
        ("sources", "source_id", "nothing uses ", [("findings", "source_id"), ("captures", "source_id"), ("sources", "superseded_by")]),
        ("findings", "finding_id", "no claim uses ", [("claim_evidence", "finding_id")]),
        ("searches", "search_id", "no claim uses ", [("claim_searches", "search_id")]),
        ("entities", "entity_id", "nothing uses ", [("claims", "subject_id"), ("claims", "object_id"), ("findings", "exposure_id"),
                                                    ("findings", "outcome_id"), ("entities", "broader_id")]),
        ("agents", "agent_id", "no row was made by ", of),
    ]  # fmt: skip
    for name, key, told, pointing in asked:
        unused = c.tables[name].unused(key, [(c.tables[other], column) for other, column in pointing])
        if unused is not None:
            yield name, rows(unused, column=key, found=text(told, col(key)))


@rule(
    "P7/structures",
    "SMILES, InChIKey and formula of a compound agree",
    "two structures under one name are two compounds",
    "Look the compound up again and correct the cell that is wrong",
    tables="entities",
    column="inchikey",
    cells=True,
)
def structures(c: Context) -> Iterable[Any]:
    """Compounds whose InChIKey or formula is not what RDKit computes from their SMILES."""
    one, table = CATALOGUE["P7/structures"], c.tables["entities"]
    held = {name: table.cells[name] for name in ("smiles", "inchikey", "formula")}
    for row, smiles in enumerate(held["smiles"]):
        if smiles:
            computed = computed_structure(smiles)
        elif held["inchikey"][row] or held["formula"][row]:
            computed = {"smiles": "a structure, as the row has an InChIKey or a formula"}
        else:
            continue
        for column, right in computed.items():
            if held[column][row] != right:
                found = held[column][row] or "(blank)"
                yield at(c, one, "entities", table.lines[row], table.ids[row], column, found, right)


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
            late = col(column) > day
            yield (
                name,
                rows(
                    getattr(c, name),
                    late,
                    column=column,
                    found=col(column).dt.to_string("%Y-%m-%d"),
                    allowed=f"not after {c.released_on}, the date of this version",
                ),
            )
    early = (col("issued_on") > col("verified_on")) | (col("year") > col("verified_on").dt.year())
    yield rows(
        c.sources,
        early,
        found=text(col("verified_on").dt.to_string("%Y-%m-%d"), ", but published in ", col("year")),
        allowed="a day after publication",
    )
    torn = col("issued_on").dt.year() != col("year")
    yield rows(
        c.sources,
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
        pairs,
        wrong,
        found=text(col("superseded_by"), " of ", col("newer_year")),
        allowed=text("a record newer than ", col("year")),
    )
