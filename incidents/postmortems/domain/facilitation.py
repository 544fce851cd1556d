"""Questions for whoever facilitates the meeting, by part of the document. They ask how and what, never who.

Sources: Etsy's Debriefing Facilitation Guide (2016); Google SRE workbook, chapter 10; Howie, the post-incident guide.
"""

from __future__ import annotations

OPENING = (
    "Everybody here did what made sense to them with what they knew. What do we want to understand by the end?",
    "Who was there, and whose view are we missing?",
)
QUESTIONS: dict[str, tuple[str, ...]] = {
    "summary": ("How would you tell it to somebody who joins next month?",),
    "customer-impact": ("What did customers tell us that no graph showed?", "Which numbers do we trust, and why?"),
    "timeline": (
        "What were you looking at just then, and what did you expect to see?",
        "When did it feel routine, and when did that change?",
    ),
    "detection": ("What told you that something was off?", "What did the system say that nobody was listening to?"),
    "response": (
        "Which ways to act did you see at that moment? What made one of them better?",
        "What did you try that usually works?",
        "Where did you wait, and for what?",
    ),
    "factors": (
        "What had to be true at the same time for this to happen?",
        "Which of it is true on every other day, and goes well?",
    ),
    "whys": ("Is there another answer to this why?", "What makes the last answer likely to come back?"),
    "what-went-well": ("What do we rely on that nobody wrote down?", "Who made it go well by adapting?"),
    "where-we-got-lucky": ("What would this have been at noon, or on a day off?",),
    "what-surprised-us": ("What do you know now about how it works that you did not know before?",),
    "actions": ("What would tell us that this change helped?", "What does this make harder for whom?"),
}
CLOSING = ("What should others in the organisation hear of this?", "How was this conversation for you?")
TITLES = {"timeline": "Timeline", "factors": "Contributing factors", "whys": "Five whys", "actions": "Action items"}
