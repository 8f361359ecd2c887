"""Every rule of `content check`, each with a broken copy of the shipped content."""

from __future__ import annotations

import pytest

from bot.content.check import check_content
from bot.content.library import Library
from bot.content.yaml_source import Fault
from tests.content.conftest import ContentCopy, line_of, only_fault

_LONG = "It can help people. " * 10
_HARD = "Neurological interdisciplinary rehabilitation facilitates considerable amelioration."

_RATHER_HARD = (
    "Aura is a set of passing symptoms, usually of sight, which some people with migraine have."
)

_NEW_RECORD = """
  - id: definition
    question: What is it, once more?
    section: Clinical definition
    short: Migraine is a disorder of the nervous system.
    full: Migraine is a disorder.
    references: [petersen_2024]
    related: [symptoms]
    sign_off: draft
"""


def test_the_shipped_content_has_no_fault(shipped_faults: list[Fault]) -> None:
    assert [str(fault) for fault in shipped_faults] == []


def test_every_answer_is_measured_and_waits_for_its_signature() -> None:
    report = check_content()

    assert len({measure.id for measure in report.answers}) == len(report.answers) == 28
    assert len(set(report.unsigned)) == 28
    assert all(0 < measure.grade <= 8 and measure.segments <= 2 for measure in report.answers)


def test_an_untouched_copy_has_no_fault(content: ContentCopy) -> None:
    assert content.faults() == []


def test_a_signed_answer_waits_for_nobody(content: ContentCopy) -> None:
    content.replace(content.page, "sign_off: draft", "sign_off: signed")

    report = check_content(content.page.parent, content.texts, content.nlu)

    assert "migraine.definition" not in report.unsigned
    assert len(report.unsigned) == 27


@pytest.mark.parametrize(
    ("old", "new", "anchor", "message"),
    [
        pytest.param(
            "section: Frequently asked",
            "section: Often asked",
            "section: Often asked",
            "no section 'Often asked'",
            id="a section that the page lacks",
        ),
        pytest.param(
            "references: [petersen_2024, pomeroy_2017]",
            "references: [petersen_2024, pomeroy_2018]",
            "pomeroy_2018",
            "no reference 'pomeroy_2018'",
            id="a reference that the page lacks",
        ),
        pytest.param(
            "related: [symptoms, vs_cluster, medication_overuse]",
            "related: [symptoms, vs_clutser, medication_overuse]",
            "vs_clutser",
            "no answer 'vs_clutser'",
            id="a related answer that is not there",
        ),
        pytest.param(
            "related: [symptoms, vs_cluster, medication_overuse]",
            "related: [symptoms, vs_tension, medication_overuse]",
            "related: [symptoms, vs_tension",
            "not related to itself",
            id="related to itself",
        ),
        pytest.param(
            "starters: [ketamine_for_migraine, ",
            "starters: [ketamine, ",
            "starters: [ketamine, ",
            "no answer 'ketamine'",
            id="a starter that is not there",
        ),
        pytest.param(
            "duration: duration_of_attack",
            "duration: length_of_attack",
            "duration: length_of_attack",
            "no answer 'length_of_attack'",
            id="a follow-up of the page that leads nowhere",
        ),
        pytest.param(
            "follow_ups: {duration: none, frequency: aura}",
            "follow_ups: {duration: never, frequency: aura}",
            "duration: never",
            "no answer 'never'",
            id="a follow-up of an answer that leads nowhere",
        ),
        pytest.param(
            "question: What is migraine aura?",
            "question: what IS migraine?",
            "question: what IS migraine?",
            "the same question stands twice",
            id="a question twice",
        ),
        pytest.param(
            "  - id: pomeroy_2017\n",
            "  - {id: petersen_2024, citation: P, about: P, pmid: '38876749'}\n"
            "  - id: pomeroy_2017\n",
            "  - {id: petersen_2024",
            "the same id stands twice",
            id="a reference twice",
        ),
        pytest.param(
            "question: What is migraine aura?",
            "question: What is migraine aura",
            "question: What is migraine aura",
            "question mark",
            id="a question without its mark",
        ),
        pytest.param(
            "question: What is migraine aura?",
            f"question: What is migraine aura, {'and ' * 10}what is it not?",
            "question: What is migraine aura",
            "characters, at most 60",
            id="a question too long for a button",
        ),
        pytest.param(
            "question: What is migraine aura?",
            "question: Do 40 percent have aura?",
            "question: Do 40",
            "figure 40",
            id="a figure in a question",
        ),
        pytest.param(
            "id: migraine\n",
            "id: cramp\n",
            "id: cramp\n",
            "must be the file's name",
            id="an id that is not the file's name",
        ),
        pytest.param(
            "  General education, not a substitute",
            "  General education\u2014not a substitute",
            "disclaimer:",
            "character that text messages lack",
            id="a disclaimer that a text message cannot carry",
        ),
    ],
)
def test_a_broken_page(content: ContentCopy, old: str, new: str, anchor: str, message: str) -> None:
    content.replace(content.page, old, new)

    # Another id means other training labels too; another alphabet, longer messages.
    several = "must be" in message or "messages lack" in message
    fault = content.faults()[0] if several else only_fault(content)

    assert (fault.file, fault.line) == (content.page, line_of(content.page, anchor))
    assert message in fault.message


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("short", _HARD, "reads at grade", id="hard to read"),
        pytest.param("short", _RATHER_HARD, "reads at grade 8.4", id="a little too hard to read"),
        pytest.param("short", _LONG, "text message segments", id="too long for two messages"),
        pytest.param("short", "Aura is rare: 5 in all have it.", "the figure 5", id="a figure"),
        pytest.param("full", "It lasts up to 60 minutes.", "the figure 60", id="a figure in full"),
        pytest.param("full", "Some take 12.5 or more.", "the figure 12.5", id="a broken number"),
        pytest.param("full", "Its code is G43.1 too.", "the figure", id="a foreign code"),
        pytest.param("full", "See PMID 12345678.", "the figure 12345678", id="a foreign PMID"),
        pytest.param("full", "Aura.\n\nIt is.", "blank line", id="a blank line"),
        pytest.param("full", "Rizatriptan can help.", "Rizatriptan", id="a triptan"),
        pytest.param("full", "So can erenumab.", "erenumab", id="an antibody"),
        pytest.param("full", "So can metoprolol.", "metoprolol", id="a beta-blocker"),
        pytest.param("full", "So can ibuprofen.", "ibuprofen", id="a painkiller"),
        pytest.param("short", "Atogepant can help.", "Atogepant", id="a gepant in short"),
    ],
)
def test_a_broken_answer(content: ContentCopy, name: str, text: str, message: str) -> None:
    line = content.rewrite("aura", name, text)

    fault = only_fault(content)

    assert (fault.file, fault.line) == (content.page, line)
    assert message in fault.message


@pytest.mark.parametrize(
    "text",
    ["About a quarter have it.", "It lasts up to five minutes.", "It triples the risk."],
)
def test_a_figure_in_words_must_be_the_page_s_too(content: ContentCopy, text: str) -> None:
    content.rewrite("aura", "full", text)

    assert len(content.faults()) == 1


def test_a_character_that_text_messages_lack(content: ContentCopy) -> None:
    line = content.rewrite("aura", "short", "Aura is a set of symptoms \u2013 of sight.")

    # Such a character also makes the message longer: fewer of them fit one segment.
    messages = [fault.message for fault in content.faults() if fault.line == line]
    assert messages[0] == "has a character that text messages lack"


def test_the_same_short_answer_twice(content: ContentCopy) -> None:
    content.rewrite("symptoms", "short", "It is a pain.")
    line = content.rewrite("aura", "short", "IT is a pain.")

    fault = only_fault(content)

    assert (fault.line, fault.message) == (line, "the same short stands twice")


def test_the_same_answer_id_twice(content: ContentCopy) -> None:
    with content.page.open("a") as opened:
        opened.write(_NEW_RECORD)

    fault = only_fault(content)

    last = content.page.read_text().rindex("  - id: definition")
    assert fault.line == content.page.read_text()[:last].count("\n") + 1
    assert fault.message == "the same id stands twice"


def test_the_limit_counts_disclaimer_and_link(content: ContentCopy, library: Library) -> None:
    # Two segments of a long text message hold 153 characters each; link and person may take 58.
    room = 2 * 153 - len(f"\n{library.default_page.disclaimer}\n") - 58
    fits = ("It can help. " * 20)[:room].strip().ljust(room, ".")
    content.rewrite("aura", "short", fits)
    assert content.faults() == []

    content.rewrite("aura", "short", f"{fits}.")
    assert "takes 3 text message segments" in only_fault(content).message


def test_no_page_at_all(content: ContentCopy) -> None:
    content.page.unlink()

    assert content.faults()[0] == Fault(content.page.parent, 1, "holds no page")


def test_every_fault_is_listed_not_only_the_first(content: ContentCopy) -> None:
    content.replace(content.page, "section: Frequently asked", "section: Often asked")
    content.rewrite("aura", "full", "Some take 90. Others take 91.")

    assert len(content.faults()) == 3


@pytest.mark.parametrize(
    ("old", "new", "anchor"),
    [
        ("deny: No problem.", "denied: No problem.", "denied: "),
        ("  goodbye: ", "  goodby: ", "  goodby: "),
        ("  simpler: Say", "  simple: Say", "  simple: Say"),
    ],
)
def test_a_text_of_no_known_name(content: ContentCopy, old: str, new: str, anchor: str) -> None:
    content.replace(content.texts, old, new)

    faults = content.faults()

    assert {fault.file for fault in faults} == {content.texts}
    assert line_of(content.texts, anchor) in {fault.line for fault in faults}


@pytest.mark.parametrize(
    "line",
    [
        "  goodbye: Take care. You can come back with a question at any time.\n",
        "  simpler: Say it in plain words\n",
        "  text_empty: Please write a question.\n",
        "deny: No problem. You can ask me something else at any time.\n",
    ],
)
def test_a_missing_text(content: ContentCopy, line: str) -> None:
    content.replace(content.texts, line, "")

    assert {fault.file for fault in content.faults()} == {content.texts}


def test_missing_texts(content: ContentCopy) -> None:
    content.texts.unlink()

    assert "cannot be read" in only_fault(content).message
