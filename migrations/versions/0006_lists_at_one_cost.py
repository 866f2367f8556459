"""Lists of contributions at one cost: how many share each, and which hold each word, kept."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTED = ("status", "type", "departement", "region", "kind", "stratum", "siren", "hidden_at")
"""What a list of contributions filters by."""


def upgrade() -> None:
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        batch_op.add_column(sa.Column("me_too_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.drop_index("ix_contribution_listed")
        batch_op.create_index("ix_contribution_listed", ["edition_id", "number", *LISTED, "id"], unique=False)
        batch_op.create_index("ix_contribution_shared", ["edition_id", "me_too_count", "number", *LISTED, "id"], unique=False)
        batch_op.create_index(
            "ix_contribution_hidden",
            ["edition_id", "number"],
            unique=False,
            sqlite_where=sa.text("hidden_at IS NOT NULL"),
            postgresql_where=sa.text("hidden_at IS NOT NULL"),
        )
    op.execute(
        "UPDATE contribution SET me_too_count = (SELECT count(*) FROM me_too WHERE me_too.contribution_id = contribution.id)"
    )
    op.execute(
        "CREATE TEMPORARY TABLE held_terms AS SELECT contribution.edition_id, term, number / 63 AS block, "
        "sum(CAST(1 AS BIGINT) << (number % 63)) AS held FROM contribution_term "
        "JOIN contribution ON contribution.id = contribution_term.contribution_id "
        "GROUP BY contribution.edition_id, term, number / 63"
    )
    op.drop_table("contribution_term")
    op.create_table(
        "contribution_term",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "term", "block", name=op.f("pk_contribution_term")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contribution_term", schema=None) as batch_op:
        batch_op.create_index("ix_contribution_term_edition_id_block", ["edition_id", "block"], unique=False)
    op.execute("INSERT INTO contribution_term (edition_id, term, block, held) SELECT * FROM held_terms")
    op.execute("DROP TABLE held_terms")
    themed = "contribution_theme JOIN contribution ON contribution.id = contribution_id"
    places = ("type", "departement", "region", "kind", "stratum", "siren")
    for name, column, table in [*((name, name, "contribution") for name in places), ("theme", "theme_id", themed)]:
        op.execute(
            "INSERT INTO contribution_term (edition_id, term, block, held) "  # noqa: S608 - our own words
            f"SELECT edition_id, '={name}:' || {column}, number / 63, sum(CAST(1 AS BIGINT) << (number % 63)) FROM {table} "
            f"WHERE {column} IS NOT NULL GROUP BY edition_id, {column}, number / 63"
        )


def downgrade() -> None:
    op.execute(
        "CREATE TEMPORARY TABLE held_terms AS SELECT contribution.edition_id, term, contribution.id FROM contribution_term "
        "JOIN contribution ON contribution.edition_id = contribution_term.edition_id AND number / 63 = block "
        "AND (held >> (number % 63)) & 1 = 1 WHERE substr(term, 1, 1) <> '='"
    )
    op.drop_table("contribution_term")
    op.create_table(
        "contribution_term",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "term", "contribution_id", name=op.f("pk_contribution_term")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contribution_term", schema=None) as batch_op:
        batch_op.create_index("ix_contribution_term_contribution_id", ["contribution_id"], unique=False)
    op.execute("INSERT INTO contribution_term (edition_id, term, contribution_id) SELECT * FROM held_terms")
    op.execute("DROP TABLE held_terms")
    with op.batch_alter_table("contribution", schema=None) as batch_op:
        for name in ("ix_contribution_hidden", "ix_contribution_shared", "ix_contribution_listed"):
            batch_op.drop_index(name)
        batch_op.drop_column("me_too_count")
        batch_op.create_index("ix_contribution_listed", ["edition_id", "number", *LISTED], unique=False)
