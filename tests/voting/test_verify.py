"""`consult verify`: a random vote gives its proclaimed result from its files alone; any line touched is found, and named."""

import csv
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import Refused
from consult.opendata.evidence import UnusableExportError
from consult.opendata.recount import recount
from consult.proposals.actions import ProposalDraft, correct
from consult.selection.actions import decide, proclaim
from consult.selection.corrections import correct_decision
from consult.selection.model import Outcome
from consult.voting.actions import give_support, withdraw_support
from consult.voting.chain import first_seal, seal
from consult.voting.journal import last_seal
from tests.register.samples import CAUVALDOR, GRAMAT, ROCAMADOUR
from tests.support.commands import CONSULT, Operator
from tests.support.engines import Engines
from tests.support.journal import export, seal_now
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, propositions, tallies
from tests.support.vintages import ALVIGNAC, BEFORE, CAHORS, FIGEAC, MIERS, PADIRAC, bring, merged, without
from tests.support.world import World

NAMES = ("vote_journal", "supports", "proposals")
VOTERS = (ROCAMADOUR, GRAMAT, ALVIGNAC, CAHORS, FIGEAC, MIERS, PADIRAC, CAUVALDOR)
INTO_GRAMAT = (*without(BEFORE, GRAMAT, MIERS), merged(GRAMAT, MIERS))
HOUR = timedelta(hours=1)
AFTER = CLOSED + 2 * HOUR


# ── a vote of every act, and its export ──────────────────────────────────────────────────


def decide_all(world: World, edition: Edition) -> None:
    member = world.person(None, Role.COMMITTEE)
    for number, proposal_id in enumerate(ids(edition)):
        decide(
            member,
            proposal_id,
            (Outcome.RETAINED, Outcome.NOT_RETAINED, Outcome.DEFERRED)[number % 3],
            reason=f"Une raison ; « fictive », {number}.",
            explanation="Une explication fictive.",
            at=CLOSED,
        )
    proclaim(member, edition.id, at=CLOSED + HOUR)


def ids(edition: Edition) -> list[int]:
    from sqlalchemy import select

    from consult.proposals.model import Proposal

    return list(reading().scalars(select(Proposal.id).where(Proposal.edition_id == edition.id).order_by(Proposal.number)))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The export of `folder`, by engine: made once, copied for each test."""
    return {}


@pytest.fixture
def folder(engine: str, exported: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, request) -> Path:
    """A vote where everything happens once at least, proclaimed and exported."""
    if engine not in exported:
        exported[engine] = _eventful(request.getfixturevalue("small"), tmp_path_factory.mktemp("export"))
    return Path(shutil.copytree(exported[engine], tmp_path_factory.mktemp("copy") / "export"))


def _eventful(small: World, tmp_path: Path) -> Path:
    edition = small.edition()
    first, second, third = propositions(edition)
    people = {row.siren: small.person(row.siren) for row in VOTERS[:6]}
    waiting = {row.siren: small.person(row.siren, status=AttachmentStatus.PENDING) for row in VOTERS[3:]}
    for rank, actor in enumerate(people.values()):
        give_support(actor, first.id, at=DURING_VOTE + timedelta(minutes=rank))
        if rank % 2:
            give_support(actor, second.id, at=DURING_VOTE + timedelta(minutes=rank))
    withdraw_support(people[ROCAMADOUR.siren], first.id, at=DURING_VOTE + HOUR)
    for actor in waiting.values():
        give_support(actor, third.id, at=DURING_VOTE + HOUR)
    give_support(people[CAHORS.siren], third.id, at=DURING_VOTE + 2 * HOUR)  # takes the place of what waits
    decide_attachment(waiting[MIERS.siren], AttachmentStatus.VERIFIED, at=DURING_VOTE + 3 * HOUR)
    decide_attachment(waiting[PADIRAC.siren], AttachmentStatus.REFUSED, at=DURING_VOTE + 3 * HOUR)
    seal_now(edition)
    bring(tmp_path, INTO_GRAMAT, at=DURING_VOTE + 4 * HOUR)
    bring(tmp_path, BEFORE, at=DURING_VOTE + 5 * HOUR)
    decide_all(small, edition)
    return export(edition, tmp_path / "export", at=AFTER)


def faults(folder: Path) -> str:
    """Everything that a recount says is wrong, in one text."""
    return "\n".join(map(str, recount(folder).faults))


def test_every_act_is_there_and_the_files_give_the_proclaimed_result(folder: Path) -> None:
    report = recount(folder)
    assert report.faults == []
    assert (report.is_proclaimed, report.chain.is_whole, report.chain.unsealed) == (True, True, 0)
    acts = {row["act"] for row in rows(folder, "vote_journal")}
    assert acts == {
        *("given", "withdrawn", "counted", "voided", "merged", "restored", "set_aside", "worded", "decided", "proclaimed")
    }
    assert any(row["replaces"] for row in rows(folder, "vote_journal"))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


# ── one line touched ─────────────────────────────────────────────────────────────────────


def lines_of(folder: Path, name: str) -> list[str]:
    return (folder / f"{name}.csv").read_bytes().decode().split("\r\n")[:-1]


def write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())


def cells_of(line: str) -> list[str]:
    return next(csv.reader([line]))


def as_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def named(folder: Path, name: str, rank: int, cells: list[str]) -> re.Pattern[str]:
    """What must be said of the line of this rank: its position, its receipt or its number; or its place in the file."""
    of = {"vote_journal": f"position {rank}", "supports": cells[-1], "proposals": f"n° {cells[0]}"}[name]
    return re.compile(rf"{re.escape(of)}(?!\d)|{name}\.csv, ligne {rank + 1}(?!\d)")


@pytest.mark.parametrize("name", NAMES)
def test_each_field_of_each_line_altered_is_found_and_named(folder: Path, name: str) -> None:
    lines = lines_of(folder, name)
    for rank in range(1, len(lines)):
        cells = cells_of(lines[rank])
        for column, cell in enumerate(cells):
            other = str(int(cell) + 1) if cell.isdigit() else f"{cell[:-1]}{'a' if cell[-1:] != 'a' else 'b'}"
            altered = as_line([*cells[:column], other, *cells[column + 1 :]])
            write(folder, name, [*lines[:rank], altered, *lines[rank + 1 :]])
            said = faults(folder)
            assert named(folder, name, rank, cells).search(said), (altered, said)


@pytest.mark.parametrize("name", NAMES)
def test_each_line_removed_is_found_and_named(folder: Path, name: str) -> None:
    lines = lines_of(folder, name)
    for rank in range(1, len(lines)):
        write(folder, name, [*lines[:rank], *lines[rank + 1 :]])
        said = faults(folder)
        if name == "vote_journal" and rank == len(lines) - 1:
            assert "à la fin, il manque la ligne de la proclamation" in said
        else:
            assert named(folder, name, rank, cells_of(lines[rank])).search(said), (lines[rank], said)


@pytest.mark.parametrize("name", NAMES)
def test_each_line_added_is_found_and_named(folder: Path, name: str) -> None:
    lines = lines_of(folder, name)
    for rank in range(1, len(lines)):
        copied = cells_of(lines[rank])
        column = {"vote_journal": 8, "supports": 6, "proposals": 0}[name]
        other = {"vote_journal": "2222-2222-2222", "supports": "2222-2222-2222", "proposals": "99"}[name]
        for added in (lines[rank], as_line([*copied[:column], other, *copied[column + 1 :]])):
            write(folder, name, [*lines[: rank + 1], added, *lines[rank + 1 :]])
            said = faults(folder)
            assert named(folder, name, rank + 1, cells_of(added)).search(said), (added, said)


@pytest.mark.parametrize("name", NAMES)
def test_any_two_lines_swapped_are_found_and_named(folder: Path, name: str) -> None:
    lines = lines_of(folder, name)
    for one in range(1, len(lines)):
        for other in {one + 1, one + 3, len(lines) - 1}:
            if not one < other < len(lines):
                continue
            swapped = lines.copy()
            swapped[one], swapped[other] = swapped[other], swapped[one]
            write(folder, name, swapped)
            said = faults(folder)
            assert any(named(folder, name, rank, cells_of(lines[rank])).search(said) for rank in (one, other)), said
            if name != "proposals":
                assert "échangé" in said, (one, other, said)


def test_the_whole_journal_rewritten_gives_another_seal(folder: Path) -> None:
    header, *lines = lines_of(folder, "vote_journal")
    known = lines[-1].rpartition(",")[2]
    assert recount(folder, seal=known).faults == []
    previous, forged = first_seal("2021"), []
    for line in lines:
        said = line.rpartition(",")[0].replace(ROCAMADOUR.siren, ALVIGNAC.siren)
        previous = seal(previous, said)
        forged.append(f"{said},{previous}")
    write(folder, "vote_journal", [header, *forged])
    report = recount(folder, seal=known)
    assert report.chain.is_whole
    assert f"le dernier sceau est {previous} ; vous attendiez {known}" in str(report.faults[0])


def test_lines_added_after_the_proclamation(folder: Path) -> None:
    lines = lines_of(folder, "vote_journal")
    given_line = cells_of(lines[1])
    waiting = as_line(["", *given_line[1:8], "2222-2222-2222", "", "counted", ""])
    write(folder, "vote_journal", [*lines, waiting])
    assert "rien ne se vote après la proclamation" in faults(folder)


# ── a vote that nobody wrote ─────────────────────────────────────────────────────────────

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "give", "withdraw", "verify", "refuse", "reopen", "seal", "merge", "split"]),
        st.integers(0, len(VOTERS) - 1),
        st.integers(0, 2),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS, maximum=st.sampled_from([None, 1, 2]), proclaims=st.booleans(), lost=st.integers(0, 200))
def test_any_vote_verifies_and_any_line_lost_is_found(
    engines: Engines, small: World, tmp_path: Path, acts, maximum: int | None, proclaims: bool, lost: int
) -> None:
    engines.clean(small.app)
    bring(tmp_path, BEFORE, at=DURING_VOTE - HOUR)
    world = World(small.app)
    edition = world.edition(max_supports=maximum)
    propositions(edition)
    people: dict[tuple[int, bool], Actor] = {}
    at = DURING_VOTE
    for verb, who, what, is_pending in acts:
        at += timedelta(minutes=1)
        _act(world, edition, people, verb, (who, is_pending), ids(edition)[what], at, tmp_path)
    if proclaims:
        decide_all(world, edition)
    folder = export(edition, tmp_path / "export", at=AFTER)
    report = recount(folder)
    assert report.faults == []
    assert report.supports == sum(tallies(edition).values())
    lines = lines_of(folder, "vote_journal")
    sealed = [rank for rank in range(1, len(lines)) if lines[rank].rpartition(",")[2]]
    if len(sealed) > 1:
        rank = sealed[lost % (len(sealed) - 1)]
        write(folder, "vote_journal", [*lines[:rank], *lines[rank + 1 :]])
        assert f"position {rank}" in faults(folder)


DECIDED = {"verify": AttachmentStatus.VERIFIED, "refuse": AttachmentStatus.REFUSED, "reopen": AttachmentStatus.PENDING}


def _act(world: World, edition: Edition, people, verb: str, who: tuple[int, bool], proposal_id: int, at, folder: Path) -> None:
    """Do it if the rules allow; a random vote tries the impossible too."""
    row, is_pending = VOTERS[who[0]], who[1]
    if verb == "seal":
        return seal_now(edition, at=at)
    if verb in ("merge", "split"):
        bring(folder, INTO_GRAMAT if verb == "merge" else BEFORE, at=at)
        return None
    status = AttachmentStatus.PENDING if is_pending else AttachmentStatus.VERIFIED
    actor = people.get(who) or people.setdefault(who, world.person(row.siren, status=status))
    if verb in DECIDED:
        if is_pending and not _is_decided_for_good(actor):
            wanted = {
                "verify": AttachmentStatus.VERIFIED,
                "refuse": AttachmentStatus.REFUSED,
                "reopen": AttachmentStatus.PENDING,
            }
            decide_attachment(actor, wanted[verb], at=at)
        return None
    with suppress(Refused):
        give_support(actor, proposal_id, at=at) if verb == "give" else withdraw_support(actor, proposal_id, at=at)
    return None


def _is_decided_for_good(actor: Actor) -> bool:
    from consult.accounts.model import Attachment

    assert actor.mandate is not None
    reading().expire_all()
    attachment = reading().get_one(Attachment, actor.mandate.attachment_id)
    return attachment.verified_at is not None or attachment.status is AttachmentStatus.ENDED


# ── the command ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def verify(operator: Operator) -> Callable[..., object]:
    return lambda *arguments: operator("verify", *map(str, arguments))


def test_the_command_says_yes(folder: Path, verify) -> None:
    ended = verify(folder)
    assert (ended.code, ended.errors) == (0, "")
    assert "la chaîne est intacte" in ended.said
    assert ended.said.splitlines()[-1] == "Oui : c’est le résultat proclamé, au soutien près."
    known = re.search(r"Dernier sceau : ([0-9a-f]{64})", ended.said)
    assert known
    assert verify(folder, "--seal", known[1].upper()).code == 0
    assert verify(folder, "--seal", "0" * 64).code == 1
    assert verify(folder, "--seal", "abc").code == 2


def test_the_command_says_no_in_one_line_and_why(folder: Path, verify) -> None:
    lines = lines_of(folder, "supports")
    write(folder, "supports", [lines[0], *lines[2:]])
    ended = verify(folder)
    assert ended.code == 1
    assert len(ended.errors.splitlines()) == 1
    assert ended.errors.startswith("Non : ces fichiers ne donnent pas le résultat proclamé (")
    assert f"il manque le soutien {cells_of(lines[1])[-1]}" in ended.said


def test_before_the_proclamation_it_says_so(world: World, tmp_path: Path, verify) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    waiting = world.person(GRAMAT.siren, status=AttachmentStatus.PENDING)
    give_support(world.person(ROCAMADOUR.siren), first.id, at=DURING_VOTE)
    give_support(waiting, first.id, at=DURING_VOTE)
    seal_now(edition)
    decide_attachment(waiting, AttachmentStatus.VERIFIED, at=CLOSED)
    ended = verify(export(edition, tmp_path / "export", at=AFTER))
    assert (ended.code, ended.errors) == (0, "")
    assert "Attendent d’être scellées : 1 ligne." in ended.said
    assert "Le résultat n’est pas encore proclamé." in ended.said


def test_words_corrected_since_are_the_published_ones(world: World, tmp_path: Path, verify) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    give_support(world.person(ROCAMADOUR.siren), first.id, at=DURING_VOTE)
    decide_all(world, edition)
    correct(
        world.person(None, Role.MODERATOR),
        first.id,
        ProposalDraft("Corrigé", "Résumé."),
        reason="Une faute.",
        at=CLOSED + 2 * HOUR,
    )
    now = verify(export(edition, tmp_path / "now", at=CLOSED + 3 * HOUR))
    assert (now.code, "Pas encore prouvé : ce qui a été corrigé depuis (n° 1)." in now.said) == (0, True)
    seal_now(edition)
    sealed = verify(export(edition, tmp_path / "sealed", at=CLOSED + 3 * HOUR))
    assert (sealed.code, "Pas encore prouvé" in sealed.said) == (0, False)


def test_a_decision_corrected_since_is_the_published_one(world: World, tmp_path: Path, verify) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    decide_all(world, edition)
    member = world.person(None, Role.COMMITTEE)
    for outcome, reason in ((Outcome.DEFERRED, "Reportée, enfin."), (None, "=Une coquille.")):
        correct_decision(member, first.id, outcome, reason=reason, at=AFTER)
    waiting = verify(export(edition, tmp_path / "now", at=AFTER + HOUR))
    assert (waiting.code, "Pas encore prouvé : ce qui a été corrigé depuis (n° 1)." in waiting.said) == (0, True)
    seal_now(edition)
    folder = export(edition, tmp_path / "sealed", at=AFTER + HOUR)
    assert verify(folder).code == 0
    header, line, *others = lines_of(folder, "proposals")
    assert ",deferred," in line
    for altered in (line.replace(",deferred,", ",retained,"), line.replace("Une coquille", "Une autre")):
        write(folder, "proposals", [header, altered, *others])
        assert "la correction de la décision n’est pas celle du journal" in faults(folder)


def test_a_journal_cut_short_says_so_first(folder: Path, verify) -> None:
    lines = lines_of(folder, "vote_journal")
    write(folder, "vote_journal", lines[: len(lines) // 2])
    assert "à la fin, il manque la ligne de la proclamation" in str(recount(folder).faults[0])


def test_a_collectivite_counted_twice_is_found_whatever_is_said_of_it(folder: Path) -> None:
    header, *lines = (cells_of(line) for line in lines_of(folder, "vote_journal"))
    receipt = rows(folder, "supports")[0]["receipt"]
    counted = next(line for line in lines if line[2] == "given" and line[8] == receipt)
    again = [*counted[:7], "lt500" if counted[7] != "lt500" else "lt2000", "2222-2222-2222", "", "counted", ""]
    previous, forged = first_seal("2021"), []
    for position, (_, *rest, _) in enumerate([again, *lines], start=1):
        said = as_line([str(position), *rest])
        previous = seal(previous, said)
        forged.append(f"{said},{previous}")
    write(folder, "vote_journal", [as_line(header), *forged])
    one, other = sorted(("2222-2222-2222", receipt))
    assert f"les soutiens {one} et {other} comptent tous deux" in faults(folder)


def test_it_asks_neither_the_base_nor_the_site(folder: Path) -> None:
    ended = subprocess.run(
        [CONSULT, "verify", str(folder)], env={"LANG": "C.UTF-8"}, cwd="/", capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_ten_lines_of_python_follow_the_chain(folder: Path) -> None:
    """The script that the site gives, run as a reader would."""
    from consult.web.references import SCRIPT

    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(slug="2021")], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = lines_of(folder, "vote_journal")
    assert lines[-1].rpartition(",")[2] in ended.stdout
    write(folder, "vote_journal", [*lines[:3], *lines[4:]])
    assert (
        subprocess.run(
            [sys.executable, "-c", SCRIPT.format(slug="2021")], cwd=folder, capture_output=True, check=False
        ).returncode
        == 1
    )


# ── files that are not as published ──────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "n’existe pas", id="missing"),
        pytest.param(b"", "est vide", id="empty"),
        pytest.param("number,title,é\r\n".encode("latin-1"), "n’est pas en UTF-8", id="another encoding"),
        pytest.param(b"number;title\r\n", "l’en-tête n’est pas celui du fichier publié", id="another header"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, verify, name: str, content: bytes | None, said: str) -> None:
    file = folder / f"{name}.csv"
    file.unlink() if content is None else file.write_bytes(content)
    ended = verify(folder)
    assert (ended.code, len(ended.errors.splitlines())) == (1, 1)
    assert f"{name}.csv" in ended.errors
    assert said in ended.errors


@pytest.mark.parametrize("name", NAMES)
def test_bytes_that_are_no_text_further_on(folder: Path, verify, name: str) -> None:
    file = folder / f"{name}.csv"
    file.write_bytes(file.read_bytes() + b"\xff\xfe\r\n")
    assert "n’est pas en UTF-8" in verify(folder).errors


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["", "a,b", "1,2,3,4,5,6,7,8,9,10,11,12,13", '"', "\x00", "99999999999999999999,,,,,,,,,,,", "²,a,b"]
)
def test_a_line_of_anything(folder: Path, name: str, text: str) -> None:
    lines = lines_of(folder, name)
    write(folder, name, [*lines[:2], text, *lines[2:]])
    try:
        report = recount(folder)
    except UnusableExportError as unusable:
        said = str(unusable)
        assert name in said
    else:
        assert report.faults or (text == "" and name != "vote_journal")


def test_a_folder_that_is_not_there(verify, tmp_path: Path) -> None:
    assert "n’est pas un dossier" in verify(tmp_path / "ailleurs").errors


def test_an_edition_without_a_vote(small: World, tmp_path: Path) -> None:
    edition = small.edition()
    assert recount(export(edition, tmp_path / "export", at=AFTER)).faults == []


def test_it_says_how_far_it_is(folder: Path) -> None:
    told: list[tuple[str, int]] = []
    recount(folder, progress=lambda file, done: told.append((file, done)))
    assert told == [
        ("vote_journal.csv", len(lines_of(folder, "vote_journal")) - 1),
        ("supports.csv", len(lines_of(folder, "supports")) - 1),
    ]


def test_the_export_of_the_command_verifies(world: World, tmp_path: Path, operator: Operator) -> None:
    edition = world.edition()
    first, *_ = propositions(edition)
    give_support(world.person(ROCAMADOUR.siren), first.id, at=DURING_VOTE)
    decide_all(world, edition)
    assert operator("export", "2021", "--to", str(tmp_path / "ici"), CONSULT_NOW=(CLOSED + 2 * HOUR).isoformat()).code == 0
    assert operator("verify", str(tmp_path / "ici")).code == 0
    found = last_seal(edition.id)
    assert found is not None
    assert operator("verify", str(tmp_path / "ici"), "--seal", found.seal).code == 0
