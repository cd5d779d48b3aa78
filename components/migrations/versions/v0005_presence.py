"""When people were here the last time, and how they want to be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables that `components.presence.store` describes."""
    op.create_table(
        "presence_seen",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "presence_status",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("until", sa.Float),
    )
