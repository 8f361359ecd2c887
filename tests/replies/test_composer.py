"""Every reply that can be composed: whole, sourced, disclaimed, with a way to a person."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.configuration.clinic import Clinic
from bot.content.library import Library, Topic
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind, Texts
from bot.replies.composer import ReplyComposer
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.plain_text import as_plain_text
from bot.replies.reply import Reply, ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Intent, Label
from bot.replies.wording import fill_in, in_words
from bot.safety.replies import load_safety_replies
from tests.replies.strategies import ANSWER_LABELS, LABELS, SOME_DANGERS, TOPICS

_WAYS_TO_SAY_IT = ("answer", "full_answer", "simpler", "nothing_more", "source_of")


def every_reply(composer: ReplyComposer) -> list[Reply]:
    """One of each."""
    botox = Topic("migraine", "botox")
    return [
        *(getattr(composer, way)(topic) for way in _WAYS_TO_SAY_IT for topic in TOPICS),
        *(composer.personal_advice(topic) for topic in (None, *TOPICS)),
        *(composer.not_covered(topic) for topic in (None, *TOPICS)),
        *(composer.chitchat(kind) for kind in ChitchatKind),
        composer.out_of_scope(),
        composer.clarify_two(ANSWER_LABELS[:2]),
        composer.unsure([], person_first=False),
        composer.unsure([Label(Intent.FAQ, str(botox))], person_first=True),
        *(
            composer.unhelpful.reply(topic, language, again=again)
            for topic in TOPICS
            for language in ("en", "es", "fr")
            for again in (False, True)
        ),
        composer.nothing_to_follow(),
        composer.affirm_without_offer(),
        composer.deny(),
        composer.human_handoff(),
        composer.other_language("es"),
        *(composer.danger(danger, n) for danger in SOME_DANGERS for n in range(3)),
        *(
            composer.with_door_open(reply, danger)
            for danger in SOME_DANGERS
            for reply in (composer.answer(botox), composer.deny(), composer.personal_advice(botox))
        ),
        composer.unavailable(),
        composer.action_failed(),
    ]


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


def test_every_reply_passes_the_check(composer: ReplyComposer) -> None:
    faults = {reply.text: fault_in(reply, composer.disclaimers) for reply in every_reply(composer)}

    assert {text: fault for text, fault in faults.items() if fault} == {}


def test_no_reply_has_an_unfilled_place(composer: ReplyComposer) -> None:
    assert [reply.text for reply in every_reply(composer) if re.search("[{}]", reply.text)] == []


def test_every_reply_has_a_way_to_a_person(composer: ReplyComposer, clinic: Clinic) -> None:
    for reply in every_reply(composer):
        assert PERSON_PAYLOAD in payloads(reply) or clinic.phone in reply.text


def test_every_button_is_offered_once(composer: ReplyComposer) -> None:
    for reply in every_reply(composer):
        assert len(set(payloads(reply))) == len(reply.buttons)


@pytest.mark.parametrize("topic", TOPICS, ids=str)
def test_an_answer_is_whole_however_it_is_said(
    composer: ReplyComposer, library: Library, clinic: Clinic, topic: Topic
) -> None:
    record, page = library.answer(topic), library.page(topic.page)
    pmids = {citation.id: citation.pmid for citation in page.references}
    related = [payload_of(Label(Intent.FAQ, f"{topic.page}.{name}")) for name in record.related]

    for way in _WAYS_TO_SAY_IT:
        reply = getattr(composer, way)(topic)
        assert (reply.kind, reply.page, reply.topic) == (ReplyKind.ANSWER, topic.page, topic.answer)
        assert reply.disclaimer == page.disclaimer
        assert reply.source.section == record.section
        assert reply.source.url == f"{clinic.site}/conditions/migraine"
        assert reply.source.reviewed_by == "Dr. Ben Soffer, DO"
        assert reply.source.reviewed_on == date(2026, 5, 31)
        assert [one.pmid for one in reply.source.references] == [
            pmids[name] for name in record.references
        ]
        assert [payload for payload in payloads(reply) if payload in related] == related
        assert payloads(reply)[-1] == PERSON_PAYLOAD


def test_what_each_way_says(composer: ReplyComposer, library: Library) -> None:
    topic = Topic("migraine", "ketamine_evidence")
    record = library.answer(topic)

    assert composer.answer(topic).text == record.short
    assert composer.full_answer(topic).text == record.full
    assert record.short in composer.simpler(topic).text
    source = composer.source_of(topic).text
    assert source == (
        "Based on our migraine page (section Where ketamine fits), reviewed by Dr. Ben Soffer, DO, "
        "on May 31, 2026. It rests on: Pomeroy JL et al. 2017, Headache (PMID 28025837)."
    )


def test_only_a_short_answer_offers_more(composer: ReplyComposer) -> None:
    topic = TOPICS[0]
    more = payload_of(Label(Intent.FOLLOW_UP, FollowUpKind.MORE.value))

    assert more in payloads(composer.answer(topic))
    assert more not in payloads(composer.full_answer(topic))
    assert more not in payloads(composer.nothing_more(topic))


def test_a_button_says_what_it_means(composer: ReplyComposer, library: Library) -> None:
    offered = [label for label in LABELS if label.intent in (Intent.FAQ, Intent.FOLLOW_UP)]
    titles = {label: composer.question(label) for label in offered}

    assert all(0 < len(title) <= 60 for title in titles.values())
    for label in ANSWER_LABELS:
        assert label.topic
        assert titles[label] == library.answer(label.topic).question


def test_what_is_no_question_is_not_offered_as_one(composer: ReplyComposer) -> None:
    with pytest.raises(ValueError, match="offered as questions"):
        composer.question(Label(Intent.CRISIS))


def test_declining_with_a_general_answer(composer: ReplyComposer, library: Library) -> None:
    topic = Topic("migraine", "preventive_treatment")

    reply = composer.personal_advice(topic)

    assert reply.kind is ReplyKind.PERSONAL_ADVICE
    assert reply.text.startswith("I cannot say what is right for you.")
    assert reply.text.endswith(library.answer(topic).short)
    assert (reply.page, reply.topic) == ("migraine", "preventive_treatment")
    assert reply.source is not None


def test_declining_without_one(composer: ReplyComposer) -> None:
    reply = composer.personal_advice(None)

    assert "in general" not in reply.text
    assert (reply.page, reply.topic, reply.source) == (None, None, None)
    assert reply.disclaimer


def test_what_is_not_said_about_a_topic_names_its_question(composer: ReplyComposer) -> None:
    reply = composer.not_covered(Topic("migraine", "botox"))

    assert '"Is Botox used for migraine?"' in reply.text
    assert reply.source is None


def test_the_greeting_offers_the_four_starters(composer: ReplyComposer, library: Library) -> None:
    reply = composer.chitchat(ChitchatKind.GREET)

    starters = [f"migraine.{name}" for name in library.default_page.starters]
    assert payloads(reply) == [
        *(payload_of(Label(Intent.FAQ, topic)) for topic in starters),
        PERSON_PAYLOAD,
    ]


@pytest.mark.parametrize("given", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("person_first", [True, False])
def test_unsure_offers_the_three_closest_questions_and_a_person(
    composer: ReplyComposer, given: int, person_first: bool
) -> None:
    closest = ANSWER_LABELS[5 : 5 + given]

    reply = composer.unsure(closest, person_first=person_first)

    offered = payloads(reply)
    assert len(offered) == 4
    assert offered.index(PERSON_PAYLOAD) == (0 if person_first else 3)
    questions = [payload for payload in offered if payload != PERSON_PAYLOAD]
    assert questions[:given] == [payload_of(label) for label in closest[:3]]


def test_a_starter_that_is_also_closest_is_offered_once(composer: ReplyComposer) -> None:
    first = Label(Intent.FAQ, f"migraine.{composer.library.default_page.starters[0]}")

    reply = composer.unsure([first], person_first=False)

    assert payloads(reply).count(payload_of(first)) == 1
    assert len(reply.buttons) == 4


def test_two_meanings_are_put_to_the_choice(composer: ReplyComposer) -> None:
    reply = composer.clarify_two(ANSWER_LABELS[:2])

    assert reply.kind is ReplyKind.CLARIFY
    assert payloads(reply) == [*(payload_of(label) for label in ANSWER_LABELS[:2]), PERSON_PAYLOAD]


def test_how_to_reach_a_person(composer: ReplyComposer, clinic: Clinic) -> None:
    text = composer.human_handoff().text

    for said in (clinic.name, clinic.phone, clinic.email, clinic.opening_hours, "911", "988"):
        assert said in text


def test_plain_text_has_source_and_disclaimer_in_one_block(composer: ReplyComposer) -> None:
    for reply in every_reply(composer):
        plain = as_plain_text(reply, composer)
        # Rasa's channels send what follows a blank line as a message of its own.
        assert "\n\n" not in plain
        assert plain.startswith(reply.text)
        lines = ["the reply", *plain[len(reply.text) :].split("\n")[1:]]
        assert (lines[-1] == reply.disclaimer) == bool(reply.disclaimer)
        assert any(line.startswith("Based on our ") for line in lines[1:]) == bool(reply.source)


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 5, 31), "May 31, 2026"), (date(2025, 12, 1), "December 1, 2025")],
)
def test_dates_in_words(day: date, words: str) -> None:
    assert in_words(day) == words


@pytest.fixture
def three_pages(library: Library) -> Library:
    def another(name: str, title: str) -> object:
        changes = {"id": name, "title": title, "disclaimer": f"Not about {name}."}
        return library.default_page.copy(update=changes)

    return Library((library.default_page, another("anxiety", "Anxiety"), another("ptsd", "PTSD")))


@pytest.fixture
def wide_composer(three_pages: Library, texts: Texts, clinic: Clinic) -> ReplyComposer:
    return ReplyComposer(three_pages, texts, load_safety_replies(), clinic)


def test_another_page_brings_its_own_facts(wide_composer: ReplyComposer) -> None:
    reply = wide_composer.answer(Topic("anxiety", "definition"))

    assert (reply.page, reply.disclaimer) == ("anxiety", "Not about anxiety.")
    assert all("migraine." not in payload for payload in payloads(reply))
    assert fault_in(reply, wide_composer.disclaimers) is None
    assert reply.source
    assert wide_composer.source_line(reply.source, "anxiety").startswith(
        "Based on our anxiety page"
    )


def test_several_pages_are_named_as_one_says_a_list(
    wide_composer: ReplyComposer, three_pages: Library, library: Library, clinic: Clinic
) -> None:
    two = Library(three_pages.pages[:2])

    assert fill_in("{pages}", clinic, library) == "migraine"
    assert fill_in("{pages}", clinic, two) == "migraine and anxiety"
    assert fill_in("{pages}", clinic, three_pages).startswith("migraine, anxiety and ")


def test_a_name_in_capitals_stays_one(wide_composer: ReplyComposer) -> None:
    assert "PTSD page" in wide_composer.source_of(Topic("ptsd", "definition")).text
    assert "PTSD" in wide_composer.chitchat(ChitchatKind.WHAT_CAN_YOU_DO).text
