"""What blames a person, as patterns over sentences whose persons are marked (blame_people.py).

Each rule says what to look for, whose negation excuses it, and what to write instead. The first rule that fits a
place wins. Figures measured: docs/postmortems.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from incidents.postmortems.domain.blame_people import NOBODY, PERSON, PUBLIC, SELVES


class Kind(StrEnum):
    """What is wrong with the words; the value stands in the API."""

    FAILED = "failed"
    HINDSIGHT = "hindsight"
    CHARACTER = "character"
    HUMAN_ERROR = "human_error"
    FAULT = "fault"
    SLIP = "slip"
    TEAM_WORD = "team_word"


WHY: dict[Kind, str] = {
    Kind.FAILED: "says that a person failed, which ends the question",
    Kind.HINDSIGHT: "tells what a person did not do, known only afterwards",
    Kind.CHARACTER: "judges a person",
    Kind.HUMAN_ERROR: "names a person's error as the cause; it is where the question begins",
    Kind.FAULT: "looks for whose fault it was",
    Kind.SLIP: "describes a person's slip, not what made it likely",
    Kind.TEAM_WORD: "is on your team's list of words",
}
SUGGESTION: dict[Kind, str] = {
    Kind.FAILED: (
        "Say what the person saw, and what did not help: “the runbook did not mention …”, “no check stopped …”."
    ),
    Kind.HINDSIGHT: (
        "Say what was known at that time and what would have shown it: “the dashboard did not show …”. "
        "What should be otherwise is an action: “add an alert on …”."
    ),
    Kind.CHARACTER: "Describe what was done and why it made sense then; leave out the judgement.",
    Kind.HUMAN_ERROR: "Ask what made the error easy and its effect large: “the tool asks no confirmation before …”.",
    Kind.FAULT: "Name the conditions instead of a person: “the change reached all regions at once, because …”.",
    Kind.SLIP: "Say what made the slip likely: “both terminals look the same”, “the field takes any value”.",
    Kind.TEAM_WORD: "Write it in other words.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """is_excused_by_no: a negation before it in the sentence turns it into its opposite."""

    kind: Kind
    pattern: re.Pattern[str]
    is_excused_by_no: bool = False


_P = rf"(?:{PERSON}+)"
_PS = rf"(?:{PERSON}+|{SELVES}+)"
_NONE = rf"(?:{NOBODY}+)"
_ANY = rf"(?:{PERSON}+|{SELVES}+|{NOBODY}+|{PUBLIC}+)"
_ADV = r"(?: (?:also|then|just|even|still|again|once|simply|\w{2,16}ly|never|always|at first|in turn))?"
_SUBJECT = rf"{_PS}{_ADV}"
_PARTICIPLE = (
    r"(?:\w{2,20}(?:ed|en|ught|elt|ept|own|awn)|been|had|done|gone|made|put|set|cut|let|read|run|shut|seen|said|told|held|"
    r"left|lost|met|paid|sent|begun|become|come|found|got|rolled|built|understood|stuck|kept|led|spent|won|hit|split)"
)
_BAD = (
    r"(?:careless|negligent|reckless|lazy|incompetent|stupid|sloppy|foolish|ignorant|inattentive|irresponsible|"
    r"unprofessional|dumb|clueless|inept|unqualified|untrained|inexperienced|thoughtless|inexcusable|unforgivable|"
    r"idiotic|complacent|undisciplined|distracted|impatient|overconfident|too slow|too late to react|asleep)"
)
_BADLY = r"(?:carelessly|recklessly|negligently|foolishly|irresponsibly|stupidly|lazily|thoughtlessly|sloppily)"
_SLIPPED = r"(?:accidentally|mistakenly|inadvertently|wrongly|erroneously|blindly|unwisely|incorrectly|prematurely)"
_ERROR = (
    r"(?:errors?|mistakes?|fault|slip-?up|oversight|negligence|carelessness|incompetence|failure|blunder|sloppiness|"
    r"error of judgement)"
)
_LOOKING = (
    r"(?:check|read|test|think|understand|tell|bother|verify|follow|ask|escalate|review|pay|care|announce|warn|realise|"
    r"realize|communicate|look|listen|double-?check|validate|inform|notify|confirm|respond|react)"
)
_DID = (
    r"(?:checked|read|tested|thought|told|bothered|verified|followed|asked|escalated|reviewed|cared|looked|listened|"
    r"acted|validated|announced|warned|informed)"
)


def _rule(kind: Kind, pattern: str, *, no: bool = False) -> Rule:
    return Rule(kind, re.compile(pattern), no)


RULES: tuple[Rule, ...] = (
    # Errors of people as the cause.
    _rule(
        Kind.HUMAN_ERROR,
        rf"\b(?:human|manual|pilot|finger|user) (?:error|mistake|failure|oversight)s?\b"
        rf"|(?:{_P}|{PUBLIC}+)(?:'s|s')? (?:\w+ )?{_ERROR}\b"
        rf"|\b(?:errors?|mistakes?|typos?|oversight|carelessness|negligence|blunder|slip)(?: made)? (?:by|of|from) "
        rf"(?:the |an? |our |one of (?:the|our) )?(?:[\w-]+ ){{0,2}}?{_PS}"
        rf"|\b(?:my|our) (?:own )?(?:mistake|fault|error|bad|negligence|carelessness)\b",
        no=True,
    ),
    # Fault and blame.
    _rule(
        Kind.FAULT,
        rf"{_PS} (?:is|are|was|were|am)(?: \w+ly)? (?:to blame|at fault|the culprit|guilty|culpable)\b"
        rf"|\b(?:to )?blam(?:e|es|ed|ing) (?:on |for this on )?(?:the |our |an? )?(?:[\w-]+ ){{0,2}}?{_PS}"
        rf"|\b(?:blame|fault|guilt|responsibility) (?:for this |for the outage )?(?:lies|rests|falls|is) (?:with|on) "
        rf"(?:the |our |an? )?(?:[\w-]+ ){{0,2}}?{_PS}"
        rf"|{_P} (?:is|are|was|were) (?:solely |personally |directly )?responsible for (?:the |this |that )?"
        rf"(?:outage|incident|failure|breach|loss|damage|mess|problem|downtime|mistake|error)"
        rf"|\bh(?:old|olds|eld|olding) (?:the |our )?(?:[\w-]+ ){{0,2}}?{_PS} (?:accountable|responsible)\b"
        rf"|{_PS}(?:'s|s')? (?:own )?fault\b",
        no=True,
    ),
    # What only hindsight knows.
    _rule(
        Kind.HINDSIGHT,
        rf"{_PS}{_ADV} (?:should|ought to|would|might|could)(?:n't| not)?{_ADV}(?: easily)? have{_ADV} "
        rf"(?:just |simply )?{_PARTICIPLE}\b"
        rf"|{_PS}{_ADV} (?:should've|could've|shouldn't've|must have known)\b"
        rf"|\bif only(?: the| an?| our)?(?: [\w-]+){{0,2}}? {_PS}"
        rf"|\b(?:if|had)(?: the| an?| our| one of our)?(?: [\w-]+){{0,2}}? {_PS}(?: had| simply| only| just)* "
        rf"(?:not )?{_PARTICIPLE}\b(?=[^.]*\b(?:would|could|might)\b)"
        rf"|\b(?:would|could|might)(?: not|n't)? have [^.|]{{1,60}}? (?:if|had)(?: the| an?| our)?(?: [\w-]+){{0,2}}? "
        rf"{_PS}(?: had)? (?:not )?{_PARTICIPLE}\b"
        rf"|{_PS} (?:should (?:really )?know|knew|should have known) better\b",
    ),
    # That they failed.
    _rule(
        Kind.FAILED,
        rf"{_SUBJECT} (?:failed to|failed (?:the|us|our)\b|neglected|forgot|overlooked|ignored|disregarded|missed the|"
        rf"didn't bother|did not bother|couldn't be bothered|omitted to|refused to)"
        rf"|{_P}{_ADV} (?:did not|didn't|never)(?: \w+ly| even)? (?:{_LOOKING}|{_DID})\b"
        rf"|{_NONE} (?:even )?(?:bothered|cared|acted|checked|tested|reviewed|verified|validated|asked)\b"
        rf"|\b(?:ignored|overlooked|forgotten|neglected|missed|botched|disregarded|never \w+ed) by (?:the |an? |our )?"
        rf"(?:[\w-]+ ){{0,2}}?{_P}"
        rf"|{_P} (?:lack(?:s|ed)|has no|had no|have no) (?:the |any )?(?:discipline|diligence|skills?|competence|"
        rf"attention|care|idea|clue|common sense)\b",
    ),
    # What is said about their character.
    _rule(
        Kind.CHARACTER,
        rf"{_ANY}[^.|;]{{0,80}}? (?:is|are|was|were|been|being|too|so|acted|which (?:is|was)|\w+ was) "
        rf"(?:\w+ly |too |so |very |rather |quite |simply )?{_BAD}\b(?! of the (?:tool|default))"
        rf"|\b{_BAD}(?: [\w-]+){{0,2}}? {_P}"
        rf"|{_P}(?:'s|s') {_BAD}\b"
        rf"|{_ANY}[^.|;]{{0,60}} {_BADLY}\b|\b{_BADLY}\b[^.|;]{{0,40}} (?:by )?{_P}"
        rf"|\b{_BAD} (?:typo|mistake|error|decision|change|command)\b[^.|;]{{0,20}} (?:by|of) (?:the |an? )?{_P}"
        rf"|\b(?:lack of (?:attention|care|diligence|discipline|competence)|"
        rf"(?:poor|bad|wrong) (?:judge?ment|decisions?|choices?|work)|"
        rf"recklessness|laziness|incompetence|negligence|carelessness)\b[^.|;]{{0,20}}? "
        rf"(?:by|of|from|on the part of) (?:the |an? |our )?(?:[\w-]+ ){{0,2}}?{_PS}",
        no=True,
    ),
    # What slipped.
    _rule(
        Kind.SLIP,
        rf"{_SUBJECT} {_SLIPPED} \w+"
        rf"|{_P} (?:was not|were not|wasn't|weren't) (?:paying attention|careful|attentive|listening)\b"
        rf"|{_PS}{_ADV} (?:made|commits?|committed) (?:an?|the|this|several|two|another) (?:\w+ ){{0,2}}?"
        rf"(?:mistakes?|errors?|typos?|blunders?|oversights?)\b"
        rf"|{_SUBJECT} (?:messed up|screwed up|botched|broke (?:the |our |prod|it|every)|panicked|slept through|"
        rf"violated|"
        rf"misconfigured|misread|misunderstood|mistyped|misjudged|fat-fingered|mishandled|caused (?:the|this|an?) "
        rf"(?:outage|incident|failure)|took (?:far |much |way )too long|was too (?:slow|late|busy|tired)|were too)"
        rf"|{_P}(?: [\w'-]+){{1,8}}? without (?:thinking|permission|asking|checking|reading|testing|"
        rf"approval|telling|reviewing)\b"
        rf"|{_SUBJECT} (?!saw |got |received |noticed |found |was |were |had |sees )[\w-]+(?:ed|ew|an|ent|ut|it|lled)? "
        rf"(?:\w+ ){{0,3}}?(?:the|a|into the) (?:wrong|incorrect) \w+"
        rf"|\bthe wrong \w+ was \w+ by {_P}"
        rf"|\bby (?:the |an? )?{_P}[^.|;]{{0,20}}\b(?:in error|by mistake|by accident)\b"
        rf"|{_P}[^.|;]{{1,60}} (?:in error|by mistake|by accident)\b",
    ),
)

# A negation that turns blame round: "nobody is to blame", "we avoid the term", "rather than blaming".
NEGATION = re.compile(
    rf"{NOBODY}|\b(?:not|n't|no|never|nor|without|neither|avoids?|avoided|avoiding|instead of|rather than|cannot|stop|"
    r"hides?|beyond|isn't|wasn't|don't|doesn't|didn't|myth|blameless|more than|far from)\b"
)
# What follows can take it back, too: "human error is never a root cause", "calling this … would hide".
TAKEN_BACK = re.compile(
    r"\b(?:is|are|was|were|would|should|must)(?: \w+)? (?:not|never|no|hide|a symptom)\b|\bgit blame\b"
)
