"""Rooms that are private, direct or archived, who runs them, who was invited, and who may not speak or come."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make and widen the tables that `components.room` describes: `store`, `invites` and `moderation`."""
    _widen()
    op.create_table(
        "room_invite",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), nullable=False),
        sa.Column("by_id", sa.Text, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("uses", sa.Integer),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
    )
    op.create_index("room_invite_of_room", "room_invite", ["room"])
    op.create_table(
        "room_invited",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("by_id", sa.Text, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "room_sanction",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("until", sa.Float),
    )
    op.create_table(
        "room_report",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("by_id", sa.Text, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("resolved_at", sa.Float),
        sa.Column("resolved_by", sa.Text),
        sa.UniqueConstraint("room", "message", "by_id", name="room_report_once"),
    )
    op.create_table(
        "room_deed",
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by_id", sa.Text, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("person_name", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("until", sa.Float),
        sa.Column("message", sa.BigInteger),
    )


def _widen() -> None:
    """Give rooms a kind and words, and members a role. Who came first to a room that is there already owns it."""
    op.add_column("room", sa.Column("kind", sa.Text, nullable=False, server_default="public"))
    op.add_column("room", sa.Column("subject", sa.Text, nullable=False, server_default=""))
    op.add_column("room", sa.Column("description", sa.Text, nullable=False, server_default=""))
    op.add_column("room", sa.Column("archived", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("room", sa.Column("slow", sa.Integer, nullable=False, server_default="0"))
    op.add_column("room", sa.Column("words", sa.Text, nullable=False, server_default=""))
    op.add_column("room", sa.Column("circle", sa.Text))
    op.create_index("room_of_circle", "room", ["circle"], unique=True)
    op.add_column("room_member", sa.Column("role", sa.Text, nullable=False, server_default="member"))
    op.add_column("room_member", sa.Column("spoke", sa.Float, nullable=False, server_default="0"))
    op.create_index("room_member_of_person", "room_member", ["person"])
    op.execute("UPDATE room SET words = lower(title || ' ' || name)")
    op.execute(
        "UPDATE room_member SET role = 'owner' WHERE room <> 'lobby' AND person = ("
        "SELECT first.person FROM room_member AS first WHERE first.room = room_member.room "
        "ORDER BY first.since, first.person LIMIT 1)"
    )
