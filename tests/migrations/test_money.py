"""An envelope in euros before migration 0007 is the same amount in cents after it, and in euros again on the way back."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from consult.calendar.model import Edition
from consult.cli.site import alembic_config
from tests.support.engines import Engines

ENVELOPES = (("2021", Decimal("30000000.00")), ("2022", Decimal("0.29")), ("2023", Decimal("13300000.15")), ("2024", None))


@pytest.fixture
def url(engines: Engines, engine: str, tmp_path: Path) -> str:
    """An empty base."""
    return f"sqlite:///{tmp_path}/empty.sqlite3" if engine == "sqlite" else engines.postgresql_url(f"empty_{tmp_path.name}")


@pytest.fixture
def base(url: str) -> Iterator[Engine]:
    """The base as it was before the migration, with an edition an envelope."""
    command.upgrade(alembic_config(url), "0006")
    engine = create_engine(url)
    with engine.begin() as connection:
        for slug, envelope in ENVELOPES:
            connection.execute(
                text(
                    "INSERT INTO edition (slug, title, created_at, is_fictitious, voter_kinds, tallies_hidden, funding_rate,"
                    " envelope) VALUES (:slug, 'Édition', '2021-01-10 08:00:00', :no, '[]', :yes, :rate, :envelope)"
                ),
                {
                    "slug": slug,
                    "no": False,
                    "yes": True,
                    "rate": "0.3333",
                    "envelope": None if envelope is None else str(envelope),
                },
            )
        connection.execute(
            text(
                "INSERT INTO proposal (edition_id, number, title, summary, changes, for_whom, is_fictitious, created_at)"
                " SELECT id, 1, 'Proposition', '', '', '', is_fictitious, created_at FROM edition WHERE slug = '2021'"
            )
        )
        connection.execute(
            text(
                "INSERT INTO service (edition_id, number, proposal_id, name, summary, reason, born_at, phase)"
                " SELECT edition_id, 1, id, 'Service', '', 'Raison', created_at, 'investigation' FROM proposal"
            )
        )
    yield engine
    engine.dispose()


def test_an_envelope_is_the_same_amount_after_and_back(url: str, base: Engine) -> None:
    command.upgrade(alembic_config(url), "0007")
    column = Edition.__table__.c.envelope
    with base.connect() as connection:
        kept = dict(connection.execute(Edition.__table__.select().with_only_columns(Edition.slug, column)).all())
        cents = dict(connection.execute(text("SELECT slug, envelope FROM edition")).all())
        service = connection.execute(text("SELECT rate, cost, state_share, others, engaged, paid FROM service")).one()
    assert kept == dict(ENVELOPES)
    assert cents == {slug: None if envelope is None else int(envelope * 100) for slug, envelope in ENVELOPES}
    assert tuple(service) == (3333, 0, 0, 0, 0, 0)

    command.downgrade(alembic_config(url), "0006")
    with base.connect() as connection:
        back = dict(connection.execute(text("SELECT slug, envelope FROM edition")).all())
    assert {slug: None if amount is None else round(Decimal(str(amount)), 2) for slug, amount in back.items()} == dict(
        ENVELOPES
    )
