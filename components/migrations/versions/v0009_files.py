"""Files on messages, how much people have sent, and that messages are found by them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables that `components.room.files.store` describes, and the columns of `room_search` for them."""
    op.create_table(
        "room_file",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, sa.ForeignKey("room.name"), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("thumb", sa.Boolean, nullable=False),
    )
    op.create_index("room_file_of_message", "room_file", ["room", "message"])
    op.create_index("room_file_of_person", "room_file", ["person", "state"])
    op.create_index("room_file_in_state", "room_file", ["state", "at"])
    op.create_table(
        "room_file_sent",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.add_column("room_search", sa.Column("file", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("room_search", sa.Column("image", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("room_search", sa.Column("names", sa.Text, nullable=False, server_default=""))
