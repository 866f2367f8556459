"""Bringing in a file: what is written, in what order, by whom; all or nothing; twice is once."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.import_file import ImportFault
from consult.contributions.import_queries import runs
from consult.contributions.imports import ImportOptions, ImportReport, import_contributions
from consult.contributions.model import Contribution, ContributionTerm, ContributionTheme, ImportRun
from consult.contributions.queries import Filters, find, one
from consult.contributions.rules import ContributionType, Status
from consult.ground.actor import OPERATOR, VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.journal.model import Event, EventKind
from consult.opendata.queries import csv
from consult.opendata.reading import Asked
from consult.outbox.model import Message
from consult.register.rules import Kind, Stratum
from tests.support.stage_one import DURING_NEEDS, need, service
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, ROCAMADOUR, World, closing_of, just_before, opening_of

OURS = "number,type,title,situation,themes,collectivite_siren,profile,function,published_at,url"
DECIDIM = (
    "id;author/name;category/name/fr;title/fr;body/fr;reference;endorsements/total_count;published_at;url",
    '7;Jeanne Dupont;Mobilité et transports;Un <b>vélo</b>;"<p>Partager &amp; réparer</p><p>des vélos</p>";XX-PROP-2021-02-7;3;'
    "2021-01-20 10:00:00 UTC;https://ailleurs.exemple.fr/proposals/7",
    "9;Jean Martin;Santé;=1+1;Du calcul;XX-PROP-2021-02-9;0;;https://ailleurs.exemple.fr/proposals/9",
)


@pytest.fixture
def edition(world: World) -> Edition:
    world.edition("2022")
    return world.edition()


def ours(*rows: str) -> bytes:
    return "\n".join((OURS, *rows, "")).encode()


def decidim(*rows: str) -> bytes:
    return "\n".join((*DECIDIM, *rows, "")).encode()


def bring(edition: Edition, content: bytes, options: ImportOptions | None = None, **changed: object) -> ImportReport:
    chosen = {"at": DURING_NEEDS, **changed}
    return import_contributions(OPERATOR, edition.id, content, options or ImportOptions(), **chosen)  # type: ignore[arg-type]


def faults_of(edition: Edition, content: bytes, options: ImportOptions | None = None) -> Sequence[str]:
    with pytest.raises(ImportFault) as refused:
        bring(edition, content, options)
    assert count(Contribution) == 0
    return [str(fault) for fault in refused.value.faults]


def count(table: type) -> int:
    return reading().scalar(select(func.count()).select_from(table)) or 0


ROW = f"4,need,Un titre,Un texte,mobilite-transports|inclusion-numerique,{ROCAMADOUR},elu,maire,2021-01-25T10:00:00+01:00,"


def test_our_own_columns_come_in_as_they_left(edition: Edition) -> None:
    report = bring(edition, ours(ROW, f"5,existing_service,Deux,Texte,,{GRAMAT},,,,"))
    assert (report.created, report.skipped, report.numbers, report.source) == (2, 0, (1, 2), "consult")
    first, second = one(edition.id, 1), one(edition.id, 2)
    assert (first.type, first.siren, first.profile, first.function) == (
        ContributionType.NEED,
        ROCAMADOUR,
        Profile.ELU,
        "maire",
    )
    assert (first.kind, first.stratum, first.departement) == (Kind.COMMUNE, Stratum.LT2000, "46")
    assert [theme.slug for theme in first.themes] == ["mobilite-transports", "inclusion-numerique"]
    assert (first.status, first.published_at) == (Status.PUBLISHED, paris(2021, 1, 25, 10))
    assert (first.person_id, first.source, first.source_reference) == (None, "consult", "4")
    assert (second.type, second.profile, second.published_at) == (ContributionType.EXISTING_SERVICE, None, DURING_NEEDS)


def test_a_decidim_export_comes_in_without_the_name_of_anybody(edition: Edition) -> None:
    report = bring(edition, decidim())
    assert report.is_decidim
    assert report.source == "ailleurs.exemple.fr"
    assert report.unknown_themes == [("« Santé »", 1)]
    assert report.ignored == ("author/name", "endorsements/total_count")
    first, second = one(edition.id, 1), one(edition.id, 2)
    assert (first.title, first.situation) == ("Un vélo", "Partager & réparer\n\ndes vélos")
    assert (first.siren, first.partner, first.type) == (None, "Participant anonyme", ContributionType.NEED)
    assert first.published_at == paris(2021, 1, 20, 11)
    assert first.source_reference == "XX-PROP-2021-02-7"
    assert [theme.slug for theme in first.themes] == ["mobilite-transports"]
    assert (second.title, list(second.themes)) == ("=1+1", [])
    everything = " ".join(str(value) for row in reading().execute(select(Contribution.__table__)) for value in row)
    assert "Dupont" not in everything
    assert "Martin" not in everything


def test_a_proposal_taken_back_elsewhere_stays_there(edition: Edition) -> None:
    content = b"id,title,body,state\n1,Un,Texte,accepted\n2,Deux,Texte,withdrawn\n3,Trois,Texte,\n"
    report = bring(edition, content)
    assert (report.created, report.withdrawn) == (2, 1)
    assert [line.title for line in find(edition.id, Filters()).items] == ["Trois", "Un"]
    assert bring(edition, b"id,title,body,state\n2,Deux,Texte,withdrawn\n").created == 0


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('{"fr": "Un vélo", "en": "A bike"}', "Un vélo"),
        ('{"en": "A bike", "fr": ""}', "A bike"),
        ('{"en"=>"A bike", "fr"=>"Un vélo"}', "Un vélo"),
        ('{"id": 3, "name": {"fr": "Un vélo"}}', "Un vélo"),
        ("{un vélo", "{un vélo"),
        ("[Urgent] un vélo", "[Urgent] un vélo"),
    ],
)
def test_a_cell_that_holds_every_language_is_read_in_french(edition: Edition, cell: str, title: str) -> None:
    written = cell.replace('"', '""')
    themes = '[{""id"": 3, ""name"": {""fr"": ""Mobilité et transports""}}]'
    bring(edition, f'id,title,body,category\n1,"{written}",Texte,"{themes}"\n'.encode())
    found = one(edition.id, 1)
    assert found.title == title
    assert [theme.slug for theme in found.themes] == ["mobilite-transports"]


def test_what_nobody_signs_may_come_in_the_name_of_who_gathered_it(edition: Edition) -> None:
    bring(
        edition, decidim(), ImportOptions(gathered_by=CAUVALDOR, default_theme="inclusion-numerique", source="Ma concertation")
    )
    first, second = one(edition.id, 1), one(edition.id, 2)
    assert (first.siren, first.partner, first.source) == (CAUVALDOR, None, "Ma concertation")
    assert [theme.slug for theme in second.themes] == ["inclusion-numerique"]


def test_imported_twice_is_imported_once_and_what_is_new_follows(edition: Edition, world: World) -> None:
    need(world.person(ROCAMADOUR), edition)
    assert bring(edition, decidim()).numbers == (2, 3)
    again = bring(edition, decidim())
    assert (again.created, again.skipped, again.numbers) == (0, 2, None)
    more = bring(edition, decidim("11;;;Trois;Texte;XX-PROP-2021-02-11;0;;https://ailleurs.exemple.fr/proposals/11"))
    assert (more.created, more.skipped, more.numbers) == (1, 2, (4, 4))
    assert [(run.created, run.skipped) for run in runs(edition.id)] == [(1, 2), (2, 0)]
    events = reading().scalars(select(Event).where(Event.kind == EventKind.CONTRIBUTIONS_IMPORTED).order_by(Event.id)).all()
    assert [(event.data["created"], event.data["by"]) for event in events] == [(2, "operator"), (1, "operator")]


def test_a_rehearsal_says_everything_and_writes_nothing(edition: Edition) -> None:
    report = bring(edition, decidim(), is_rehearsal=True)
    assert (report.created, report.numbers) == (2, (1, 2))
    assert [(one.line, one.title, one.speaker, one.themes) for one in report.first] == [
        (2, "Un vélo", "Participant anonyme", ["Mobilité et transports"]),
        (3, "=1+1", "Participant anonyme", []),
    ]
    assert [count(table) for table in (Contribution, ContributionTheme, ContributionTerm, ImportRun)] == [0, 0, 0, 0]


def test_every_fault_is_said_with_its_line_and_nothing_is_written(edition: Edition) -> None:
    long = "x" * 251
    content = ours(
        ROW,
        f"4,need,Autre,Texte,,{ROCAMADOUR},,,,",
        "6,wish,\u202e\u200b,,nulle-part,123456789,roi,,hier,",
        f"7,need,{long},Texte,,,,,,",
        "8,need",
    )
    assert faults_of(edition, content) == [
        "ligne 3, colonne number : « 4 » est déjà à la ligne 2",
        "ligne 4, colonne collectivite_siren : « 123456789 » n’est le SIREN d’aucune collectivité du registre",
        "ligne 4, colonne profile : « roi » n’est ni « elu », ni « agent », ni « partenaire »",
        "ligne 4, colonne published_at : « hier » n’est pas une date. Exemple : 2021-02-01T10:30:00+01:00",
        "ligne 4, colonne situation : le texte est vide",
        "ligne 4, colonne themes : le thème « nulle-part » n’est pas de cette édition",
        "ligne 4, colonne title : le titre est vide",
        "ligne 4, colonne type : « wish » n’est ni « need » ni « existing_service »",
        "ligne 5, colonne title : 251 caractères, 250 au plus",
        "ligne 6 : 2 cellules pour 10 colonnes : il en manque",
    ]


@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        ("number,type,situation", ["title"]),
        ("number,type,title", ["situation"]),
        ("title,situation", ["type"]),
        ("a,b", ["situation", "title"]),
    ],
)
def test_a_missing_column_is_named(edition: Edition, headers: str, missing: list[str]) -> None:
    faults = faults_of(edition, f"{headers}\n1,2,3\n".encode())
    assert len(faults) == len(missing)
    for fault, name in zip(faults, missing, strict=True):
        assert f"il manque la colonne « {name} »" in fault


def test_headers_alone_are_nothing_to_import(edition: Edition) -> None:
    assert faults_of(edition, ours()) == ["ligne 1 : le fichier n’a que ses titres de colonnes"]


def test_an_option_that_names_nothing_is_a_fault(edition: Edition) -> None:
    options = ImportOptions(default_theme="inconnu", gathered_by="123456789")
    assert len(faults_of(edition, decidim(), options)) == 2


def test_a_title_of_236_characters_and_a_body_of_25_kilobytes_come_in(edition: Edition) -> None:
    body = "<p>" + "Très long. " * 2300 + "</p>"
    bring(edition, ours(f"1,need,{'é' * 236},{body},,{ROCAMADOUR},,,,"))
    found = one(edition.id, 1)
    assert (len(found.title), len(found.situation)) == (236, len("Très long. " * 2300) - 1)


def test_without_a_reference_the_text_is_the_reference(edition: Edition) -> None:
    content = b"title,body\nUn,Texte\nDeux,Texte\n"
    assert bring(edition, content).created == 2
    assert bring(edition, content).created == 0


def test_an_export_of_ours_is_taken_back(edition: Edition, world: World) -> None:
    need(world.person(ROCAMADOUR), edition, title="=SOMME(A1)", situation="- un\n- deux")
    service(world.person(None, profile=Profile.PARTENAIRE), edition, partner="Une association")
    content = "".join(csv("contributions", Asked(edition, DURING_NEEDS, "https://site.exemple.fr"))).encode()
    other = world.edition("2023")
    report = bring(other, content)
    assert (report.created, report.source) == (2, "site.exemple.fr")
    first = one(other.id, 1)
    assert (first.title, first.situation, first.siren) == ("=SOMME(A1)", "- un\n- deux", ROCAMADOUR)
    assert first.source_reference == "https://site.exemple.fr/2021/contributions/1"
    assert one(other.id, 2).partner == "Participant anonyme"


def test_what_is_imported_is_found_listed_and_written_to_nobody(edition: Edition) -> None:
    bring(edition, decidim())
    assert [line.number for line in find(edition.id, Filters(words="repar vélo")).items] == [1]
    assert [line.speaker for line in find(edition.id, Filters()).items] == ["Participant anonyme"] * 2
    terms = reading().scalars(select(ContributionTerm.term).where(ContributionTerm.held.bitwise_and(1 << 1) != 0))
    words = {"participant", "anonyme", "un", "velo", "partager", "reparer", "des", "velos"}
    theme = one(edition.id, 1).themes[0].id
    assert set(terms) == words | {"=type:need", f"=theme:{theme}"}
    assert [line.number for line in find(edition.id, Filters(words="velo", theme_id=theme)).items] == [1]
    assert count(Message) == 0


@pytest.mark.parametrize(
    ("actor", "reason"),
    [(VISITOR, Reason.SIGN_IN), (Actor(person_id=1, roles=frozenset({Role.MODERATOR})), Reason.NOT_YOUR_ROLE)],
)
def test_only_an_administrator_imports(edition: Edition, actor: Actor, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        import_contributions(actor, edition.id, decidim(), ImportOptions(), at=DURING_NEEDS)
    assert refused.value.reason is reason


def test_the_gate_is_open_from_the_needs_to_the_vote(edition: Edition) -> None:
    opens, closes = opening_of(Stage.NEEDS), opening_of(Stage.VOTING)
    for at in (just_before(opens), closes):
        with pytest.raises(Refused) as refused:
            bring(edition, decidim(), at=at)
        assert refused.value.reason is Reason.STAGE_CLOSED
    assert bring(edition, decidim(), at=opens, is_rehearsal=True).created == 2
    assert bring(edition, decidim(), at=just_before(closes)).created == 2
    assert closing_of(Stage.NEEDS) <= closes


def test_two_imports_of_the_same_file_at_once_write_it_once(app: Flask, edition: Edition) -> None:
    acts = [lambda: bring(edition, decidim()).created for _ in range(3)]
    assert sorted(together(app, acts)) == [0, 0, 2]
    assert count(Contribution) == 2


def test_progress_goes_to_the_end(edition: Edition) -> None:
    said: list[tuple[int, int]] = []
    rows = [replace_number(number) for number in range(1, 1202)]
    bring(edition, ours(*rows), progress=lambda done, total: said.append((done, total)))
    assert said == [(500, 1201), (1000, 1201), (1201, 1201)]
    assert one(edition.id, 1201).title == "Titre 1201"


def replace_number(number: int) -> str:
    return f"{number},need,Titre {number},Texte {number},,{ROCAMADOUR},,,,"
