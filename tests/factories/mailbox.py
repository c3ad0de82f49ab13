"""What people find in their mail."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.notify.models import Mail


def mails_to(sessions: sessionmaker[Session], recipient: str) -> list[Mail]:
    """The mails in the outbox for somebody, oldest first."""
    with sessions() as session:
        found = session.scalars(select(Mail).where(Mail.recipient == recipient).order_by(Mail.id))
        return list(found)


def link_in(mail: Mail) -> str:
    """The path of the link in a mail; the same in text and HTML."""
    (path,) = set(re.findall(r"^http://localhost(/\S+)$", mail.text, re.M))
    assert f'href="http://localhost{path}"' in mail.html
    return str(path)
