"""Who in a sentence is a person and what is a machine. "The operator failed" is a person; "the operator pod failed",
"the Kubernetes operator failed" and "the cluster manager failed" are machines.

Persons are marked by control characters as long as their words, so that patterns see who, and offsets stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PERSON, SELVES, NOBODY, PUBLIC = "\x01", "\x02", "\x03", "\x04"

_HEADS = (
    r"on-?call (?:engineers?|persons?|people|responders?|sres?|developers?|operators?)|on-?call(?:ers?)?|"
    r"engineers?|developers?|devs?|operators?|responders?|reviewers?|authors?|approvers?|committers?|maintainers?|"
    r"interns?|trainees?|contractors?|consultants?|technicians?|admins?|administrators?|sysadmins?|dbas?|sres?|"
    r"managers?|leads?|leaders?|supervisors?|commanders?|architects?|programmers?|coders?|testers?|analysts?|"
    r"colleagues?|co-?workers?|employees?|staff|persons?|people|individuals?|someone|somebody|everyone|everybody|"
    r"anyone|anybody|whoever|new hires?|juniors?|freelancers?|deployers?|releasers?|teammates?|team-?mates?|"
    r"members?|ceo|cto|guy|guys|woman|man|facilitators?|scribes?|dispatchers?|teams?|crew|squad|he|she"
)
# Heads that are persons only behind these words.
_SERVING = r"(?:support|service desk|help ?desk|call cent(?:re|er)|customer service) agents?"
# Heads that are machines behind these words.
_MACHINE_BEFORE = (
    r"kubernetes|k8s|prometheus|terraform|postgres(?:ql)?|strimzi|etcd|cert|gpu|ternary|boolean|logical|arithmetic|"
    r"comparison|pipe|cluster|task|package|queue|session|connection|process|window|resource|node|lock|memory|cache|"
    r"config|configuration|secrets?|certificate|boot|traffic|file|transaction|log|volume|state|service|device|job|"
    r"context|password|tag|display|virtual machine|vm|load|buffer|network namespace|raft|replica|partition|"
    r"consensus|kafka|zookeeper|custom|helm|job|automated|automatic|ai|pressure|cable|jumper"
)
_THING_BEHIND = (
    r"services?|pods?|process|processes|nodes?|portals?|dashboards?|frameworks?|agents?|databases?|apps?|applications?|"
    r"apis?|tools?|tooling|tables?|interfaces?|accounts?|sessions?|groups?|roles?|permissions?|lists?|pages?|consoles?|"
    r"views?|metrics?|scripts?|bots?|queues?|ids?|keys?|tokens?|configs?|configuration|settings?|library|libraries|"
    r"images?|containers?|jobs?|tasks?|plugins?|modules?|components?|endpoints?|guides?|handbooks?|rotations?|"
    r"schedules?|rotas?|shifts?|calendars?|channels?|experience|reviews?|laptops?|workflows?|uis?|clis?|sdks?|"
    r"onboarding|training|headcount|capacity|availability|names?|e?-?mails?|boards?|servers?|clusters?|data|records?|"
    r"requests?|traffic|inputs?|pools?|prox(?:y|ies)|clients?|controllers?|deployments?|environments?|modes?|states?|"
    r"status|flags?|features?|fields?|columns?|index|indexes|strings?|documentation|docs|wiki|runbooks?|policies|"
    r"policy|webhooks?|phones?|pagers?|numbers?|alerts?|notifications?|hand-?overs?|hand-?offs?|load|fatigue|"
    r"election|selection|elections|replicas?|partitions?|lease|resources?|operators?(?= (?:pod|framework))|framework"
)
_PUBLIC = r"users?|customers?|clients?|visitors?|shoppers?|merchants?|subscribers?|buyers?"
_NONE = r"nobody|no one|no-one|none of (?:us|them)|no (?:person|individual|engineer|team|human)"
_OURS = r"i|we"
# What people do and machines do not: "they" who did these are persons.
_DOING = (
    r"(?:should|could|ought|would|must)(?:n't| not|n't to| to)? (?:not )?have "
    r"(?:deployed|asked|told|read|noticed|tested|reviewed|known|thought|called|paged|escalated|merged|listened|"
    r"understood|realised|realized|looked|checked|warned|waited|planned|documented|communicated|touched)"
    r"|(?:forgot|neglected|ignored|didn't bother|did not bother|knew better|panicked|messed up|screwed up)"
)
# Given names seen often, where no responder is named: those of known products and plain words are left out.
_GIVEN = (
    "aaron adam adrian ahmed aisha alan alice alicia alina amanda amir amy ana andrea andreas andrew anita anja "
    "ann anna anne anton antonio arjun arthur barbara ben benjamin bob brian carla carlos carol caroline "
    "charlotte chen chloe chris christian christina christine claire clara daniel daniela dave david deborah "
    "deepak diana diego dimitri edward elena elizabeth emily emma eric erik eva fatima felix fiona francesca "
    "gabriel george greg hannah hans harry helen henrik igor ingrid irene ivan jacob james jan jane jennifer "
    "jessica joan johan john jonas jorge jose joseph juan julia julie karen karl kate katja keiko kevin kumar "
    "lars laura lena leon linda lisa louise lucas lucia luis maja manuel marco margaret maria marie marta martin "
    "mary matt matthew mei michael michelle miguel mike mohammed monica nadia natalia nicholas nicole nikhil nina "
    "noah olga oliver olivia oscar pablo patricia paul pedro peter petra philip pierre priya rachel rahul raj "
    "rajesh ravi rebecca richard robert roberto rosa ruth samuel sandra sanjay sara sarah sebastian sergei sergio "
    "simon sofia stefan stephen steve susan sven tanja tariq thomas tim tina tobias tom tomas ursula vera victor "
    "vijay vikram walter wei william xavier yuki yusuf zoe "
)
# Names that are words, too: only known behind or before another name.
_ALSO_WORDS = (
    "will mark may art rob bill grace hope faith joy chase drew pat sue gene page case max ray dean guy frank "
    "jack jasper travis claude jenkins puppet chef salt ruby rose iris dawn april june august summer autumn miles "
    "grant lance josh skip rich buck sunny star sky angel christian penny olive ivy robin wade clay cliff dale "
    "rusty ash chance victor an so do to in on it go la de my kim "
)
_WORDS = frozenset(_ALSO_WORDS.split())

# What follows the name of a person, hardly ever the word: "Grace should have", "Will forgot", "Mark's mistake".
_OF_A_PERSON = (
    r"(?=(?:,? who\b|'s (?:\w+ )?(?:mistakes?|errors?|fault|failure|oversight|carelessness|negligence)\b"
    r"| (?:(?:should|could|would|might|ought to|must)(?:n't| not)? have "
    r"(?!been (?!more\b|careful|aware|told|paged|there))|should've|could've"
    r"|did not|didn't|never|had not|hadn't|failed to|forgot|ignored|neglected|overlooked|missed the|broke|panicked"
    r"|knew better|(?:was|is) (?:to blame|at fault|careless|negligent|not careful|not paying)"
    r"|accidentally|mistakenly|carelessly|inadvertently|made (?:an?|the) (?:\w+ )?(?:mistake|error))\b))"
)

_BLOCK_BEHIND = rf"(?![\w-])(?! (?:{_THING_BEHIND})\b)(?!'s (?:{_THING_BEHIND})\b)"
_WHO = re.compile(
    rf"(?P<nobody>\b(?:{_NONE})\b(?: (?:on|in|of) (?:the |our )?\w+(?: team)?)?)"
    rf"|(?P<machine>\b(?:{_MACHINE_BEFORE})[ -](?:{_HEADS})\b)"
    rf"|(?P<person>(?<![\w.-])@[a-z][\w.-]{{1,60}}|\b(?:{_SERVING}|{_HEADS}){_BLOCK_BEHIND})"
    rf"|(?P<they>\bthey(?= (?:{_DOING})\b))"
    rf"|(?P<public>\b(?:{_PUBLIC}){_BLOCK_BEHIND})"
    rf"|(?P<ours>(?<![\w'.-])(?:{_OURS})(?=[ '’]))"
)
_MARK_OF = {"nobody": NOBODY, "person": PERSON, "they": PERSON, "public": PUBLIC, "ours": SELVES}


# What may stand between a person and the verb is part of the person: "on call", "in Berlin", "who was new,". A bare
# "who" is the person again: "the engineer who skipped …".
_OWN_WORDS = re.compile(
    rf"(?<=[{PERSON}{SELVES}{NOBODY}{PUBLIC}])(?:,? (?:on (?:call|duty|shift)|(?:in|from|at|of|on|for|behind) "
    r"(?:the |our |this |that |a )?[\w-]{1,30}(?: "
    r"(?!should|could|would|failed|did|was|were|forgot|must|ought|never|had)"
    r"[\w-]{1,20})?(?= (?:should|could|would|failed|did|was|were|is|forgot|must|ought|never|had|is|made|broke|ignored|"
    r"neglected|overlooked|missed|took|knew|to blame|accidentally|mistakenly|\w+ly)\b))"
    r"|,? who [^,.;:|]{1,60}?(?:,|(?= (?:had|has|have|should|could|failed|did|was|were|must|messed|"
    r"screwed|made|broke)\b))"
    r"|,? who\b)"
)


def names_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Of people known by name, whole or by one part, written with a capital letter. A part that is a word, too (Grace,
    Will), is a name where what follows is said of persons."""
    parts: set[str] = set()
    doubtful: set[str] = set()
    for name in names:
        words = name.split()
        if len(words) > 1:
            parts.add(" ".join(words))
        named = [word for word in words if len(word) > 1 and word[0].isupper()]
        parts.update(word for word in named if word.lower() not in _WORDS)
        doubtful.update(word for word in named if word.lower() in _WORDS)
    given = {name.capitalize() for name in _GIVEN.split() if name not in _WORDS}
    every = sorted(parts | given, key=lambda part: (-len(part), part))
    words_of = "|".join(re.escape(part) for part in every)
    surname = r"(?: [A-Z][a-zà-ž]{1,30}(?:-[A-Z][a-zà-ž]{1,30})?)?"
    plain = rf"(?:{words_of}){surname}(?![\w-]|\.\w)(?! [Ss]ervice\b| [Ss]erver\b)"
    either = rf"|(?:{'|'.join(map(re.escape, sorted(doubtful)))}){_OF_A_PERSON}" if doubtful else ""
    return re.compile(rf"(?<![\w.@/-])(?:{plain}{either})")


def mark_people(*, text: str, names: re.Pattern[str]) -> str:
    """The sentence in lower case, as long as before, with persons marked."""
    named = names.sub(lambda found: PERSON * len(found[0]), text)
    lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in named)
    marked = _WHO.sub(_marked, lower)
    return _OWN_WORDS.sub(lambda found: marked[found.start() - 1] * len(found[0]), marked)


def _marked(found: re.Match[str]) -> str:
    mark = _MARK_OF.get(found.lastgroup or "")
    return found[0] if mark is None else mark * len(found[0])
