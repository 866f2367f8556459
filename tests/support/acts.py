"""What came of an act: why it was refused, what the journal says of it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.journal.model import Event


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    """Why an act is refused; the test fails when it is not."""
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def last_event() -> Event:
    """The latest line of the journal, as it is in the base now."""
    reading().expire_all()
    return reading().scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
