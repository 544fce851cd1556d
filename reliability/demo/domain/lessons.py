"""What the demo's shop wrote down of its incidents: one postmortem that is published, and one that is being written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoLesson:
    """incident: its title; hours: after its resolution; writer, facilitator: email addresses; texts: by section.

    factors: (category, text); whys: an outline; annotations: beginning of an entry's text to Markdown.
    """

    incident: str
    hours: float
    writer: str
    facilitator: str
    texts: dict[str, str]
    factors: tuple[tuple[str, str], ...]
    whys: str
    annotations: tuple[tuple[str, str], ...] = ()
    title: str = ""
    is_published: bool = False


_BEN, _CHIARA = "ben.ortiz@example.org", "chiara.rossi@example.org"
_DEV, _EVA = "dev.patel@example.org", "eva.lindqvist@example.org"

# (service, objective whose events count, money per lost event, currency)
RATES = (("checkout", "checkout-availability", "18.40", "EUR"),)

LESSONS = (
    DemoLesson(
        "The orders database takes no connections",
        20,
        _EVA,
        _DEV,
        {
            "summary": (
                "For 20 minutes the orders database refused new connections. Checkout and payments waited for it until "
                "they timed out, so **nobody could order or pay**.\n\nThe monthly report job, enabled two hours "
                "before, had taken all 500 connections. It was stopped; orders went through again within two minutes."
            ),
            "customer-impact": (
                "Customers saw the page “We cannot take your order right now”. Baskets were kept: three of four came "
                "back within the hour.\n\n- no order was lost once it had been accepted\n- nobody was charged twice\n"
                "- support answered 41 calls"
            ),
            "detection": (
                "The objective of the orders database paged after four minutes. The connection pool itself has **no "
                "alert**: at 90 % it would have told us half an hour earlier."
            ),
            "response": (
                "The runbook said to look at the longest queries first. There were none: idle connections do not show "
                "there. `SELECT count(*), application_name FROM pg_stat_activity GROUP BY 2` named the job at once."
            ),
            "what-went-well": (
                "- Scribe and commander were there within five minutes.\n- Stopping the job needed no deployment."
            ),
            "where-we-got-lucky": "It was a Friday morning. On the first of the month the same job runs at noon.",
            "what-surprised-us": "The report job opens one connection for each shop of the chain and never closes it.",
        },
        (
            ("change", "The monthly report job was enabled in production two hours before"),
            ("capacity", "The connection pool of the report job has no upper bound"),
            ("detection", "No alert watches how many connections of the database are taken"),
            ("runbook", "The runbook looks for long queries, not for idle connections"),
        ),
        "- Why could nobody order for 20 minutes?\n"
        "  - The orders database refused new connections\n"
        "    - All 500 were taken by the report job\n"
        "      - Its pool has no upper bound, as the library's default is none\n"
        "        - No review asks for bounds of pools\n"
        "  - Checkout waited for the database until it timed out\n"
        "    - Reading prices and writing orders share one pool",
        (
            ("All 500 connections", "Found by `pg_stat_activity`, after six minutes of looking for *long queries*."),
            ("Stopping the report job", "Farid knew the job from an earlier team: nothing in the catalogue names it."),
        ),
        title="Nobody could order for 20 minutes: the report job took every connection",
    ),
    DemoLesson(
        "Checkout fails for a quarter of customers",
        30,
        _BEN,
        _CHIARA,
        {
            "summary": (
                "One in four orders ended with an error page after the payment step, for 49 minutes. It began with "
                "checkout 2026.46.1 and ended with the old version. **Nobody was charged for an order that failed.**"
            ),
            "customer-impact": (
                "Customers saw “Something went wrong” after they had confirmed the payment. Those whose session was "
                "older than the release could not order at all; new sessions could.\n\n- baskets were kept\n- payments "
                "of failed orders were released within the hour\n- 120 calls to support"
            ),
            "detection": (
                "The burn alert of checkout paged within three minutes. The canary had shown nothing: it only opens "
                "new sessions."
            ),
            "response": (
                "Rolling back was decided 16 minutes after the start and took 31 minutes more: the image of the "
                "old version had been pruned from the registry and had to be built again.\n\nSupport knew what to tell "
                "customers after twelve minutes."
            ),
            "what-went-well": "- The page named the deployment.\n- Communications began before anybody asked.",
            "where-we-got-lucky": "The build server was free. During office hours the queue is twenty minutes long.",
            "what-surprised-us": "The registry prunes images by age, not by whether they run somewhere.",
        },
        (
            ("change", "checkout 2026.46.1 reads a field that old sessions do not have"),
            ("testing", "The canary opens new sessions only, and never one from before the release"),
            ("configuration", "The registry keeps the images of three days, whether they are in use or not"),
        ),
        "- Why did orders fail for 49 minutes?\n"
        "  - The new version could not read old sessions\n"
        "    - It reads a field that sessions have since this release only\n"
        "    - The canary never tried an old session\n"
        "  - Rolling back took 31 minutes\n"
        "    - The old image was gone from the registry\n"
        "      - It prunes by age: three days",
        (("The roll-back hangs", "The runbook of rolling back does not say what to do without an image."),),
        title="One in four orders failed for 49 minutes after a release",
        is_published=True,
    ),
)
