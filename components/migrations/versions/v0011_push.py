"""Devices that are told by Web Push, and what they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables that `components.push.store` describes."""
    op.create_table(
        "push_device",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("p256dh", sa.Text, nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("renewed", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("fails", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.Float, nullable=False),
    )
    op.create_index("push_device_of_person", "push_device", ["person"])
    op.create_table(
        "push_told",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
