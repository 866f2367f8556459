"""Drafts, files, contests and rules of schemes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOLD = (
    sa.Column("who", sa.Text()),
    sa.Column("purpose", sa.Text()),
    sa.Column("funding", sa.Text()),
    sa.Column("min_population", sa.Integer()),
    sa.Column("opens_on", sa.Date()),
    sa.Column("closes_on", sa.Date()),
    sa.Column("source", sa.Text()),
)
"""What a scheme said itself, and its rules say from here on."""
WORDS = ("who", "purpose", "funding", "source")


def _scheme() -> sa.TableClause:
    return sa.table("scheme", sa.column("id"), sa.column("edition_id"), *(sa.column(one.name, one.type) for one in TOLD))


def _rule() -> sa.TableClause:
    lists = (sa.column(name, sa.JSON()) for name in ("kinds", "exempt_kinds", "themes", "unless"))
    texts = (sa.column(name, sa.Text()) for name in ("conditions", "exclusions", "reason"))
    instants = (sa.column(name, sa.DateTime(timezone=True)) for name in ("recorded_at", "replaced_at"))
    told = (sa.column(one.name, one.type) for one in TOLD)
    flag = sa.column("is_indicative", sa.Boolean())
    return sa.table("scheme_rule", sa.column("id"), sa.column("scheme_id"), flag, *told, *lists, *texts, *instants)


def _rules_from_schemes() -> None:
    """Give each scheme one rule that says what it said, then forget it there.

    Its threshold was never applied, only shown; the words beside it exempted the départements that they named first.
    """
    scheme, rule = _scheme(), _rule()
    edition = sa.table("edition", sa.column("id"), sa.column("created_at", sa.DateTime(timezone=True)))
    rows = op.get_bind().execute(
        sa.select(scheme, edition.c.created_at).join_from(scheme, edition, edition.c.id == scheme.c.edition_id)
    )
    nothing = {"kinds": [], "themes": [], "unless": [], "conditions": "", "exclusions": "", "reason": "", "replaced_at": None}
    written = [
        nothing
        | {one.name: getattr(row, one.name) for one in TOLD}
        | {
            "scheme_id": row.id,
            "recorded_at": row.created_at,
            "exempt_kinds": ["departement"] if row.min_population and "département" in row.who else [],
            "is_indicative": bool(row.min_population) and "environ" in row.who,
        }
        for row in rows
    ]
    op.bulk_insert(rule, written)
    with op.batch_alter_table("scheme", schema=None) as batch_op:
        for one in TOLD:
            batch_op.drop_column(one.name)


def _schemes_from_rules() -> None:
    """Give each scheme back what its latest rule in force says: it has one place for it."""
    with op.batch_alter_table("scheme", schema=None) as batch_op:
        for one in TOLD:
            batch_op.add_column(sa.Column(one.name, one.type, server_default="" if one.name in WORDS else None))
    scheme, rule, bind = _scheme(), _rule(), op.get_bind()
    for row in bind.execute(sa.select(rule).where(rule.c.replaced_at.is_(None)).order_by(rule.c.id)).all():
        values = {one.name: getattr(row, one.name) for one in TOLD}
        bind.execute(sa.update(scheme).where(scheme.c.id == row.scheme_id).values(values))
    with op.batch_alter_table("scheme", schema=None) as batch_op:
        for name in WORDS:
            batch_op.alter_column(name, existing_type=sa.Text(), nullable=False, server_default=None)


def _index_terms() -> None:
    """Each folded word of `search_text`, once a contribution. It holds letters, digits and spaces only: nothing to escape."""
    if op.get_bind().dialect.name == "postgresql":
        words = "unnest(string_to_array(trim(search_text), ' ')) AS word (value)"
    else:
        words = """json_each('["' || replace(trim(search_text), ' ', '","') || '"]') AS word"""
    op.execute(
        "INSERT INTO contribution_term (edition_id, term, contribution_id) "  # noqa: S608 - our own words
        f"SELECT DISTINCT edition_id, substr(word.value, 1, 60), contribution.id FROM contribution, {words} "
        "WHERE word.value <> ''"
    )


def upgrade() -> None:
    op.create_table(
        "contribution_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_contribution_import_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_import")),
    )
    with op.batch_alter_table("contribution_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_import_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "proposal_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proposal_correction_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_correction_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_correction")),
    )
    with op.batch_alter_table("proposal_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_correction_proposal_id"), ["proposal_id"], unique=False)

    op.create_table(
        "scheme_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("min_population", sa.Integer(), nullable=True),
        sa.Column("max_population", sa.Integer(), nullable=True),
        sa.Column("is_indicative", sa.Boolean(), nullable=False),
        sa.Column("exempt_kinds", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("unless", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=5, scale=4), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("funding", sa.Text(), nullable=False),
        sa.Column("exclusions", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name=op.f("ck_scheme_rule_days_in_order")
        ),
        sa.CheckConstraint(
            "max_population IS NULL OR max_population >= coalesce(min_population, 0)",
            name=op.f("ck_scheme_rule_population_in_order"),
        ),
        sa.CheckConstraint(
            "min_population IS NULL OR min_population >= 0", name=op.f("ck_scheme_rule_min_population_not_negative")
        ),
        sa.CheckConstraint("rate IS NULL OR (rate >= 0 AND rate <= 1)", name=op.f("ck_scheme_rule_rate_is_a_share")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_scheme_rule_recorded_by")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_rule_scheme_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["scheme_rule.id"], name=op.f("fk_scheme_rule_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_rule")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_scheme_rule_replaces_id")),
    )
    with op.batch_alter_table("scheme_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheme_rule_scheme_id"), ["scheme_id"], unique=False)
    _rules_from_schemes()

    op.create_table(
        "contribution_contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "contested",
            sa.Enum(
                "draft",
                "published",
                "reoriented",
                "ineligible",
                "grouped",
                "withdrawn",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("answered_at IS NULL OR answer <> ''", name=op.f("ck_contribution_contest_answer_has_a_reason")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_upheld IS NULL)", name=op.f("ck_contribution_contest_answered_one_way_or_the_other")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_contribution_contest_answered_by")),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_contest_contribution_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_contest_person_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_contribution_contest_siren")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_contest")),
        sa.UniqueConstraint("contribution_id", "siren", name=op.f("uq_contribution_contest_contribution_id_siren")),
    )
    op.create_table(
        "contribution_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column(
            "type", sa.Enum("need", "existing_service", name="contributiontype", native_enum=False, length=40), nullable=False
        ),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_draft_contribution_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_contribution_draft_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_draft_person_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_contribution_draft_siren")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_draft")),
    )
    with op.batch_alter_table("contribution_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_draft_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index("ix_contribution_draft_person_id_edition_id", ["person_id", "edition_id"], unique=False)

    op.create_table(
        "contribution_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("is_question", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_remark_contribution_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_remark_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_remark")),
    )
    with op.batch_alter_table("contribution_remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_remark_contribution_id"), ["contribution_id"], unique=False)

    op.create_table(
        "contribution_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_report_contribution_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_report_person_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_contribution_report_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_report")),
    )
    with op.batch_alter_table("contribution_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_report_contribution_id"), ["contribution_id"], unique=False)
        batch_op.create_index("ix_contribution_report_settled_at_at", ["settled_at", "at"], unique=False)

    op.create_table(
        "contribution_term",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_term_contribution_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_contribution_term_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "term", "contribution_id", name=op.f("pk_contribution_term")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contribution_term", schema=None) as batch_op:
        batch_op.create_index("ix_contribution_term_contribution_id", ["contribution_id"], unique=False)

    op.create_table(
        "contribution_version",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_version_contribution_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contribution_version_person_id")),
        sa.PrimaryKeyConstraint("contribution_id", "rank", name=op.f("pk_contribution_version")),
    )
    op.create_table(
        "contribution_word",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_word_contribution_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_contribution_word_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "word", "contribution_id", name=op.f("pk_contribution_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contribution_word", schema=None) as batch_op:
        batch_op.create_index("ix_contribution_word_contribution_id", ["contribution_id"], unique=False)

    op.create_table(
        "desk_presence",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_desk_presence_contribution_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_desk_presence_person_id")),
        sa.PrimaryKeyConstraint("contribution_id", "person_id", name=op.f("pk_desk_presence")),
    )
    op.create_table(
        "contribution_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "contribution_id IS NOT NULL OR draft_id IS NOT NULL", name=op.f("ck_contribution_file_joined_to_something")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_contribution_file_added_by")),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_file_contribution_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["contribution_draft.id"], name=op.f("fk_contribution_file_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_file")),
        sa.UniqueConstraint("key", name=op.f("uq_contribution_file_key")),
    )
    with op.batch_alter_table("contribution_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contribution_file_contribution_id"), ["contribution_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contribution_file_draft_id"), ["draft_id"], unique=False)

    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=3), nullable=True))
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "commune",
                    "epci",
                    "departement",
                    "region",
                    "special_status",
                    "other_grouping",
                    name="kind",
                    native_enum=False,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "stratum",
                sa.Enum(
                    "lt500",
                    "lt2000",
                    "lt3500",
                    "lt10000",
                    "lt50000",
                    "lt100000",
                    "ge100000",
                    name="stratum",
                    native_enum=False,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hidden_reason", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("source_reference", sa.String(length=200), nullable=True))
        batch_op.create_index(
            "ix_contribution_listed",
            ["edition_id", "number", "status", "type", "departement", "region", "kind", "stratum", "siren", "hidden_at"],
            unique=False,
        )
        batch_op.create_index("uq_contribution_source", ["edition_id", "source", "source_reference"], unique=True)
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column("profile", existing_type=sa.String(length=40), nullable=True)
        batch_op.drop_constraint(op.f("ck_contribution_a_need_is_a_collectivite_s"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_contribution_a_need_is_a_collectivite_s"),
            "siren IS NOT NULL OR type = 'existing_service' OR source IS NOT NULL",
        )
        batch_op.create_check_constraint(
            op.f("ck_contribution_somebody_wrote"), "(person_id IS NOT NULL AND profile IS NOT NULL) OR source IS NOT NULL"
        )
    op.execute("UPDATE contribution SET region = (SELECT region FROM collectivite WHERE siren = contribution.siren)")
    op.execute("UPDATE contribution SET kind = (SELECT kind FROM collectivite WHERE siren = contribution.siren)")
    op.execute("UPDATE contribution SET stratum = (SELECT stratum FROM collectivite WHERE siren = contribution.siren)")
    _index_terms()


def downgrade() -> None:
    with op.batch_alter_table("contribution_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_file_draft_id"))
        batch_op.drop_index(batch_op.f("ix_contribution_file_contribution_id"))

    op.drop_table("contribution_file")
    op.drop_table("desk_presence")
    with op.batch_alter_table("contribution_word", schema=None) as batch_op:
        batch_op.drop_index("ix_contribution_word_contribution_id")

    op.drop_table("contribution_word")
    op.drop_table("contribution_version")
    with op.batch_alter_table("contribution_term", schema=None) as batch_op:
        batch_op.drop_index("ix_contribution_term_contribution_id")

    op.drop_table("contribution_term")
    with op.batch_alter_table("contribution_report", schema=None) as batch_op:
        batch_op.drop_index("ix_contribution_report_settled_at_at")
        batch_op.drop_index(batch_op.f("ix_contribution_report_contribution_id"))

    op.drop_table("contribution_report")
    with op.batch_alter_table("contribution_remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_remark_contribution_id"))

    op.drop_table("contribution_remark")
    with op.batch_alter_table("contribution_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_contribution_draft_person_id_edition_id")
        batch_op.drop_index(batch_op.f("ix_contribution_draft_edition_id"))

    op.drop_table("contribution_draft")
    op.drop_table("contribution_contest")
    _schemes_from_rules()
    with op.batch_alter_table("scheme_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scheme_rule_scheme_id"))

    op.drop_table("scheme_rule")
    with op.batch_alter_table("proposal_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_correction_proposal_id"))

    op.drop_table("proposal_correction")
    with op.batch_alter_table("contribution_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contribution_import_edition_id"))

    op.drop_table("contribution_import")
    imported = "contribution_id IN (SELECT id FROM contribution WHERE person_id IS NULL)"
    op.execute(f"DELETE FROM contribution_theme WHERE {imported}")  # noqa: S608 - our own words
    op.execute(f"DELETE FROM me_too WHERE {imported}")  # noqa: S608
    op.execute(f"DELETE FROM proposal_contribution WHERE {imported}")  # noqa: S608
    op.execute("DELETE FROM contribution WHERE person_id IS NULL")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_contribution_somebody_wrote"), type_="check")
        batch_op.drop_constraint(op.f("ck_contribution_a_need_is_a_collectivite_s"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_contribution_a_need_is_a_collectivite_s"), "siren IS NOT NULL OR type = 'existing_service'"
        )
        batch_op.alter_column("profile", existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_index("uq_contribution_source")
        batch_op.drop_index("ix_contribution_listed")
        batch_op.drop_column("source_reference")
        batch_op.drop_column("source")
        batch_op.drop_column("hidden_reason")
        batch_op.drop_column("hidden_at")
        batch_op.drop_column("revision")
        batch_op.drop_column("stratum")
        batch_op.drop_column("kind")
        batch_op.drop_column("region")
