"""Words and stems refer to nothing: texts are never deleted, and half a million words at once were each checked twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("contribution_term", "contribution_word")
REFERENCES = (("edition_id", "edition"), ("contribution_id", "contribution"))


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch_op:
            for column, _ in REFERENCES:
                batch_op.drop_constraint(op.f(f"fk_{table}_{column}"), type_="foreignkey")


def downgrade() -> None:
    for table in TABLES:
        op.execute(sa.text(f"DELETE FROM {table} WHERE contribution_id NOT IN (SELECT id FROM contribution)"))  # noqa: S608
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch_op:
            for column, referred in REFERENCES:
                batch_op.create_foreign_key(op.f(f"fk_{table}_{column}"), referred, [column], ["id"])
