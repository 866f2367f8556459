"""Files laid once, whatever starts at the same time."""

import threading
from pathlib import Path

from consult.web.assets import _published


def test_two_processes_that_start_together_lay_the_same_files(tmp_path: Path) -> None:
    source = tmp_path / "app.css"
    source.write_text("main { color: black }\n" * 2000)
    sources, folder = {f"css/{number}.css": source for number in range(20)}, tmp_path / "assets" / "version"
    together, laid, broken = threading.Barrier(4), [], []

    def start() -> None:
        try:
            together.wait(10)
            laid.append(_published(sources, folder))
        except BaseException as error:  # a thread must not fail in silence
            broken.append(error)

    starting = [threading.Thread(target=start) for _ in range(4)]
    for one in starting:
        one.start()
    for one in starting:
        one.join(60)
    assert broken == []
    assert laid == [folder] * 4
    assert [file.name for file in folder.parent.iterdir()] == ["version"], "nothing half-made is left"
    assert all((folder / name).read_text() == source.read_text() for name in sources)
    assert (folder / "css/0.css.gz").exists()
    assert folder.stat().st_mode & 0o777 == 0o755, "another account may serve them"


def test_a_start_that_was_cut_short_does_not_hinder_the_next(tmp_path: Path) -> None:
    source = tmp_path / "app.css"
    source.write_text("main { color: black }")
    (tmp_path / "assets" / "version.part").mkdir(parents=True)
    assert (_published({"app.css": source}, tmp_path / "assets" / "version") / "app.css").is_file()
