"""Propositions withdrawn before the vote: readable for ever, no longer among those put to it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawn_proposal",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("for_whom", sa.Text(), nullable=False),
        sa.Column("is_fictitious", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_withdrawn_proposal_has_a_reason")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_withdrawn_proposal_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "number", name=op.f("pk_withdrawn_proposal")),
    )


def downgrade() -> None:
    op.drop_table("withdrawn_proposal")
