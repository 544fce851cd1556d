"""Mails in a directory of this machine, to look at what would be sent: `mutt -f DATA_DIR/mail`."""

from __future__ import annotations

import mailbox
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from reliability.channels.domain.outcome import Outcome, Result

MAILS_MAX = 500


class Mailbox:
    """A Maildir; of more than MAILS_MAX mails the oldest are forgotten."""

    def send(self, mail: EmailMultiAlternatives) -> Outcome:
        place = Path(settings.EMAIL_MAILBOX)
        try:
            for folder in ("tmp", "new", "cur"):  # also within a directory that somebody made by hand
                (place / folder).mkdir(parents=True, exist_ok=True)
            box = mailbox.Maildir(place)
            key = box.add(mail.message().as_bytes())
            _forget_oldest(place)
        except OSError as error:
            return Outcome(Result.RETRY, f"the mailbox {place} takes no mail: {error.strerror or error}")
        return Outcome(Result.DELIVERED, f"kept in the mailbox {place}, as no mail server is set up", external_id=key)


def _forget_oldest(place: Path) -> None:
    mails = [path for folder in ("new", "cur") for path in (place / folder).iterdir()]
    for path in sorted(mails, key=lambda path: path.stat().st_mtime_ns)[:-MAILS_MAX]:
        path.unlink(missing_ok=True)
