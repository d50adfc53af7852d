"""One visitor's choice: made from an action, kept in a cookie, read back with distrust."""

import msgspec


class Record(msgspec.Struct, frozen=True):
    """What one visitor chose on one site.

    ``grants`` is sorted and without ``necessary``; empty means a refusal. ``time`` is milliseconds
    since the epoch, whole seconds; a refusal's is cut to the UTC day and its ``receipt`` is None:
    it holds nothing that could tell two visitors apart.
    """

    site: str
    revision: int
    grants: tuple[str, ...]
    time: int
    receipt: str | None

    @property
    def refusal(self) -> bool:
        """Whether nothing was granted."""
        return not self.grants
