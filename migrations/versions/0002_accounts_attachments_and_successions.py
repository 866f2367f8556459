"""Accounts, attachments and successions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ONE_OF_THE_WAYS = "way IN ('oidc', 'invitation', 'domain', 'mailbox', 'moderator')"


def upgrade() -> None:
    op.create_table(
        "address_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("old_code_hash", sa.String(length=64), nullable=False),
        sa.Column("new_code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_change_person_id"), ["person_id"], unique=False)

    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_person_id"), ["person_id"], unique=False)

    op.create_table(
        "muted_topic",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum("colleagues", "contributions", "results", "services", name="topic", native_enum=False, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_muted_topic_person_id")),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_muted_topic")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_person_id"), ["person_id"], unique=False)

    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "declined",
                "revoked",
                "expired",
                name="invitationoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_invitation_closed_with_an_outcome")),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"], name=op.f("fk_invitation_invited_by")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_invitation_siren")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_email_key", ["email_key"], unique=False)
        batch_op.create_index(
            "uq_invitation_live",
            ["siren", "email_key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "known_domain",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_known_domain_added_by")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_known_domain_siren")),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_known_domain")),
    )
    with op.batch_alter_table("known_domain", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_domain_siren"), ["siren"], unique=False)

    op.create_table(
        "official_mailbox",
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_official_mailbox_siren")),
        sa.PrimaryKeyConstraint("siren", name=op.f("pk_official_mailbox")),
    )
    op.create_table(
        "succession",
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("successor", sa.String(length=9), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_succession_siren")),
        sa.ForeignKeyConstraint(["successor"], ["collectivite.siren"], name=op.f("fk_succession_successor")),
        sa.PrimaryKeyConstraint("siren", "successor", name=op.f("pk_succession")),
    )
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_succession_successor"), ["successor"], unique=False)

    op.create_table(
        "mailbox_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_mailbox_code_attachment_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_mailbox_code_siren")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_code")),
    )
    with op.batch_alter_table("mailbox_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailbox_code_attachment_id"), ["attachment_id"], unique=False)
        batch_op.create_index("ix_mailbox_code_siren_sent_at", ["siren", "sent_at"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence", sa.JSON(), server_default="{}", nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_attachment_attachmentway"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_attachment_attachmentway"), ONE_OF_THE_WAYS)
        batch_op.create_index("ix_attachment_status_decided_at", ["status", "decided_at"], unique=False)
        batch_op.create_index("ix_attachment_siren_status", ["siren", "status"], unique=False)

    with op.batch_alter_table("collectivite", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_insee", sa.String(length=400), server_default=sa.text("''"), nullable=False))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_address_proved", sa.Boolean(), server_default=sa.text("true"), nullable=False))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("person_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "way",
                sa.Enum("code", "link", "oidc", "demo", name="sessionway", native_enum=False, length=40),
                server_default="code",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("device", sa.String(length=60), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("new_secret", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("attachment_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("id_token", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_person_session_attachment_id"), "attachment", ["attachment_id"], ["id"])

    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voice", sa.String(length=9), nullable=True))
    op.execute("UPDATE support SET voice = siren")
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_support_proposal_id_siren"), type_="unique")
        batch_op.create_index("ix_support_edition_voice", ["edition_id", "voice"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_support_proposal_id_voice"), ["proposal_id", "voice"])
        batch_op.create_foreign_key(batch_op.f("fk_support_voice"), "collectivite", ["voice"], ["siren"])


def downgrade() -> None:
    op.execute("DELETE FROM support WHERE voice IS NULL")
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_support_voice"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_support_proposal_id_voice"), type_="unique")
        batch_op.drop_index("ix_support_edition_voice")
        batch_op.create_unique_constraint(batch_op.f("uq_support_proposal_id_siren"), ["proposal_id", "siren"])
        batch_op.drop_column("voice")

    with op.batch_alter_table("person_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_person_session_attachment_id"), type_="foreignkey")
        batch_op.drop_column("id_token")
        batch_op.drop_column("attachment_id")
        batch_op.drop_column("new_secret")
        batch_op.drop_column("second_factor_at")
        batch_op.drop_column("device")
        batch_op.drop_column("way")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("closed_at")
        batch_op.drop_column("is_address_proved")
        batch_op.drop_column("warned_at")

    with op.batch_alter_table("collectivite", schema=None) as batch_op:
        batch_op.drop_column("former_insee")

    op.execute("UPDATE attachment SET way = 'moderator'")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_attachment_attachmentway"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_attachment_attachmentway"), "way IN ('moderator')")
        batch_op.drop_index("ix_attachment_siren_status")
        batch_op.drop_index("ix_attachment_status_decided_at")
        batch_op.drop_column("evidence")

    with op.batch_alter_table("mailbox_code", schema=None) as batch_op:
        batch_op.drop_index("ix_mailbox_code_siren_sent_at")
        batch_op.drop_index(batch_op.f("ix_mailbox_code_attachment_id"))

    op.drop_table("mailbox_code")
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_succession_successor"))

    op.drop_table("succession")
    op.drop_table("official_mailbox")
    with op.batch_alter_table("known_domain", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_domain_siren"))

    op.drop_table("known_domain")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invitation_live", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index("ix_invitation_email_key")

    op.drop_table("invitation")
    op.drop_table("second_factor")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_person_id"))

    op.drop_table("recovery_code")
    op.drop_table("muted_topic")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_person_id"))

    op.drop_table("identity")
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_change_person_id"))

    op.drop_table("address_change")
