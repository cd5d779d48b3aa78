"""What is said and asked in the bench."""

from components.contract import payload


@payload
class Said:
    """200 bytes with a number in it."""

    seq: int
    pad: str
