"""How codes look: order, colour and shape, the same in pictures, pages and print.

Blue against orange holds for the colour-blind; the shapes say the same again without any colour.
"""

VERDICTS = ["supported", "refuted", "conflicting", "insufficient", "no_evidence_found", "not_ratable", "not_rated"]
"""Verdicts in the order in which they are shown: decided ones first."""
CERTAINTIES = ["high", "moderate", "low", "very_low", "none"]
HARMS = ["critical", "high", "moderate", "low", "none"]
DIRECTIONS = ["supports", "refutes", "inconclusive"]
DECIDED = ["supported", "refuted"]

LIGHT = {"paper": "#ffffff", "wash": "#f4f3ef", "ink": "#1c1c1a", "soft": "#5b5a55", "line": "#d8d6cf", "link": "#0b5688",
         "supported": "#0f6aa6", "refuted": "#c4440d", "conflicting": "#8c478a", "insufficient": "#75736c",
         "no_evidence_found": "#918f87", "not_ratable": "#b1aea4", "not_rated": "#b1aea4"}  # fmt: skip
DARK = {"paper": "#15171a", "wash": "#1f2226", "ink": "#ecebe7", "soft": "#aaa8a1", "line": "#3b3e44", "link": "#82c3f1",
        "supported": "#62b4ea", "refuted": "#ff8f5e", "conflicting": "#d69cd3", "insufficient": "#98968e",
        "no_evidence_found": "#98968e", "not_ratable": "#98968e", "not_rated": "#98968e"}  # fmt: skip

CIRCLE = "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z"
CROSS = "M-1,-0.5L-0.5,-1L0,-0.5L0.5,-1L1,-0.5L0.5,0L1,0.5L0.5,1L0,0.5L-0.5,1L-1,0.5L-0.5,0Z"
SQUARE = "M-0.75,-0.75L0.75,-0.75L0.75,0.75L-0.75,0.75Z"
SHAPES = {
    "supported": CIRCLE,
    "refuted": CROSS,
    "conflicting": "M0,-1.1L1.1,0L0,1.1L-1.1,0Z",
    "insufficient": SQUARE,
    "no_evidence_found": CIRCLE + "M0,-0.6A0.6,0.6,0,1,0,0,0.6A0.6,0.6,0,1,0,0,-0.6Z",
    "not_ratable": "M-0.9,-0.22L0.9,-0.22L0.9,0.22L-0.9,0.22Z",
    "not_rated": "M0,-0.35A0.35,0.35,0,1,1,0,0.35A0.35,0.35,0,1,1,0,-0.35Z",
}
"""Outlines in a box from -1 to 1."""
AS_VERDICT = {"supports": "supported", "refutes": "refuted", "inconclusive": "no_evidence_found"}
"""A finding's direction is drawn like the verdict that it speaks for."""


def palette_css() -> str:
    """The colours as CSS variables: light, dark where the reader's system asks for it, light again in print."""
    light, dark = ("".join(f"--{name}:{colour};" for name, colour in p.items()) for p in (LIGHT, DARK))
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
