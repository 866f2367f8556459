"""A page of a list: every item is on one page, and the figures shown agree."""

from hypothesis import given
from hypothesis import strategies as st

from consult.ground.paging import PAGE_SIZE, Page, offset


@given(total=st.integers(0, 1000), size=st.integers(1, 50))
def test_every_item_is_on_one_page(total: int, size: int) -> None:
    rows = list(range(total))
    pages = Page([], 1, total, size).pages
    shown = []
    for number in range(1, pages + 1):
        items = rows[offset(number, size) :][:size]
        page = Page(items, number, total, size)
        assert page.has_previous is (number > 1)
        assert page.has_next is (number < pages)
        assert (page.first, page.last) == ((items[0] + 1, items[-1] + 1) if items else (0, 0))
        shown += items
    assert shown == rows


def test_an_empty_list_has_one_page() -> None:
    page: Page[int] = Page([], 1, 0)
    assert (page.pages, page.first, page.last, page.has_previous, page.has_next) == (1, 0, 0, False, False)


@given(st.integers(max_value=1))
def test_there_is_no_page_before_the_first(number: int) -> None:
    assert offset(number) == 0


def test_a_page_has_twenty_items_unless_said_otherwise() -> None:
    assert offset(3) == 2 * PAGE_SIZE == 40
