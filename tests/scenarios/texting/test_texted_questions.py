"""Questions by text: the first contact, follow-ups, choices, refusals, dangers, odd messages."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.content.text_messages import TextNotice
from tests.scenarios.running_product import RunningProduct
from tests.scenarios.texting.conftest import OpenTelephone
from tests.scenarios.texting.texter import Fields, Texter, choices_in
from tests.scenarios.texting.words import (
    introduction,
    notice,
    person_line,
    safety,
    said,
    short_of,
)

#: The answer of each is another one, and nothing else would do.
QUESTIONS = {
    "What is migraine aura?": "migraine.aura",
    "Is Botox used for migraine?": "migraine.botox",
    "Can ketamine treat migraine?": "migraine.ketamine_for_migraine",
    "How long does a migraine attack last?": "migraine.duration_of_attack",
}


def test_the_first_answer_says_who_writes_and_the_second_does_not(phone: Texter) -> None:
    first = phone.says("What is migraine aura?")
    assert first.startswith(f"{introduction()}\n{short_of('migraine.aura')}\n")
    assert phone.kind == "reply"
    thread = phone.thread()
    assert thread.introduced_at is not None and thread.channel == "sms"
    assert phone.number not in thread.sealed_address
    second = phone.says("Is Botox used for migraine?")
    assert second.startswith(short_of("migraine.botox"))


def test_the_link_leads_to_the_full_answer(product: RunningProduct, phone: Texter) -> None:
    found = re.search(r"More: (\S+)", phone.says("What is migraine aura?"))
    assert found
    assert found[1].startswith(product.url)
    page = httpx.get(found[1], timeout=30)
    assert page.status_code == 200
    assert "911" in page.text and "988" in page.text


def test_more_and_sources(phone: Texter) -> None:
    link = re.search(r"More: (\S+)", phone.says("What is migraine aura?"))
    assert link
    assert phone.says("More!").startswith(said("answer.full", link=link[1]))
    sources = phone.says("sources please")
    assert "Dr. Ben Soffer, DO" in sources and "PMID" in sources


def test_a_follow_up_in_words(phone: Texter) -> None:
    phone.says("What is migraine aura?")
    assert "PMID" in phone.says("what's the source?")


@pytest.mark.parametrize("by", ["number", "label", "word"])
def test_an_offered_question_is_chosen(phone: Texter, by: str) -> None:
    phone.says("What is migraine aura?")
    offered = choices_in(phone.says("MORE"))
    label = "How long does a migraine attack last?"
    chosen = {"number": offered[label], "label": label, "word": f"option {offered[label]}, please"}
    assert phone.says(chosen[by]).startswith(short_of("migraine.duration_of_attack"))


def test_a_number_that_offers_nothing_says_so(phone: Texter) -> None:
    phone.says("What is migraine aura?")
    phone.says("MORE")
    phone.says("SOURCES")
    assert phone.says("1") == notice(TextNotice.CHOICE_OVER)


def test_clarify_is_answered_by_its_number(phone: Texter) -> None:
    phone.says("hello")
    asked = phone.says("asdf migraine 2")
    offered = choices_in(asked)
    assert offered, asked
    label, number = next(iter(offered.items()))
    answer = phone.says(number)
    assert phone.kind == "reply"
    assert answer != asked
    assert notice(TextNotice.CHOICE_OVER) != answer, label


def test_what_is_personal_is_refused_with_the_disclaimer(phone: Texter) -> None:
    phone.says("hello")
    refusal = phone.says("how do I stop topiramate")
    assert refusal.startswith(said("personal_advice"))
    assert not phone.is_opted_out()


def test_an_emergency_comes_first_and_without_an_introduction(phone: Texter) -> None:
    assert phone.says("I have the worst headache of my life") == safety("body_911_self")
    assert phone.kind == "safety"
    # Who writes is said with the first answer that is no safety text.
    assert phone.thread().introduced_at is None


def test_a_crisis_in_each_language(telephones: OpenTelephone) -> None:
    for text, language in (("I want to kill myself", "en"), ("quiero morirme", "es")):
        phone = telephones()
        assert phone.says(text) == safety("suicide_thoughts", language)
        assert phone.kind == "safety"


def test_what_is_said_of_everything_stopping_is_a_crisis(phone: Texter) -> None:
    assert phone.says("I want it all to stop") == safety("suicide_thoughts")
    assert not phone.is_opted_out()


@pytest.mark.parametrize(
    ("fields", "which"),
    [
        ([("NumMedia", "1"), ("MediaUrl0", "https://example.com/x")], TextNotice.MEDIA),
        ([("Latitude", "1.5"), ("Longitude", "2.5")], TextNotice.LOCATION),
        ([], TextNotice.EMPTY),
    ],
)
def test_what_has_no_words(phone: Texter, fields: Fields, which: TextNotice) -> None:
    assert phone.says("", fields) == f"{introduction()}\n{notice(which)}"


def test_whatsapp_has_room_for_the_website_words_and_more_choices(
    telephones: OpenTelephone,
) -> None:
    phone = telephones(whatsapp=True)
    answer = phone.says("What is migraine aura?")
    assert answer.startswith(f"{introduction()}\n{short_of('migraine.aura')}\n")
    offered = choices_in(answer)
    label = "How long does a migraine attack last?"
    assert phone.says(offered[label]).startswith(short_of("migraine.duration_of_attack"))
    assert phone.thread().channel == "whatsapp"


def test_one_text_is_answered_once_however_often_it_comes(phone: Texter) -> None:
    assert len(phone.texts("What is migraine aura?", copies=4)) == 1
    phone.sends("Is Botox used for migraine?", copies=2)
    phone.sends("What is migraine aura?")
    phone.wait()
    answers = phone.received()
    assert len(answers) == 3
    assert answers[1].startswith(short_of("migraine.botox"))
    assert answers[2].startswith(short_of("migraine.aura"))


def test_200_texts_of_50_numbers_are_answered_in_order_and_once_each(
    telephones: OpenTelephone,
) -> None:
    phones = [telephones() for _ in range(50)]

    def write(place: int) -> None:
        questions = list(QUESTIONS)
        for turn in range(len(questions)):
            question = questions[(place + turn) % len(questions)]
            phones[place].sends(question, copies=1 + (place % 5 == 0))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(len(phones))))
    topics = list(QUESTIONS.values())
    for place, phone in enumerate(phones):
        phone.wait(seconds=300)
        answers = phone.received()
        assert len(answers) == len(QUESTIONS)
        for turn, answer in enumerate(answers):
            assert short_of(topics[(place + turn) % len(topics)]) in answer


def test_the_way_to_a_person_ends_every_safety_text(phone: Texter) -> None:
    assert phone.says("I want to kill myself").endswith(f"\n{person_line()}")
