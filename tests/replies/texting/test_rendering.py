"""Every turn as one text message: its limit, what must stand in it, and how it is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.segments import Encoding, measure
from bot.content.text_messages import TextNotice, load_text_messages
from bot.content.text_rules import load_text_rules
from bot.replies.channel import Channel
from bot.replies.intake_draft import Note
from bot.replies.reply import KINDS_WITH_DISCLAIMER, Reply, ReplyKind
from bot.replies.texting.choices import ChoiceReader
from bot.replies.texting.every_turn import EveryTurn
from bot.replies.texting.fitting import Part, Wording, fitted, joined
from bot.replies.texting.render_check import rendering_faults, spoken
from bot.replies.texting.rendering import RenderedText, TextRenderer, TextTooLongError
from bot.safety.danger import Danger, DangerTopic, SafetyKind
from tests.replies.forms import ALL_ANSWERS, fill, started
from tests.replies.forms import COMPOSER as FORM_COMPOSER
from tests.replies.strategies import replies
from tests.replies.texting.rendered import CLINIC, COMPOSER, LONG_NAMED, RENDERER, renderer_of, sms

RULES = load_text_rules()
READER = ChoiceReader(RULES)
LANGUAGES = load_text_messages().languages()
TOPICS = list(COMPOSER.library.topics())
PLAIN = set(RULES.plain_letters)


def every_turn() -> Iterator[tuple[str, tuple[Reply, ...]]]:
    return EveryTurn(COMPOSER, LANGUAGES).named()


def check(name: str, turn: tuple[Reply, ...], text: RenderedText, segments: int) -> None:
    """What holds of every text, whatever it says."""
    took = measure(text.text)
    language = next((reply.language for reply in turn if reply.language), "en")
    assert text.whole, name
    assert took.segments == text.segments
    if took.encoding is Encoding.GSM7:
        assert took.segments <= segments, name
    else:
        assert language not in PLAIN, name
        more = segments - RULES.segments.reply
        assert took.segments <= RULES.segments.other_script + more, name
    for reply in turn:
        if reply.kind in KINDS_WITH_DISCLAIMER:
            assert reply.disclaimer and reply.disclaimer in text.text, name
    assert "{" not in text.text and "\n\n" not in text.text


def way_to_a_person(text: str) -> bool:
    return any(said in text for said in ("PERSON", CLINIC.phone, "911"))


def test_every_turn_fits_and_says_what_it_must() -> None:
    for name, turn in every_turn():
        text = sms(*turn)
        check(name, turn, text, RULES.segments.reply)
        if not any(choice.word in ("EXIT", "SALIR") for choice in text.choices) and (
            turn[0].template is None or "joined" not in turn[0].template.name
        ):
            assert way_to_a_person(text.text), name


def test_the_first_reply_says_who_writes_in_one_text() -> None:
    for name, turn in every_turn():
        text = sms(*turn, introduce=True)
        check(name, turn, text, RULES.segments.reply + RULES.segments.introduction)
        in_danger = any(reply.is_safety for reply in turn)
        assert text.introduced is not in_danger
        if text.introduced:
            assert text.text.count("STOP") >= 1, name
            assert "HELP" in text.text or "AYUDA" in text.text, name
            assert CLINIC.name in text.text.split("\n")[0]
            assert "911" in text.text.split("\n")[0]


def test_the_shipped_content_has_no_fault_whatever_the_clinic_is_called() -> None:
    assert [str(fault) for fault in rendering_faults(CLINIC)] == []


def test_content_that_does_not_fit_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.configuration.clinic.Clinic.opening_hours_in", lambda *_: "h" * 100)
    monkeypatch.setattr("bot.replies.texting.short_forms.ShortForms.door_line", lambda *_: "x" * 90)
    found = [str(fault) for fault in rendering_faults(CLINIC)]
    assert any(
        "migraine.yml" in fault and "does not fit a text message" in fault for fault in found
    )


@pytest.mark.parametrize("topic", TOPICS, ids=str)
def test_an_answer_has_disclaimer_link_and_person(topic: object) -> None:
    reply = COMPOSER.answer(topic)  # type: ignore[arg-type]
    text = sms(reply)
    lines = text.text.split("\n")
    assert lines[0] == reply.text
    assert lines[1] == reply.disclaimer
    assert lines[2].startswith("More: https://")
    assert lines[-1].endswith("PERSON")
    assert READER.read("PERSON", text.choices) and READER.read("more", text.choices)


@given(st.integers(1, 147), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_any_page_within_the_limits_of_content_fits(short: int, question: int) -> None:
    library = COMPOSER.library
    page = library.default_page
    words = ("It can help a bit. " * 20)[:short].strip().ljust(short, "x")
    answers = tuple(
        answer.copy(update={"short": words, "question": "Q" * (question - 1) + "?"})
        for answer in page.answers
    )
    long = type(library)((page.copy(update={"answers": answers}),))
    from bot.content.texts import load_texts
    from bot.replies.composer import ReplyComposer
    from bot.safety.replies import load_safety_replies

    composer = ReplyComposer(long, load_texts(), load_safety_replies(), LONG_NAMED)
    renderer = TextRenderer.shipped(composer, LONG_NAMED, "https://a.example")
    turns = EveryTurn(composer, ("en",))
    for name, reply in [*list(turns.answers())[:14], *list(turns._others())]:
        text = renderer.render(spoken(reply), channel=Channel.SMS)
        check(name, (reply,), text, RULES.segments.reply)


@pytest.mark.parametrize("kind", SafetyKind)
def test_a_safety_text_names_whom_to_call(kind: SafetyKind) -> None:
    for name, reply in EveryTurn(COMPOSER, LANGUAGES).dangers():
        if reply.kind.value == kind.value:
            text = sms(reply).text
            assert "911" in text, name
            if kind is SafetyKind.CRISIS:
                assert "988" in text, name


def test_carbon_monoxide_gets_out_first_in_every_language() -> None:
    for language in ("en", "es", *COMPOSER.safety_languages()):
        danger = Danger(topic=DangerTopic.CARBON_MONOXIDE, language=language)
        text = sms(COMPOSER.danger(danger)).text
        assert "building" in text or "edificio" in text


def test_the_line_after_a_danger_stands_in_the_next_text() -> None:
    danger = Danger(topic=DangerTopic.SUICIDE)
    for topic in TOPICS:
        text = sms(COMPOSER.with_door_open(COMPOSER.answer(topic), danger)).text
        assert "988" in text and "911" in text and text.endswith("PERSON")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_the_form_can_be_read_back(language: str) -> None:
    for name, turn in EveryTurn(COMPOSER, (language,))._form():
        text = sms(*turn)
        for choice in text.choices:
            assert READER.read(choice.label, text.choices) == choice.button_id, name
            if choice.number:
                assert READER.read(str(choice.number), text.choices) == choice.button_id
                assert f"{choice.number}: {measureless(choice.label)}" in text.text
            if choice.word:
                assert READER.read(choice.word, text.choices) == choice.button_id


def measureless(label: str) -> str:
    from bot.content.gsm7 import with_plain_letters

    return with_plain_letters(label)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_of_the_form_is_called_by_a_word_that_opts_out(language: str) -> None:
    from bot.replies.texting.keywords import Keyword, KeywordReader

    keywords = KeywordReader(RULES)
    for _, turn in EveryTurn(COMPOSER, (language,))._form():
        for choice in sms(*turn).choices:
            for said in (choice.label, choice.word or "", str(choice.number)):
                assert keywords.keyword(said) is not Keyword.STOP


def read_back(name: str, contact: str) -> str:
    draft = fill(started("en", "0147"), name, contact, *ALL_ANSWERS[2:])
    question = FORM_COMPOSER.question(draft)
    assert question
    return sms(question).text


def test_the_read_back_shows_the_contact_and_never_the_reason() -> None:
    text = read_back("Ana", "212 555 0147")
    assert "Name: Ana." in text and "(212) 555-0147" in text
    assert "migraines" not in text and "as you wrote it" in text


def test_a_long_contact_is_shortened_and_said_to_be() -> None:
    text = read_back("Ana", f"{'x' * 60}@{'y' * 60}.example.com")
    assert "(shortened)" in text
    assert "Send" in text


def test_a_name_in_another_script_does_not_cost_the_text_its_room() -> None:
    text = read_back("Мария", "212 555 0147")
    assert "Мария" not in text and "Name: as you wrote it" in text
    assert measure(text).encoding is Encoding.GSM7


def test_a_question_in_between_leads_back_to_the_form_in_one_text() -> None:
    draft = fill(started("en", "0147"), "Ana").copy(update={"note": Note.INTERRUPTED})
    question = FORM_COMPOSER.question(draft)
    assert question
    text = sms(COMPOSER.answer(TOPICS[0]), question)
    assert text.text.startswith(COMPOSER.answer(TOPICS[0]).text)
    assert "use this number?" in text.text
    assert READER.read("exit", text.choices)


def test_the_form_begins_with_the_wording_that_is_agreed_to() -> None:
    draft = started("en", "0147")
    question = FORM_COMPOSER.question(draft)
    assert question
    text = sms(COMPOSER.human_handoff(), question).text
    assert draft.consent_version.startswith("en.2-")
    for said in (CLINIC.phone, "365 days", "911", "988", "you agree", "not private", "name?"):
        assert said in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", TextNotice)
def test_a_notice_fits_and_names_help(notice: TextNotice, language: str) -> None:
    for renderer in (RENDERER, renderer_of(LONG_NAMED)):
        for introduce in (False, True):
            text = renderer.notice(
                notice, channel=Channel.SMS, language=language, introduce=introduce
            )
            assert text.whole and "911" in text.text
            assert measure(text.text).encoding is Encoding.GSM7
            assert text.segments <= 2 + introduce


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_gives_clinic_phone_hours_and_both_lines(language: str) -> None:
    text = RENDERER.notice(TextNotice.HELP, channel=Channel.SMS, language=language).text
    for said in (
        CLINIC.name,
        CLINIC.phone,
        CLINIC.opening_hours_in(language),
        "911",
        "988",
        "STOP",
    ):
        assert said in text


def test_staff_texts_are_spelled_and_limited() -> None:
    text = RENDERER.staff("Dr. Ben", "We’ll call – soon.", channel=Channel.SMS)
    assert text.text == "Dr. Ben, Tovani: We'll call - soon."
    with pytest.raises(TextTooLongError) as caught:
        RENDERER.staff("Dr. Ben", "x" * 700, channel=Channel.SMS)
    assert (caught.value.segments, caught.value.most) == (5, 4)
    assert "x" not in str(caught.value).replace("takes", "")
    assert RENDERER.staff("Dr. Ben", "您好" * 20, channel=Channel.SMS).segments == 1


def test_braces_of_staff_and_patients_are_only_braces() -> None:
    assert "{phone}" in RENDERER.staff("A", "{phone} {0}", channel=Channel.SMS).text


@given(replies(st.none() | st.just("General education.")), st.sampled_from(Channel))
@settings(max_examples=150, deadline=None)
def test_no_reply_breaks_the_renderer_or_its_limit(reply: Reply, channel: Channel) -> None:
    for introduce in (False, True):
        text = RENDERER.render(spoken(reply), channel=channel, introduce=introduce)
        if channel is Channel.SMS:
            assert text.segments <= 4
        if channel is Channel.WHATSAPP:
            assert len(text.text) <= RULES.whatsapp.body_characters + 160


def test_a_turn_that_could_not_be_stored_offers_nothing() -> None:
    class Unstored:
        reply = COMPOSER.answer(TOPICS[0])
        buttons = ()

    text = RENDERER.render((Unstored(),), channel=Channel.SMS)
    assert text.choices == () and text.whole


@pytest.mark.parametrize("topic", TOPICS[:5], ids=str)
def test_whatsapp_keeps_its_limits_and_has_room_for_more(topic: object) -> None:
    limits = RULES.whatsapp
    for reply in (COMPOSER.answer(topic), COMPOSER.full_answer(topic)):  # type: ignore[arg-type]
        text = RENDERER.render(spoken(reply), channel=Channel.WHATSAPP)
        assert text.text.startswith(reply.text) and reply.disclaimer in text.text
        assert len(text.text) <= limits.body_characters
        assert 0 < len(text.quick_replies) <= limits.rows
        for row in text.quick_replies:
            assert 0 < len(row.title) <= limits.row_characters
            assert len(row.description) <= limits.description_characters
        assert {row.id for row in text.quick_replies} == {c.button_id for c in text.choices}


def test_few_short_choices_are_buttons_on_whatsapp() -> None:
    question = FORM_COMPOSER.question(started("es", "0147"))
    assert question
    text = RENDERER.render(spoken(question), channel=Channel.WHATSAPP)
    assert [reply.title for reply in text.quick_replies] == ["Omitir", "Salir"]
    assert "¿Cuál" in text.text


def test_only_whatsapp_has_quick_replies() -> None:
    for channel in (Channel.SMS, Channel.PORTAL):
        text = RENDERER.render(spoken(COMPOSER.answer(TOPICS[0])), channel=channel)
        assert text.quick_replies == ()


def test_no_sentence_is_cut_and_the_least_is_said_where_nothing_else_fits() -> None:
    parts = [Part((Wording("long one"), Wording("one")), 1), Part((Wording("two"), Wording("")))]
    assert joined(fitted(parts, lambda text: len(text) <= 12) or ()) == "long one\ntwo"
    assert joined(fitted(parts, lambda text: len(text) <= 7) or ()) == "one\ntwo"
    assert joined(fitted(parts, lambda text: len(text) <= 3) or ()) == "one"
    assert fitted(parts, lambda text: len(text) <= 2) is None


def test_what_cannot_be_shown_sends_to_the_telephone() -> None:
    reply = Reply(kind=ReplyKind.NOTICE, text="很" * 500)
    text = sms(reply)
    assert not text.whole
    assert CLINIC.phone in text.text and "911" in text.text and "988" in text.text


def test_words_and_ids_do_not_show_in_a_representation() -> None:
    assert "aura" not in repr(sms(COMPOSER.answer(TOPICS[2])))


def test_two_answers_with_one_link_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("answer_links", "render_check"):
        monkeypatch.setattr(f"bot.replies.texting.{module}.code_of", lambda _: "aaaaaa")
    assert any("shares its link" in str(fault) for fault in rendering_faults(CLINIC))
