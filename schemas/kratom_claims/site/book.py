"""The tables as a reader meets them: claims, articles, entities and sources, each with all that belongs to it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ..edition import Edition
from ..ratings import policy
from ..tables import Tables
from ..whatif import Outlook, outlooks
from .looks import CERTAINTIES, HARMS, VERDICTS

Row = dict[str, Any]


class Book:
    """All rows of a package by table (``rows``), joined as pages need them, and the labels of all codes."""

    def __init__(self, edition: Edition) -> None:
        """Join the tables."""
        self.edition, tables = edition, edition.tables
        self.rows = {name: plain(tables, name) for name in tables}
        self.labels = {(v["scheme"], v["code"]): v["label"] for v in self.rows["vocabulary"]}
        self.sources = self.keyed("sources", "source_id")
        self.entities = self.keyed("entities", "entity_id")
        self.articles = self.keyed("captures", "capture_id")
        self.claims = self.keyed("claims", "claim_id")
        self.join_claims(outlooks(tables))
        self.join_articles()
        self.join_entities()
        self.join_sources()

    def keyed(self, table: str, key: str) -> dict[str, Row]:
        """Rows of a table by id, in order."""
        return {row[key]: row for row in self.rows[table]}

    def label(self, code: Any, scheme: str) -> str:
        """The name of a code for readers."""
        found = self.labels.get((scheme, str(code)))
        return found if found and found != code else str(code).replace("_", " ")

    def grouped(self, table: str, key: str) -> dict[Any, list[Row]]:
        """Rows of a table by the value of a column, in order."""
        groups: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows[table]:
            groups[row[key]].append(row)
        return groups

    def join_claims(self, looks: dict[str, Outlook]) -> None:
        """Give every claim its rating, steps, evidence, mentions, searches, relations and outlook."""
        ratings = {r["claim_id"]: r for r in self.rows["ratings"]}
        findings = {f["finding_id"]: f for f in self.rows["findings"]}
        searches = {s["search_id"]: s for s in self.rows["searches"]}
        steps, links, mentions, served = (self.grouped(t, "claim_id") for t in ("rating_steps", "claim_evidence", "mentions", "claim_searches"))  # fmt: skip
        for id_, claim in self.claims.items():
            claim["rating"] = ratings.get(id_) or {"claim_id": id_, "verdict": "not_rated", "certainty": "none", "explanation": "Not rated yet.",
                                                   "harm_if_believed": "none", "harm_if_ignored": "none"}  # fmt: skip
            claim["steps"] = sorted(steps[id_], key=lambda s: s["step_no"])
            claim["left_out"], claim["turned"] = (told_of(claim["steps"], words) for words in ("is left out", "counts as inconclusive"))  # fmt: skip
            evidence = [e | {"finding": findings[e["finding_id"]]} for e in links[id_] if e["finding_id"] in findings]
            for e in evidence:
                e["source"] = self.sources.get(e["finding"]["source_id"], {})
                e["weighed_as"] = "inconclusive" if e["finding_id"] in claim["turned"] else e["direction"]
            claim["evidence"] = sorted(evidence, key=lambda e: self.by_strength(e, claim))
            claim["said_in"] = self.by_article(mentions[id_])
            claim["searches"] = [searches[s["search_id"]] for s in served[id_] if s["search_id"] in searches]
            claim["outlook"] = looks.get(id_, Outlook())
        for claim in self.claims.values():
            claim["relations"] = self.relations(claim["claim_id"])

    def by_strength(self, link: Row, claim: Row) -> tuple[Any, ...]:
        """Evidence in the order of the page: what counts first, then by design, size and id."""
        rank = policy()["design_rank"]
        finding = link["finding"]
        place = rank.index(finding["design"]) if finding["design"] in rank else len(rank)
        return finding["finding_id"] in claim["left_out"], place, -(finding["n"] or 0), finding["finding_id"]

    def by_article(self, mentions: list[Row]) -> list[tuple[Row, list[Row]]]:
        """Mentions by article, both in order."""
        own: dict[str, list[Row]] = defaultdict(list)
        for mention in sorted(mentions, key=lambda m: (m["capture_id"], m["start"] or 0, m["mention_id"])):
            own[mention["capture_id"]].append(mention)
        return [(self.articles[capture], said) for capture, said in own.items() if capture in self.articles]

    def relations(self, claim_id: str) -> list[tuple[str, Row, str]]:
        """Relations of a claim, read from its side: in words, the other claim, the basis."""
        back = {"refines": "is refined by", "entails": "follows from"}
        out: list[tuple[str, str, str]] = []
        for r in self.rows["claim_relations"]:
            word = r["relation"] if r["relation"] != "equivalent" else "says the same as"
            if r["subject_claim_id"] == claim_id:
                out.append((word, r["object_claim_id"], r["basis"]))
            elif r["object_claim_id"] == claim_id:
                out.append((back.get(r["relation"], word), r["subject_claim_id"], r["basis"]))
        return [(word, self.claims[other], basis) for word, other, basis in out if other in self.claims]

    def join_articles(self) -> None:
        """Give every article its source, its segments with what they state, and its claims."""
        segments = self.grouped("segments", "capture_id")
        stated: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for m in self.rows["mentions"]:
            if m["claim_id"] in self.claims:
                stated[m["capture_id"], m["segment_no"]].append(m | {"claim": self.claims[m["claim_id"]]})
        for id_, article in self.articles.items():
            article["source"] = self.sources.get(article["source_id"], {"title": id_})
            article["segments"] = [s | {"stated": sorted(stated[id_, s["segment_no"]], key=lambda m: (m["start"], m["mention_id"]))}
                                   for s in sorted(segments[id_], key=lambda s: s["segment_no"])]  # fmt: skip
            ids = dict.fromkeys(m["claim_id"] for s in article["segments"] for m in s["stated"])
            article["claims"] = [self.claims[id_] for id_ in ids]

    def join_entities(self) -> None:
        """Give every entity its names, identifiers, neighbours and claims."""
        names, xrefs, narrower = (self.grouped(t, k) for t, k in [("entity_names", "entity_id"), ("entity_xrefs", "subject_id"), ("entities", "broader_id")])  # fmt: skip
        for id_, entity in self.entities.items():
            entity["names"], entity["xrefs"], entity["narrower"] = names[id_], xrefs[id_], narrower[id_]
            entity["broader"] = self.entities.get(entity["broader_id"] or "")
            entity["claims"] = [c for c in self.claims.values() if id_ in (c["subject_id"], c["object_id"])]

    def join_sources(self) -> None:
        """Give every source its findings with the claims they bear on, and its captures."""
        findings, captures, links = self.grouped("findings", "source_id"), self.grouped("captures", "source_id"), self.grouped("claim_evidence", "finding_id")  # fmt: skip
        for id_, source in self.sources.items():
            source["findings"] = [f | {"bears_on": [link | {"claim": self.claims[link["claim_id"]]} for link in links[f["finding_id"]] if link["claim_id"] in self.claims]}
                                  for f in findings[id_]]  # fmt: skip
            source["captures"] = captures[id_]

    def ordered(self, wanted: Callable[[Row], bool] = lambda claim: True) -> list[Row]:
        """Claims in the order in which lists show them: by verdict, then certainty, then harm, then id."""
        return sorted(filter(wanted, self.claims.values()), key=standing)

    def verdicts(self, claims: Iterable[Row]) -> Counter:
        """How many of these claims have each verdict."""
        return Counter(claim["rating"]["verdict"] for claim in claims)

    def names(self) -> dict[str, str]:
        """All names of everything that a claim is about, right and wrong ones, by entity; the search knows them."""
        about = sorted(
            {c[side] for c in self.claims.values() for side in ("subject_id", "object_id") if c[side]}
            & set(self.entities)
        )
        return {
            e: " ".join([self.entities[e]["label"], *(n["name"] for n in self.entities[e]["names"])]) for e in about
        }


def standing(claim: Row) -> tuple[Any, ...]:
    """Where a claim stands in a list."""
    r = claim["rating"]
    return VERDICTS.index(r["verdict"]), CERTAINTIES.index(r["certainty"]), worst_harm(claim), claim["claim_id"]


def worst_harm(claim: Row) -> int:
    """Place of the worse of a claim's two harms in the list of harms (0 is critical)."""
    return min(HARMS.index(claim["rating"][side]) for side in ("harm_if_believed", "harm_if_ignored"))


def told_of(steps: list[Row], words: str) -> dict[str, str]:
    """Findings of which the steps say so, with why."""
    found = (re.fullmatch(rf"(F[0-9]+) {words}: (.*)", s["reason"]) for s in steps)
    return {m.group(1): m.group(2) for m in found if m}


def plain(tables: Tables, name: str) -> list[Row]:
    """Rows of a table as plain values, dates as ISO text."""
    table = tables[name]
    held = [[v.isoformat() if isinstance(v, date) else v for v in table.values(column)] for column in table.fields]
    return [dict(zip(table.fields, row, strict=True)) for row in zip(*held, strict=True)]
