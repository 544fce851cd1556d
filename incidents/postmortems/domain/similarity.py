"""How much alike two short texts of people are, and of what category a factor may be by its words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from incidents.postmortems.domain.factors import Category

ALIKE = 0.4  # of all their words; measured on pairs in tests/domain/postmortems/test_similarity.py
_WORD = re.compile(r"[^\W_]{2,30}")
_STOP_WORDS = (
    "the and for was were with that this from had has not but are its it of to in on at by an as is no so too "
    "very did our we they them their which when while after before because during into than then there been being "
    "also only without would could should can cannot any all one some more most such other over under again "
    "between both each did didn have having does "
)
_STOP = frozenset(_STOP_WORDS.split())
_ENDINGS = ("ations", "ation", "ings", "ing", "ments", "ment", "ies", "ied", "ers", "er", "ed", "es", "s", "e", "y")
_CATEGORY_WORDS: tuple[tuple[Category, str], ...] = (
    (Category.DETECTION, r"alert|alarm|monitor|dashboard|detect|unnoticed|threshold|paged|observab"),
    (Category.RUNBOOK, r"runbook|playbook|document|wiki|readme"),
    (Category.COMMUNICATION, r"communicat|handover|hand-?off|told|informed|announce|escalat|status page"),
    (Category.TESTING, r"\btest|staging|canary|coverage|\bqa\b|review"),
    (Category.CAPACITY, r"capacity|exhaust|out of memory|\boom\b|disk (was )?full|quota|saturat|overload|pool|limit|"
         r"connections"),
    (Category.CONFIGURATION, r"config|setting|flag|certificate|expired|dns|variable|yaml|permission|firewall"),
    (Category.DATA, r"corrupt|schema|data\b|backup|record|row|encoding"),
    (Category.DEPENDENCY, r"dependen|upstream|third[ -]party|library|package|downstream|vendor api"),
    (Category.OUTSIDE, r"provider|power|weather|fib(re|er)|data ?cent(re|er)|aws|azure|gcp|isp|attack|ddos"),
    (Category.CHANGE, r"deploy|release|migrat|rollout|roll-out|upgrade|merge|commit|version|change"),
    (Category.DESIGN, r"design|single point|retry|retries|race|deadlock|timeout|cach|circuit|architecture|bug|leak|"
         r"loop"),
    (Category.PROCESS, r"process|procedure|approval|checklist|rota|on-?call|manual"),
)  # fmt: skip


def words_of(text: str) -> frozenset[str]:
    """Its telling words, without their endings."""
    return frozenset(
        _stem(word) for word in _WORD.findall(text.lower()[:2000]) if word not in _STOP and not word.isdigit()
    )


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """0 … 1 (Dice): twice the shared words by all words; 0 when either has fewer than two."""
    if min(len(first), len(second)) < 2:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def category_of(text: str) -> Category:
    """The first whose words it uses; OTHER when none."""
    lower = text.lower()[:2000]
    return next((category for category, pattern in _CATEGORY_WORDS if re.search(pattern, lower)), Category.OTHER)


def normal(words: Iterable[str]) -> str:
    """Sorted, as one text."""
    return " ".join(sorted(words))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
