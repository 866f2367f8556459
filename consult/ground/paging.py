"""A page of a list: what is on it, and where it stands in the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

PAGE_SIZE = 20
MOST_LISTED = 50
"""Lines of a short list that is not paged: beyond, it says how many others there are."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Page `number` (from 1) of a list of `total` items, `size` a page."""

    items: Sequence[Item]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Rank of the first item shown, 0 when the list is empty."""
        return 0 if self.total == 0 else (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Rank of the last item shown."""
        return min(self.number * self.size, self.total)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def offset(number: int, size: int = PAGE_SIZE) -> int:
    """How many rows stand before page `number`."""
    return (max(1, number) - 1) * size
