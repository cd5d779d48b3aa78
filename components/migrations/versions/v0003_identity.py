"""Accounts, their devices, the codes of links, who comes by which provider, and what is cut."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables that `components.identity.store` describes."""
    op.create_table(
        "identity_account",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("login", sa.Text, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("avatar", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("identity_account_created", "identity_account", ["created", "id"])
    op.create_table(
        "identity_family",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("identity_account.id"), nullable=False),
        sa.Column("mark", sa.Text, nullable=False, unique=True),
        sa.Column("current", sa.Text, nullable=False),
        sa.Column("steps", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
    )
    op.create_index("identity_family_of_account", "identity_family", ["account", "place"])
    op.create_table(
        "identity_code",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("identity_account.id")),
        sa.Column("role", sa.Text),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
    )
    op.create_table(
        "identity_link",
        sa.Column("provider", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("identity_account.id"), nullable=False),
    )
    op.create_table(
        "identity_cut",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("family", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
