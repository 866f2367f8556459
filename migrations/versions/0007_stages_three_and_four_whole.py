"""Stages three and four whole: answers together, workshops, money, news, figures, deployments, following."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MONEY = {
    "money_not_negative": "cost >= 0 AND state_share >= 0 AND others >= 0",
    "state_share_within_the_rate": "state_share * 10000 <= cost * rate",
    "funders_within_the_cost": "state_share + others <= cost",
    "paid_engaged_granted": "0 <= paid AND paid <= engaged AND engaged <= state_share",
}
LIVE = "status IN ('submitted', 'accepted', 'waitlisted')"
LIVE_BEFORE = "status IN ('submitted', 'accepted')"
STATES_BEFORE = "status IN ('submitted', 'accepted', 'declined', 'withdrawn')"


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker", sa.Integer(), nullable=True))
        batch_op.drop_index("ix_message_due_at")
        waiting, taken = sa.text("sent_at IS NULL AND given_up_at IS NULL"), sa.text("worker IS NOT NULL")
        batch_op.create_index(
            "ix_message_waiting", ["due_at", "id"], unique=False, sqlite_where=waiting, postgresql_where=waiting
        )
        batch_op.create_index("ix_message_worker", ["worker"], unique=False, sqlite_where=taken, postgresql_where=taken)

    op.create_table(
        "charter",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_charter_has_a_reason")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_charter_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_charter_person_id")),
        sa.PrimaryKeyConstraint("edition_id", "version", name=op.f("pk_charter")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=160), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 10", name=op.f("ck_criterion_weight_from_1_to_10")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_criterion_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("edition_id", "position", name=op.f("uq_criterion_edition_id_position")),
    )
    op.create_table(
        "follow",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_person_id")),
        sa.PrimaryKeyConstraint("person_id", "subject", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index("ix_follow_subject", ["subject"], unique=False)

    op.create_table(
        "follower",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follower_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_follower")),
        sa.UniqueConstraint("token", name=op.f("uq_follower_token")),
    )
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.create_index("ix_follower_rhythm_told", ["rhythm", "told"], unique=False)

    op.create_table(
        "interest_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_interest_draft_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_draft_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_interest_draft_proposal_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_interest_draft_siren")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_draft")),
        sa.UniqueConstraint("person_id", "proposal_id", "siren", name=op.f("uq_interest_draft_person_id_proposal_id_siren")),
    )
    with op.batch_alter_table("interest_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_draft_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "tiding",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_tiding_event_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_tiding")),
        sa.UniqueConstraint("event_id", "subject", name=op.f("uq_tiding_event_id_subject")),
    )
    with op.batch_alter_table("tiding", schema=None) as batch_op:
        batch_op.create_index("ix_tiding_subject_position", ["subject", "position"], unique=False)

    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cancelled_at IS NULL OR cancel_reason <> ''", name=op.f("ck_workshop_cancelled_for_a_reason")),
        sa.CheckConstraint("place <> '' OR link <> ''", name=op.f("ck_workshop_is_somewhere")),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_workshop_capacity_positive")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_workshop_in_order")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_workshop_created_by")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_workshop_edition_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_workshop_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_workshop_edition_id_number")),
    )
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.create_index("ix_workshop_proposal_id_starts_at", ["proposal_id", "starts_at"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_indicator_service_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_indicator_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_service_id"), ["service_id"], unique=False)

    op.create_table(
        "interest_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_interest_file_added_by")),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_file_interest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_file")),
        sa.UniqueConstraint("key", name=op.f("uq_interest_file_key")),
    )
    with op.batch_alter_table("interest_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_file_interest_id"), ["interest_id"], unique=False)

    op.create_table(
        "interest_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_from_team", sa.Boolean(), nullable=False),
        sa.Column("asks_correction", sa.Boolean(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("body <> ''", name=op.f("ck_interest_message_says_something")),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_message_interest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_message")),
    )
    with op.batch_alter_table("interest_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_message_interest_id"), ["interest_id"], unique=False)

    op.create_table(
        "interest_reading",
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_reading_interest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_reading_person_id")),
        sa.PrimaryKeyConstraint("interest_id", "person_id", name=op.f("pk_interest_reading")),
    )
    op.create_table(
        "interest_score",
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 4", name=op.f("ck_interest_score_points_from_0_to_4")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_interest_score_criterion_id")),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_score_interest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_score_person_id")),
        sa.PrimaryKeyConstraint("interest_id", "person_id", "criterion_id", name=op.f("pk_interest_score")),
    )
    with op.batch_alter_table("interest_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_score_criterion_id"), ["criterion_id"], unique=False)

    op.create_table(
        "interest_version",
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_version_interest_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_version_person_id")),
        sa.PrimaryKeyConstraint("interest_id", "rank", name=op.f("pk_interest_version")),
    )
    op.create_table(
        "money_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "standing NOT IN ('refused', 'cancelled') OR reason <> ''", name=op.f("ck_money_line_end_has_a_reason")
        ),
        sa.CheckConstraint(
            "standing <> 'published' OR published_at IS NOT NULL", name=op.f("ck_money_line_published_has_an_instant")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_money_line_amount_positive")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_money_line_decided_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_money_line_service_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_money_line_siren")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_money_line_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_line")),
    )
    with op.batch_alter_table("money_line", schema=None) as batch_op:
        batch_op.create_index("ix_money_line_service_id_day", ["service_id", "day"], unique=False)

    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "standing <> 'published' OR published_at IS NOT NULL", name=op.f("ck_news_published_has_an_instant")
        ),
        sa.CheckConstraint("standing NOT IN ('refused', 'cancelled') OR reason <> ''", name=op.f("ck_news_end_has_a_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_news_decided_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_news_service_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_news_siren")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_news_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.create_index("ix_news_service_id_published_at", ["service_id", "published_at"], unique=False)

    op.create_table(
        "service_bearer",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_service_bearer_added_by")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_bearer_service_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_service_bearer_siren")),
        sa.PrimaryKeyConstraint("service_id", "siren", name=op.f("pk_service_bearer")),
    )
    with op.batch_alter_table("service_bearer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_bearer_siren"), ["siren"], unique=False)

    op.create_table(
        "service_contribution",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contribution_id"], ["contribution.id"], name=op.f("fk_service_contribution_contribution_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_contribution_service_id")),
        sa.PrimaryKeyConstraint("service_id", "contribution_id", name=op.f("pk_service_contribution")),
    )
    with op.batch_alter_table("service_contribution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_contribution_contribution_id"), ["contribution_id"], unique=False)

    op.create_table(
        "workshop_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_workshop_seat_person_id")),
        sa.ForeignKeyConstraint(["siren"], ["collectivite.siren"], name=op.f("fk_workshop_seat_siren")),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_seat_workshop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_seat")),
    )
    with op.batch_alter_table("workshop_seat", schema=None) as batch_op:
        batch_op.create_index("ix_workshop_seat_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_workshop_seat_live",
            ["workshop_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("given_up_at IS NULL"),
            postgresql_where=sa.text("given_up_at IS NULL"),
        )

    op.create_table(
        "deployment_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_deployment_step_deployment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deployment_step_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment_step")),
    )
    with op.batch_alter_table("deployment_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployment_step_deployment_id"), ["deployment_id"], unique=False)

    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_measure_indicator_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_measure_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(
            "uq_measure_live",
            ["indicator_id", "day"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "milestone_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_milestone_move_has_a_reason")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_milestone_move_milestone_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_milestone_move_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_move")),
    )
    with op.batch_alter_table("milestone_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_move_milestone_id"), ["milestone_id"], unique=False)

    op.create_table(
        "news_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("news_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("description <> ''", name=op.f("ck_news_picture_is_described")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_news_picture_added_by")),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_picture_news_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_picture")),
        sa.UniqueConstraint("key", name=op.f("uq_news_picture_key")),
    )
    with op.batch_alter_table("news_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_news_picture_news_id"), ["news_id"], unique=False)

    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_deployment_deploymentstatus"), type_="check")
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_by", sa.Integer(), nullable=True))
        batch_op.create_index("ix_deployment_service_id_status", ["service_id", "status"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_deployment_confirmed_by"), "person", ["confirmed_by"], ["id"])

    op.execute("UPDATE edition SET envelope = round(envelope * 100)")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("granted", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("instruction", sa.String(length=40), server_default="instructed", nullable=False))
        batch_op.alter_column("envelope", existing_type=sa.Numeric(14, 2), type_=sa.BigInteger(), existing_nullable=True)
        batch_op.create_check_constraint(
            op.f("ck_edition_granted_within_the_envelope"), "granted >= 0 AND (envelope IS NULL OR granted <= envelope)"
        )

    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_interest_intereststatus"), type_="check")
        batch_op.alter_column("charter", existing_type=sa.String(20), type_=sa.String(60), existing_nullable=False)
        batch_op.drop_index("uq_interest_live")
        batch_op.add_column(sa.Column("waiting_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("prepared", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("prepared_reason", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("prepared_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("prepared_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_interest_prepared_by"), "person", ["prepared_by"], ["id"])
        _one_live(batch_op, LIVE)

    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drop_reason", sa.Text(), server_default=sa.text("''"), nullable=False))

    with op.batch_alter_table("phase_step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("learnt", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("day", sa.Date(), nullable=True))

    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("site", sa.String(length=500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("repository", sa.String(length=500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("licence", sa.String(length=120), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("accessibility", sa.String(length=500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("security", sa.String(length=500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("statistics", sa.String(length=500), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("to_deploy", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("contact", sa.String(length=254), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("rate", sa.BigInteger(), server_default=sa.text("5000"), nullable=False))
        batch_op.add_column(sa.Column("cost", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("state_share", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("others", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("engaged", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("trials", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("in_use", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.create_check_constraint(op.f("ck_service_adoption_not_negative"), "trials >= 0 AND in_use >= 0")
        for name, held in MONEY.items():
            batch_op.create_check_constraint(op.f(f"ck_service_{name}"), held)
    op.execute(
        "UPDATE service SET rate = "
        "(SELECT CAST(round(funding_rate * 10000) AS BIGINT) FROM edition WHERE edition.id = service.edition_id)"
    )
    op.execute(
        "INSERT INTO service_contribution (service_id, contribution_id) SELECT service.id, contribution_id FROM service "
        "JOIN proposal_contribution ON proposal_contribution.proposal_id = service.proposal_id"
    )
    op.execute(
        "UPDATE service SET "
        "trials = (SELECT count(*) FROM deployment WHERE service_id = service.id AND status = 'trial'), "
        "in_use = (SELECT count(*) FROM deployment WHERE service_id = service.id AND status = 'in_use')"
    )
    op.execute(
        "INSERT INTO deployment_step (deployment_id, status, since, at, person_id) "
        "SELECT id, status, since, declared_at, declared_by FROM deployment"
    )


def _one_live(batch_op, live):
    """A collectivité and proposition have one live interest."""
    where = sa.text(live)
    batch_op.create_index("uq_interest_live", ["proposal_id", "siren"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    with op.batch_alter_table("service", schema=None) as batch_op:
        for name in MONEY:
            batch_op.drop_constraint(op.f(f"ck_service_{name}"), type_="check")
        batch_op.drop_constraint(op.f("ck_service_adoption_not_negative"), type_="check")
        batch_op.drop_column("in_use")
        batch_op.drop_column("trials")
        batch_op.drop_column("paid")
        batch_op.drop_column("engaged")
        batch_op.drop_column("others")
        batch_op.drop_column("state_share")
        batch_op.drop_column("cost")
        batch_op.drop_column("rate")
        batch_op.drop_column("contact")
        batch_op.drop_column("to_deploy")
        batch_op.drop_column("statistics")
        batch_op.drop_column("security")
        batch_op.drop_column("accessibility")
        batch_op.drop_column("licence")
        batch_op.drop_column("repository")
        batch_op.drop_column("site")
        batch_op.drop_column("revision")

    with op.batch_alter_table("phase_step", schema=None) as batch_op:
        batch_op.drop_column("day")
        batch_op.drop_column("learnt")

    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_column("drop_reason")
        batch_op.drop_column("dropped_at")

    op.execute("UPDATE interest SET status = 'submitted' WHERE status = 'waitlisted'")
    op.execute("UPDATE interest SET charter = substr(charter, 1, 20)")
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_index("uq_interest_live")
        batch_op.drop_constraint(batch_op.f("fk_interest_prepared_by"), type_="foreignkey")
        batch_op.drop_column("prepared_by")
        batch_op.drop_column("prepared_at")
        batch_op.drop_column("prepared_rank")
        batch_op.drop_column("prepared_reason")
        batch_op.drop_column("prepared")
        batch_op.drop_column("revision")
        batch_op.drop_column("waiting_rank")
        batch_op.alter_column("charter", existing_type=sa.String(60), type_=sa.String(20), existing_nullable=False)
        batch_op.create_check_constraint(op.f("ck_interest_intereststatus"), STATES_BEFORE)
        _one_live(batch_op, LIVE_BEFORE)

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_edition_granted_within_the_envelope"), type_="check")
        batch_op.alter_column("envelope", existing_type=sa.BigInteger(), type_=sa.Numeric(14, 2), existing_nullable=True)
        batch_op.drop_column("instruction")
        batch_op.drop_column("granted")
    op.execute("UPDATE edition SET envelope = envelope / 100.0")

    op.execute("DELETE FROM deployment_step")
    op.execute("DELETE FROM deployment WHERE status = 'ended'")
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_deployment_confirmed_by"), type_="foreignkey")
        batch_op.drop_index("ix_deployment_service_id_status")
        batch_op.drop_column("confirmed_by")
        batch_op.drop_column("confirmed_at")
        batch_op.create_check_constraint(op.f("ck_deployment_deploymentstatus"), "status IN ('trial', 'in_use')")

    with op.batch_alter_table("news_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_news_picture_news_id"))

    op.drop_table("news_picture")
    with op.batch_alter_table("milestone_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_move_milestone_id"))

    op.drop_table("milestone_move")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_measure_live", sqlite_where=sa.text("removed_at IS NULL"), postgresql_where=sa.text("removed_at IS NULL")
        )

    op.drop_table("measure")
    with op.batch_alter_table("deployment_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deployment_step_deployment_id"))

    op.drop_table("deployment_step")
    with op.batch_alter_table("workshop_seat", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_workshop_seat_live",
            sqlite_where=sa.text("given_up_at IS NULL"),
            postgresql_where=sa.text("given_up_at IS NULL"),
        )
        batch_op.drop_index("ix_workshop_seat_person_id")

    op.drop_table("workshop_seat")
    with op.batch_alter_table("service_contribution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_contribution_contribution_id"))

    op.drop_table("service_contribution")
    with op.batch_alter_table("service_bearer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_bearer_siren"))

    op.drop_table("service_bearer")
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.drop_index("ix_news_service_id_published_at")

    op.drop_table("news")
    with op.batch_alter_table("money_line", schema=None) as batch_op:
        batch_op.drop_index("ix_money_line_service_id_day")

    op.drop_table("money_line")
    op.drop_table("interest_version")
    with op.batch_alter_table("interest_score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_score_criterion_id"))

    op.drop_table("interest_score")
    op.drop_table("interest_reading")
    with op.batch_alter_table("interest_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_message_interest_id"))

    op.drop_table("interest_message")
    with op.batch_alter_table("interest_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_file_interest_id"))

    op.drop_table("interest_file")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_service_id"))

    op.drop_table("indicator")
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.drop_index("ix_workshop_proposal_id_starts_at")

    op.drop_table("workshop")
    with op.batch_alter_table("tiding", schema=None) as batch_op:
        batch_op.drop_index("ix_tiding_subject_position")

    op.drop_table("tiding")
    with op.batch_alter_table("interest_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_draft_edition_id"))

    op.drop_table("interest_draft")
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.drop_index("ix_follower_rhythm_told")

    op.drop_table("follower")
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_subject")

    op.drop_table("follow")
    op.drop_table("criterion")
    op.drop_table("charter")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_worker", sqlite_where=sa.text("worker IS NOT NULL"))
        batch_op.drop_index("ix_message_waiting", sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"))
        batch_op.create_index("ix_message_due_at", ["sent_at", "given_up_at", "due_at"], unique=False)
        batch_op.drop_column("worker")
