"""One voice, recounted: sealed journal, versions of the rules, committee, corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rules_version",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_rules_version_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rules_version_person_id")),
        sa.PrimaryKeyConstraint("edition_id", "version", name=op.f("pk_rules_version")),
    )
    op.create_table(
        "opinion",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "favourable", "reserved", "unfavourable", name="stance", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_opinion_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opinion_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_opinion_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_opinion")),
    )
    with op.batch_alter_table("opinion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "recusal",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_recusal_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_recusal_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_recusal")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index("ix_recusal_edition_person", ["edition_id", "person_id"], unique=False)

    op.create_table(
        "sealed_line",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=True),
        sa.Column("replaces", sa.String(length=20), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sealed_line_edition_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sealed_line_event_id")),
        sa.PrimaryKeyConstraint("edition_id", "position", name=op.f("pk_sealed_line")),
        sa.UniqueConstraint("event_id", name=op.f("uq_sealed_line_event_id")),
    )
    with op.batch_alter_table("sealed_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_line_receipt"), ["receipt"], unique=False)
        batch_op.create_index(batch_op.f("ix_sealed_line_replaces"), ["replaces"], unique=False)

    op.create_table(
        "decision_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "retained", "not_retained", "deferred", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_decision_correction_has_a_reason")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_decision_correction_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_correction_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["decision.proposal_id"], name=op.f("fk_decision_correction_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_correction")),
    )
    with op.batch_alter_table("decision_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_correction_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_correction_proposal_id"), ["proposal_id"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attachment_unverified",
            ["id"],
            unique=False,
            sqlite_where=sa.text("verified_at IS NULL"),
            postgresql_where=sa.text("verified_at IS NULL"),
        )

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("explanation", sa.Text(), server_default=sa.text("''"), nullable=False))

    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost", sa.Numeric(precision=14, scale=2), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))

    weight = sa.Enum("counted", "pending", "void", name="weight", native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("population", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("told", weight, nullable=True))
    _fill_supports()
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.alter_column("told", existing_type=sa.String(length=40), nullable=False)
        batch_op.create_index("ix_support_untold", ["edition_id", "told"], unique=False)
    _first_versions()


def _fill_supports() -> None:
    """What the register says of each voter now, and what the attachment behind each support makes it worth."""
    op.execute("UPDATE support SET region = (SELECT region FROM collectivite WHERE siren = support.siren)")
    op.execute("UPDATE support SET population = (SELECT population FROM collectivite WHERE siren = support.siren)")
    op.execute(
        "UPDATE support SET told = CASE"
        " WHEN set_aside_at IS NOT NULL THEN 'void'"
        " WHEN (SELECT verified_at FROM attachment WHERE id = support.attachment_id) IS NOT NULL THEN 'counted'"
        " WHEN (SELECT status FROM attachment WHERE id = support.attachment_id) = 'pending' THEN 'pending'"
        " ELSE 'void' END"
    )


def _first_versions() -> None:
    """The rules of each edition as they stand are the first ones told."""
    names = ("voter_kinds", "max_supports", "tallies_hidden")
    types = dict(zip(names, (sa.JSON(), sa.Integer(), sa.Boolean()), strict=True))
    edition = sa.table(
        "edition",
        sa.column("id"),
        sa.column("created_at", sa.DateTime(timezone=True)),
        *(sa.column(name, type_) for name, type_ in types.items()),
    )
    version = sa.table(
        "rules_version",
        *(sa.column(name) for name in ("edition_id", "version", "reason")),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("said", sa.JSON()),
    )
    rows = op.get_bind().execute(sa.select(edition)).all()
    op.bulk_insert(
        version,
        [
            {
                "edition_id": row.id,
                "version": 1,
                "at": row.created_at,
                "reason": "Règles annoncées avec l’édition.",
                "said": {name: getattr(row, name) for name in names},
            }
            for row in rows
        ],
    )


def downgrade() -> None:
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.drop_index("ix_support_untold")
        batch_op.drop_constraint(op.f("ck_support_weight"), type_="check")
        batch_op.drop_column("told")
        batch_op.drop_column("population")
        batch_op.drop_column("region")

    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_column("revision")
        batch_op.drop_column("cost")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_column("explanation")

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attachment_unverified",
            sqlite_where=sa.text("verified_at IS NULL"),
            postgresql_where=sa.text("verified_at IS NULL"),
        )

    with op.batch_alter_table("decision_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_correction_proposal_id"))
        batch_op.drop_index(batch_op.f("ix_decision_correction_edition_id"))

    op.drop_table("decision_correction")
    with op.batch_alter_table("sealed_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_line_replaces"))
        batch_op.drop_index(batch_op.f("ix_sealed_line_receipt"))

    op.drop_table("sealed_line")
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.drop_index("ix_recusal_edition_person")

    op.drop_table("recusal")
    with op.batch_alter_table("opinion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinion_edition_id"))

    op.drop_table("opinion")
    op.drop_table("rules_version")
