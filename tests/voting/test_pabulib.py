"""Elections in the researchers' format, with the oddities of those that are found: counted as their own tool counts them."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest

from consult.voting.alternative_rules import Budget, Rule, alternatives
from consult.voting.pabulib import Election, UnreadableElectionError, election

PLAIN = """META
key;value
description;Budget participatif d’Exempleville (fictif)
country;Pologne
num_projects;3
num_votes;4
budget;1000
vote_type;approval
rule;greedy
min_length;1
max_length;2
PROJECTS
project_id;cost;votes;name;category;target;selected
12;600;3;Une école;education,sport;children,adults;1
7;500;1;Une halle;None;None;0
9;400;2;Un pont;;;1
VOTES
voter_id;age;sex;voting_method;vote
1;35;F;internet;12
2;;;paper;12,9
3;44;M;internet;7
4;19;F;internet;9,12
"""
COUNTED = {"12": 3, "7": 1, "9": 2}


def read(tmp_path: Path, text: str | bytes) -> Election:
    file = tmp_path / "une.pb"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return election(file)


def counted(found: Election) -> dict[str, int]:
    return {found.names[number]: supports for number, supports in found.supports().items()}


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\n\n"),
        PLAIN.rstrip("\n"),
        PLAIN.replace("META", "meta").replace("PROJECTS", "Projects ").replace("VOTES", " votes"),
        PLAIN.replace("META\n", "META;;;;\n").replace("PROJECTS\n", "PROJECTS;;;;;;\n").replace("VOTES\n", "VOTES;;;;\n"),
        PLAIN.replace("12,9", "12, 9").replace("9,12", '" 9 , 12"'),
        PLAIN.replace("12,9", "12,9,12,"),
        PLAIN.replace("project_id;cost;votes", "Project_ID; Cost ;votes").replace("sex;voting_method;vote", "sex;x;VOTE"),
        PLAIN.replace("approval", "Approval"),
        PLAIN.replace("Une école", '"Une école; un préau"'),
        PLAIN.replace("Une école", '"Une école\nsur deux\nlignes; et demie"'),
        PLAIN.replace("Une école", '"Une ""école"""'),
        PLAIN.replace("Une école", '"Une" école'),
        PLAIN.replace("Une école", '"Une école').replace("Un pont", '« Un 12" pont'),
        PLAIN.replace("Une halle", "Une halle\u2028couverte\x0b\x85"),
        PLAIN.replace("num_projects;3\n", "").replace("num_votes;4\n", "").replace("budget;1000\n", ""),
        PLAIN.replace("country;Pologne", "country;Pologne;;;").replace("description", "projects;x\nvotes;y\ndescription"),
        PLAIN.replace("4;19;F;internet;9,12", "4;19;F;internet;9,12;;;"),
    ],
    ids=[
        *(
            "plain",
            "bom",
            "crlf",
            "cr",
            "blank lines",
            "no last end",
            "case",
            "padded by a spreadsheet",
            "spaces",
            "twice named",
        ),
        *(
            "columns in capitals",
            "kind in capitals",
            "semicolon quoted",
            "several lines",
            "quotes in quotes",
            "words after quotes",
        ),
        *("quotes never closed", "odd separators", "metadata missing", "keys named as parts", "longer line"),
    ],
)
def test_the_same_election_however_it_was_written(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert counted(found) == COUNTED
    assert [found.names[line.tally.proposal_id] for line in found.standing()] == ["12", "9", "7"]
    assert found.remarks == ()


def test_a_title_keeps_what_its_marks_hold(tmp_path: Path) -> None:
    assert read(tmp_path, PLAIN.replace("Une école", '"Une ""école""; un préau"')).titles[1] == 'Une "école"; un préau'
    assert read(tmp_path, PLAIN.replace("Une école", '"Une école')).titles[1] == '"Une école'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", Budget({1: 60_000, 2: 50_000, 3: 40_000}, 100_000)),
        ("12;600;", "12;600,5;", Budget({1: 60_050, 2: 50_000, 3: 40_000}, 100_000)),
        ("12;600;", "12;600.125;", Budget({1: 120_025, 2: 100_000, 3: 80_000}, 200_000)),
        ("budget;1000", "budget;1 000,50", Budget({1: 60_000, 2: 50_000, 3: 40_000}, 100_050)),
        ("budget;1000", "budget;1.0E+03", Budget({1: 60_000, 2: 50_000, 3: 40_000}, 100_000)),
        ("12;600;", "12;0;", Budget({1: 0, 2: 50_000, 3: 40_000}, 100_000)),
        ("budget;1000", "budget;0", None),
        ("budget;1000\n", "", None),
        ("project_id;cost;", "project_id;price;", None),
    ],
    ids=[
        "whole",
        "comma",
        "less than a cent",
        "grouped",
        "exponent",
        "free project",
        "nothing to spend",
        "no budget",
        "no cost",
    ],
)
def test_what_there_is_to_spend_is_read_to_the_last_decimal(
    tmp_path: Path, before: str, after: str, expected: Budget | None
) -> None:
    found = read(tmp_path, PLAIN.replace(before, after))
    assert found.budget == expected
    assert counted(found) == COUNTED


def test_a_free_project_is_always_funded(tmp_path: Path) -> None:
    found = read(tmp_path, PLAIN.replace("7;500;1", "7;0;1"))
    for one in alternatives((1, 3, 2), found.ballots, found.budget):
        assert set(one.ranks) == {1, 2, 3}, one.rule


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("approval", "ordinal", "les votes sont de la sorte « ordinal » ; seule « approval » se recompte ici."),
        ("approval", "cumulative", "les votes sont de la sorte « cumulative » ; seule « approval » se recompte ici."),
        ("approval", "scoring", "les votes sont de la sorte « scoring » ; seule « approval » se recompte ici."),
        ("vote_type;approval\n", "", "les votes sont de la sorte « ? » ; seule « approval » se recompte ici."),
        ("META\nkey;value\n", "", "le fichier n’est pas au format Pabulib : il ne commence pas par META."),
        ("PROJECTS", "PROJETS", "le fichier n’est pas au format Pabulib : il n’a pas de partie PROJECTS."),
        ("VOTES\n", "PROJECTS\n", "ligne 17 : la partie PROJECTS y est déjà."),
        ("\n9;400", "\n12;400", "ligne 16 : le projet « 12 » est déjà à la ligne 14."),
        ("\n9;400", "\n;400", "ligne 16 : ce projet n’a pas d’identifiant (project_id)."),
        ("12,9", "12,99", "ligne 20 : ce bulletin nomme le projet « 99 », qui n’est pas dans la partie PROJECTS."),
        ("voting_method;vote", "voting_method;choix", "la partie VOTES n’a pas de colonne « vote »."),
        ("12;600;", "12;-600;", "ligne 14 : le coût du projet « 12 » n’est pas une somme : « -600 »."),
        ("12;600;", "12;;", "ligne 14 : le coût du projet « 12 » n’est pas une somme : «  »."),
        ("12;600;", "12;1/0;", "ligne 14 : le coût du projet « 12 » n’est pas une somme : « 1/0 »."),
        ("budget;1000", "budget;1e999999999", "le budget n’est pas une somme : « 1e999999999 »."),
        ("budget;1000", "budget;nan", "le budget n’est pas une somme : « nan »."),
    ],
)
def test_what_cannot_be_counted_says_where_and_why(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(UnreadableElectionError) as refused:
        read(tmp_path, PLAIN.replace(before, after))
    assert str(refused.value) == said


@pytest.mark.parametrize(
    "content", [PLAIN.encode("utf-16"), PLAIN.replace("é", "ł").encode("cp1250", "replace"), b"\x00\xff" * 99]
)
def test_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableElectionError, match="UTF-8"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("num_votes;4", "num_votes;5", "le fichier annonce 5 bulletins (num_votes) et en contient 4."),
        ("num_projects;3", "num_projects;2", "le fichier annonce 2 projets (num_projects) et en contient 3."),
        ("7;500;1", "7;500;2", "la colonne « votes » des projets n’est pas ce que donnent les bulletins"),
        ("max_length;2", "max_length;1", "2 bulletin(s) nomment plus de 1 projet(s) : comptés tels quels."),
        ("\n4;19", "\n2;19", "1 bulletin(s) portent un voter_id déjà lu : comptés aussi."),
    ],
)
def test_a_file_that_contradicts_itself_is_counted_and_says_so(tmp_path: Path, before: str, after: str, said: str) -> None:
    found = read(tmp_path, PLAIN.replace(before, after))
    assert counted(found) == COUNTED
    (remark,) = found.remarks
    assert remark.startswith(said)


def test_an_empty_ballot_counts_for_nobody_but_has_its_share_to_spend(tmp_path: Path) -> None:
    text = PLAIN.replace("num_votes;4", "num_votes;6") + "5;20;F;internet;\n6;20;F;internet;None\n"
    found = read(tmp_path, text)
    assert (counted(found), len(found.ballots), found.remarks) == (COUNTED, 6, ())


def test_one_choice_each_is_an_approval_too(tmp_path: Path) -> None:
    text = PLAIN.replace("approval", "choose-1").replace("12,9", "9").replace("9,12", "12").replace("9;400;2", "9;400;1")
    found = read(tmp_path, text)
    assert counted(found) == {"12": 2, "7": 1, "9": 1}
    assert found.remarks == (
        "la colonne « votes » des projets n’est pas ce que donnent les bulletins (« 12 » : 3 annoncé(s), 2 recompté(s)).",
    )


@pytest.mark.parametrize("seed", range(4))
def test_any_election_is_counted_and_funded_as_the_researchers_tool_does(tmp_path: Path, seed: int) -> None:
    from pabutools.election import Cost_Sat, parse_pabulib
    from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares

    chance = random.Random(seed)
    names = [str(number) for number in chance.sample(range(1, 500), 25)]
    # Sums that hardly ever tie: what a rule picks between equals is each one's own.
    costs = {name: f"{chance.randint(1_000, 90_000)}.{chance.randint(10, 99)}" for name in names}
    votes = [chance.sample(names, chance.randint(0, 6)) for _ in range(400)]
    file = tmp_path / "une.pb"
    file.write_text(
        "\n".join(
            [
                *("META", "key;value", "budget;300000,75", "vote_type;approval"),
                *("PROJECTS", "project_id;cost;name", *(f'{name};{costs[name]};"Projet {name}; {seed}"' for name in names)),
                *("VOTES", "voter_id;vote", *(f"{place};{','.join(vote)}" for place, vote in enumerate(votes))),
            ]
        ),
        encoding="utf-8",
    )
    found = election(file)
    instance, profile = parse_pabulib(str(file))
    assert counted(found) == {name: Counter(one for vote in votes for one in vote)[name] for name in names}
    assert counted(found) == {str(one.name): sum(one in ballot for ballot in profile) for one in instance}
    standing = [line.tally.proposal_id for line in found.standing()]
    place = {found.names[number]: rank for rank, number in enumerate(standing)}
    from pabutools.tiebreaking import TieBreakingRule

    ties = TieBreakingRule(lambda _instance, _profile, project: place[project.name])
    equal = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, tie_breaking=ties)
    greedy = greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat, tie_breaking=ties)
    completed = greedy_utilitarian_welfare(
        instance, profile, sat_class=Cost_Sat, tie_breaking=ties, initial_budget_allocation=equal
    )
    chosen = {
        one.rule: [found.names[number] for number in one.ranks] for one in alternatives(standing, found.ballots, found.budget)
    }
    assert chosen == {Rule.GREEDY: [one.name for one in greedy], Rule.EQUAL_SHARES: [one.name for one in completed]}


def test_greedy_by_hand(tmp_path: Path) -> None:
    """From the most supported down, whatever still fits."""
    found = read(tmp_path, PLAIN)
    funded = {
        one.rule: [found.names[number] for number in one.ranks] for one in alternatives((1, 3, 2), found.ballots, found.budget)
    }
    assert funded[Rule.GREEDY] == ["12", "9"]


def test_the_limit_of_other_readers_is_left_as_it_was(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    file = tmp_path / "other.pb"
    file.write_text("rien\n", encoding="utf-8")
    with pytest.raises(UnreadableElectionError):
        election(file)
    assert csv.field_size_limit() == before
