"""A demonstration a stage, built once by its own command, and visitors with a real browser."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser

from consult.ground.clock import paris
from tests.support.memory import folder_in_memory
from tests.support.site import Site
from tests.support.visitor import Visitor, chromium

MOMENTS: dict[str, datetime] = {
    "needs": paris(2021, 2, 22, 10),
    "voting": paris(2021, 4, 20, 10),
    "selection": paris(2021, 5, 3, 13),
    "interests": paris(2021, 5, 20, 10),
    "tracking": paris(2021, 10, 25, 10),
}
"""In the middle of each stage, when the demonstration has something to show of it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything about a stage runs in one process, on one demonstration."""
    for item in items:
        if item.path.parent.name == "journeys":
            item.add_marker(pytest.mark.browser)
            moment = item.get_closest_marker("moment")
            if moment and config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group(f"demonstration of {moment.args[0]}"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all visitors, closed before any other test: its event loop would stand in their way."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """The demonstration in the middle of a stage, started when it is first asked for."""
    started: dict[str, Site] = {}

    def site(stage: str) -> Site:
        if stage not in started:
            (folder / stage).mkdir()
            started[stage] = Site(folder / stage, MOMENTS[stage])
            started[stage].start()
        return started[stage]

    with folder_in_memory(tmp_path_factory.mktemp("sites")) as folder:
        yield site
        for one in started.values():
            one.stop()


@pytest.fixture
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    """The demonstration of the test's `@pytest.mark.moment(...)`."""
    moment = request.node.get_closest_marker("moment")
    assert moment, "a journey says in which stage it takes place"
    return sites(moment.args[0])


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Every journey is made both ways."""
    return bool(request.param)


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """`visit("agent", javascript=…)`: a demonstration account in a window of its own; without a name, a visitor."""
    there: list[Visitor] = []

    def arrive(account: str | None = None, *, javascript: bool = True) -> Visitor:
        visitor = Visitor(browser, site, javascript=javascript)
        there.append(visitor)
        return visitor.become(account) if account else visitor

    yield arrive
    for visitor in there:
        visitor.leave()
