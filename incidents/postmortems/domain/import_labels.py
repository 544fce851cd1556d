"""The words by which postmortems of many houses head their parts and label their facts.

Read for this: the example of Google's SRE book, the templates of Atlassian, PagerDuty, Etsy (Morgue), GitLab and
GitHub issues, and the collection at https://github.com/danluu/post-mortems.
"""

from __future__ import annotations

import re

# What becomes rows instead of text.
TIMELINE, FACTORS, WHYS, ACTIONS, FACTS = "timeline", "factors", "whys", "actions", "facts"

_HEADINGS: tuple[tuple[str, str], ...] = (
    (WHYS, r"(the )?(five|5)[ -]whys?( analysis)?|why-?why( analysis)?"),
    (
        TIMELINE,
        r"(incident |event |detailed |full |high[ -]level )?(time ?lines?|chronology|sequence of events|log of events)"
        r"( of (the )?(events?|incident|outage))?|what happened when|course of events|events",
    ),
    (
        ACTIONS,
        r"(list of |our |planned |proposed )?(action[ -]?(items?|plan)|actions?( (taken|to take))?|follow[ -]?ups?"
        r"( (actions?|items?|tasks?|work))?|corrective (and preventative |and preventive )?(actions?|measures?)|"
        r"preventi?(ve|on|tative) (actions?|measures?|steps)|remediation( items| actions| steps| plan)?|next steps|"
        r"to[ -]?dos?|tasks|tickets|how (do|will|can) we prevent (this|it)( from happening again)?|"
        r"what (are we|will we be) doing( about it| to prevent this)?|backlog( check)?|related issues|jira tickets)",
    ),
    (
        FACTORS,
        r"(the |probable |technical )?(root[ -]?causes?|contributing (factors?|causes?|conditions)|causes?|triggers?|"
        r"fault|why did (it|this) happen|what caused (it|this|the (incident|outage|issue|problem)))"
        r"( analysis| identification)?( (and|&) (triggers?|contributing factors|root causes?|analysis))?|rca",
    ),
    (
        "summary",
        r"(executive |incident |postmortem |issue |high[ -]level |brief )?(summary|overview|abstract|synopsis|tl;?dr|"
        r"description|introduction|background and summary)( of (the )?(incident|issue|events|outage))?|"
        r"what happened|in short|leadup and summary",
    ),
    (
        "customer-impact",
        r"(customer |user |business |service |overall |client |external )?(impact|effects?)( assessment| analysis| "
        r"summary| on (customers|users|the business))?|customers? (affected|impacted)|who was (affected|impacted)|"
        r"customer experience|blast radius|(scope|extent) of (the )?(impact|damage|outage)|damage",
    ),
    (
        "detection",
        r"(incident |how was (it|this|the incident) )?(detection|detected|discovery|alerting|monitoring)"
        r"( and (alerting|monitoring|diagnosis))?|how (did we|we) (find|found|notice|noticed|detect|detected)( out|"
        r" it)?|"
        r"how we knew",
    ),
    (
        "response",
        r"(incident |our |the |emergency )?(response|resolution|recovery|mitigation|remediation and recovery|"
        r"diagnosis|investigation|handling|troubleshooting)( (and|&) (recovery|resolution|mitigation|response))?|"
        r"how (did we|we) (fix|fixed|respond|responded|resolve|resolved)( it)?|what we did|trigger and resolution|"
        r"steps taken",
    ),
    (
        "what-went-well",
        r"(what|things that|the things that) (went|worked|goes) (well|right|good)|what worked|positives|the good|"
        r"successes|good|went well|what did we do well|worked well",
    ),
    (
        "where-we-got-lucky",
        r"(where|how) (we|did we) (got|get) lucky|(what|where) (was|were) (luck|we lucky|lucky)|luck|lucky breaks",
    ),
    (
        "what-surprised-us",
        r"what (surprised|was surprising)( us| to us)?|surprises?|what did(n't| not) we expect|unexpected( findings)?",
    ),
    (
        FACTS,
        r"(incident |key |basic |general |the )?(meta-?data|details|information|info|facts|at a glance|data|profile|"
        r"properties|attributes|header|identification)",
    ),
)
HEADINGS = tuple((kind, re.compile(pattern)) for kind, pattern in _HEADINGS)

# Facts of an incident, by the words of their label.
_LABELS: tuple[tuple[str, str], ...] = (
    ("title", r"title|incident (title|name)|name|subject|incident"),
    (
        "started",
        r"(incident |outage |impact |issue |event |problem )?(start(ed|s)?|began|begins?|beginning|onset|occurred|from|"
        r"opened|created)( (at|on|time|date|date/time|date & time|datetime))?( \(?\w{2,4}\)?)?|start(ed)?_?at|"
        r"(time|date) of (start|onset|impact|incident start)",
    ),
    (
        "resolved",
        r"(incident |outage |impact |issue |event )?(end(ed|s)?|resolved|resolution|finished|fixed|closed|recovered|"
        r"restored|service restored|all clear|until|to)( (at|on|time|date|date/time|datetime))?( \(?\w{2,4}\)?)?|"
        r"(end|resolved|closed)_?at|time of (resolution|recovery)",
    ),
    ("detected", r"(time |incident )?(detected|detection|discovered|noticed|alerted|reported|identified)( (at|on|"
         r"time))?|detected_?at|time of detection"),
    ("acknowledged", r"(acknowledged|acked|acknowledg(e)?ment|responded|response)( (at|on|time))|acknowledged|acked"),
    ("mitigated", r"(mitigated|mitigation|stabilised|stabilized)( (at|on|time))?|mitigated_?at"),
    (
        "date",
        r"(incident |outage |event )?(date|dates|when|day|time|period|window|date ?/ ?time|date (and|&) time|timeframe|"
        r"time frame|occurred|incident date)( \(?\w{2,4}\)?)?|date of (the )?(incident|outage|event|occurrence)|"
        r"(incident|outage|impact) (window|period|date|time|dates)",
    ),
    ("duration", r"(incident |outage |impact |total |overall )?(duration|length|down ?time|time to (resolve|"
         r"resolution|recover|repair|mitigate))|ttr|mttr|how long"),
    ("severity", r"(incident )?(severity|sev|priority|severity level|impact level|level|classification|"
         r"urgency)( level)?"),
    ("services", r"(affected|impacted|related|failed)? ?(services?|systems?|components?|products?|applications?|"
         r"features?)( (affected|impacted|involved))?|service\(s\)( affected| impacted)?"),
    ("tags", r"tags?|labels?|keywords|topics"),
    ("people", r"authors?|owners?|written by|incident (commander|owner|lead|manager)s?|ic|commander|responders?|"
         r"participants?|team|facilitator|scribe|prepared by|reviewers?|on-?call|dri|author\(s\)|reported by|lead|"
         r"contributors"),
    ("state", r"status|state|stage"),
    ("number", r"(incident )?(id|number|no\.?|#|key|ref(erence)?|ticket|issue|link|url)|jira|tracking( issue|"
         r" ticket)?"),
    ("other", r"(error )?budget( spent)?|region|environment|customers? (affected|impacted)|revenue( lost| impact)?|"
         r"category|type|root ?cause category|slo|last (modified|updated)|created|version|reviewed|postmortem date|"
         r"document date|published|detected by|detection method|visibility"),
)  # fmt: skip
LABELS = tuple((kind, re.compile(pattern)) for kind, pattern in _LABELS)

_NOISE = re.compile(r"^[\W\d_]*(?:\(?[ivx]{1,4}[.)]\s+|section \d+[.:]?\s*)?|[\s:：?.!*_`#—–-]*$", re.IGNORECASE)
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]{0,120}[)\]]\s*$")
_MARKS = re.compile(r"[*_`~]+|<[^<>]{0,80}>|:[a-z_]{2,30}:")
_HEADING_MAX = 100


def plain(text: str) -> str:
    """Without marks of Markdown, emoji, numbering and closing colon; in lower case, blanks single."""
    return " ".join(_NOISE.sub("", _MARKS.sub("", text)).split()).lower().replace("’", "'")


def heading_kind(text: str) -> str:
    """Of a section (domain/sections.py) or one of the kinds above; blank: not known."""
    if len(text) > _HEADING_MAX:
        return ""
    for written in dict.fromkeys((plain(text), plain(_BRACKET.sub("", text)))):
        # "5 Whys" keeps its number.
        for candidate in (written, " ".join(_MARKS.sub("", text).split()).lower().strip(" :#")):
            for kind, pattern in HEADINGS:
                if pattern.fullmatch(candidate):
                    return kind
    return ""


def label_kind(text: str) -> str:
    """Of a fact; blank: not known."""
    if len(text) > 60:
        return ""
    for written in dict.fromkeys((plain(text), plain(_BRACKET.sub("", text)))):
        for kind, pattern in LABELS:
            if pattern.fullmatch(written):
                return kind
    return ""
