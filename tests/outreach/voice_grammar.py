"""What VoiceXML 2.1 (appendix O of 2.0), SRGS 1.0 and SSML 1.0 allow of the elements that are used here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

VXML = "{http://www.w3.org/2001/vxml}"
SRGS = "{http://www.w3.org/2001/06/grammar}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
EXECUTABLE = {"prompt", "submit", "disconnect", "assign", "if", "var", "exit", "goto"}
SPEECH = {"s", "say-as", "break"}
TEXT = {"prompt", "s", "say-as", "item"}
# element: children that may stand in it, attributes it must have, attributes it may have
ELEMENTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    f"{VXML}vxml": ({"property", "catch", "var", "form"}, {"version", LANG}, set()),
    f"{VXML}property": (set(), {"name", "value"}, set()),
    f"{VXML}var": (set(), {"name"}, {"expr"}),
    f"{VXML}catch": (EXECUTABLE, set(), {"event", "count", "cond"}),
    f"{VXML}form": ({"block", "field", "filled", "property", "var"}, set(), {"id", "scope"}),
    f"{VXML}block": (EXECUTABLE, set(), {"name", "expr", "cond"}),
    f"{VXML}field": ({"grammar", "prompt", "noinput", "nomatch", "filled"}, {"name"}, {"modal"}),
    f"{VXML}prompt": (SPEECH, set(), {"bargein", "timeout", LANG}),
    f"{VXML}s": (SPEECH - {"s"}, set(), {LANG}),
    f"{VXML}say-as": (set(), {"interpret-as"}, {"format"}),
    f"{VXML}noinput": (EXECUTABLE, set(), {"count", "cond"}),
    f"{VXML}nomatch": (EXECUTABLE, set(), {"count", "cond"}),
    f"{VXML}filled": (EXECUTABLE, set(), {"mode", "namelist"}),
    f"{VXML}submit": (set(), {"next"}, {"method", "namelist", "enctype"}),
    f"{VXML}disconnect": (set(), set(), {"namelist"}),
    f"{SRGS}grammar": ({"rule"}, {"version", "mode", "root"}, {"type"}),
    f"{SRGS}rule": ({"one-of", "item", "ruleref"}, {"id"}, {"scope"}),
    f"{SRGS}one-of": ({"item"}, set(), set()),
    f"{SRGS}item": ({"item", "ruleref", "one-of"}, set(), {"repeat"}),
    f"{SRGS}ruleref": (set(), {"uri"}, set()),
}


def faults_of(page: str) -> list[str]:
    """Everything in a document that the specifications do not allow."""
    root = ET.fromstring(page)  # noqa: S314  # our own document, under test
    found = [] if root.tag == f"{VXML}vxml" and root.get("version") == "2.1" else ["root"]
    found += [fault for element in root.iter() for fault in _faults(element)]
    declared = {each.get("name") for each in root.iter(f"{VXML}var")}
    declared |= {each.get("name") for each in root.iter(f"{VXML}field")}
    for submit in root.iter(f"{VXML}submit"):
        names = (submit.get("namelist") or "").split()
        found += [f"submit {name}" for name in names if name not in declared]
    return [*found, *_grammar_faults(root)]


def _faults(element: ET.Element) -> Iterator[str]:
    if element.tag not in ELEMENTS:
        yield element.tag
        return
    children, must, may = ELEMENTS[element.tag]
    name = element.tag.rpartition("}")[2]
    yield from (f"{name} lacks {each}" for each in must - set(element.attrib))
    yield from (f"{name} has {each}" for each in set(element.attrib) - must - may)
    inside = [each.tag.rpartition("}")[2] for each in element]
    yield from (f"{name} holds {each}" for each in inside if each not in children)
    text = "".join([element.text or "", *((each.tail or "") for each in element)])
    if text.strip() and name not in TEXT:
        yield f"{name} has text"


def _grammar_faults(root: ET.Element) -> Iterator[str]:
    for grammar in root.iter(f"{SRGS}grammar"):
        rules = {each.get("id") for each in grammar.iter(f"{SRGS}rule")}
        named = {each.get("uri", "")[1:] for each in grammar.iter(f"{SRGS}ruleref")}
        if not named | {grammar.get("root")} <= rules:
            yield "a rule that is named and not there"
        for item in grammar.iter(f"{SRGS}item"):
            text, repeat = (item.text or "").strip(), item.get("repeat", "1")
            if text and text not in set("0123456789*#"):
                yield f"no key: {text}"
            if not re.fullmatch(r"\d+(-\d+)?", repeat):
                yield f"repeat {repeat}"


def spoken_in(page: str) -> str:
    """What is read to the caller."""
    root = ET.fromstring(page)  # noqa: S314  # as above
    return "".join("".join(each.itertext()) for each in root.iter(f"{VXML}s"))
