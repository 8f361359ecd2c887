"""Every reason that `serve --production` has to refuse, and that each can be accepted by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.configuration.clinic import load_clinic
from bot.configuration.messaging_settings import MessagingSettings
from bot.configuration.notice_settings import NoticeSettings
from bot.configuration.settings import Settings
from bot.content.library import Library, load_library
from bot.content.page import SignOff
from bot.safety.danger import SafetyKind
from bot.safety.replies import (
    REPLIES_FILE,
    KindTexts,
    SafetyReplies,
    SafetyText,
    load_safety_replies,
)
from bot.safety.short_replies import ShortSafetyReplies, load_short_replies
from bot.supervisor.production_rules import Installation, Refusal, objections

REAL_FACTS = {
    "phone": "+1 212 867 5309",
    "email": "care@clinic.test",
    "site": "https://www.clinic.test",
}

#: A Twilio account that is none.
DOUBLE = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_FROM": "+15550100150",
    "TWILIO_API_URL": "http://127.0.0.1:8090",
}


def short_texts(sign_off: SignOff) -> ShortSafetyReplies:
    """The shipped short texts, all of them in one state."""
    values = load_short_replies().dict()
    for texts in (
        *(reply["wordings"] for reply in values["dangers"]),
        *values["door_open"].values(),
    ):
        for text in texts:
            text["sign_off"] = sign_off
    return ShortSafetyReplies.parse_obj(values)


def safety_texts(sign_off: SignOff) -> SafetyReplies:
    """The shipped texts, all of them in one state."""

    def mark(texts: tuple[SafetyText, ...]) -> tuple[SafetyText, ...]:
        return tuple(text.copy(update={"sign_off": sign_off}) for text in texts)

    def mark_kinds(kinds: KindTexts) -> KindTexts:
        return KindTexts(emergency=mark(kinds.emergency), crisis=mark(kinds.crisis))

    shipped = load_safety_replies()
    return SafetyReplies(
        dangers=tuple(
            reply.copy(update={"wordings": mark(reply.wordings)}) for reply in shipped.dangers
        ),
        before_english=mark_kinds(shipped.before_english),
        door_open=mark_kinds(shipped.door_open),
        unavailable=shipped.unavailable.copy(update={"sign_off": sign_off}),
    )


def signed_library() -> Library:
    pages = []
    for page in load_library().pages:
        answers = tuple(a.copy(update={"sign_off": SignOff.SIGNED}) for a in page.answers)
        pages.append(page.copy(update={"answers": answers}))
    return Library(tuple(pages))


@pytest.fixture
def fit(tmp_path: Path) -> Installation:
    environment = {
        "BOT_VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://db.clinic.test/assistant",
        "PUBLIC_URL": "https://chat.clinic.test",
        "WEBHOOK_URL": "https://hooks.clinic.test/intake",
    }
    return Installation(
        settings=Settings.from_environment(environment),
        clinic=load_clinic().copy(update=REAL_FACTS),
        missing_secrets=(),
        safety=safety_texts(SignOff.SIGNED),
        short_safety=short_texts(SignOff.SIGNED),
        library=signed_library(),
    )


def refusals(installation: Installation, *accepted: Refusal) -> list[Refusal]:
    return [objection.refusal for objection in objections(installation, accepted)]


def test_nothing_is_said_against_an_installation_that_is_fit(fit: Installation) -> None:
    assert objections(fit, ()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "+1 555 010 0199"),
        ("phone", "(212) 555-0123"),
        ("email", "care@example.com"),
        ("email", "care@mail.Example.ORG"),
        ("site", "https://example.net:8443"),
        ("site", "https://clinic.example"),
        ("allowed_origins", ("https://www.example.com",)),
    ],
)
def test_example_values(fit: Installation, field: str, value: object) -> None:
    clinic = fit.clinic.copy(update={field: value})

    found = objections(replace(fit, clinic=clinic), ())

    assert [str(objection) for objection in found] == [
        f"example-values: the clinic file still holds examples: {field}"
    ]


def test_a_name_that_only_ends_like_an_example_is_none(fit: Installation) -> None:
    clinic = fit.clinic.copy(
        update={"email": "a@counterexample.com", "site": "https://myexample.com"}
    )

    assert objections(replace(fit, clinic=clinic), ()) == []


def test_missing_secrets(fit: Installation) -> None:
    found = objections(replace(fit, missing_secrets=("LOOPBACK_SECRET",)), ())

    assert [objection.refusal for objection in found] == [Refusal.MISSING_SECRETS]
    assert "LOOPBACK_SECRET" in str(found[0])


def test_sqlite(fit: Installation) -> None:
    on_sqlite = "sqlite:////var/x.db"
    for settings in (
        replace(fit.settings, database_url=on_sqlite),
        replace(fit.settings, tracker_url=on_sqlite),
    ):
        assert refusals(replace(fit, settings=settings)) == [Refusal.SQLITE]


def test_plain_http(fit: Installation) -> None:
    settings = replace(fit.settings, public_url="http://chat.clinic.test")
    origins = {"site": "http://clinic.test", "allowed_origins": ("http://portal.clinic.test",)}
    clinic = fit.clinic.copy(update=origins)

    found = objections(replace(fit, settings=settings, clinic=clinic), ())

    assert [str(objection) for objection in found] == [
        "plain-http: must be an https:// address: "
        "PUBLIC_URL, site, allowed origin http://portal.clinic.test"
    ]


def test_every_unsigned_safety_text_is_named(fit: Installation) -> None:
    found = objections(replace(fit, safety=safety_texts(SignOff.DRAFT)), ())

    prefix = "unsigned-safety-texts: no clinician has signed: "
    assert [str(objection).startswith(prefix) for objection in found] == [True]
    names = str(found[0])[len(prefix) :].split(", ")
    assert len(set(names)) == len(names) == REPLIES_FILE.read_text("utf-8").count("sign_off: ")
    for name in ("suicide_thoughts.en.1", "suicide_thoughts.es.2", "unavailable"):
        assert name in names
    for group in ("before_english.crisis.zh", "door_open.crisis.es", "door_open.emergency.en"):
        assert f"{group}.1" in names


@pytest.mark.parametrize("state", [state for state in SignOff if state is not SignOff.SIGNED])
def test_one_unsigned_wording_is_enough(fit: Installation, state: SignOff) -> None:
    reply = next(reply for reply in fit.safety.dangers if reply.id == "suicide_plan")
    *first, last = reply.wordings
    wordings = (*first, last.copy(update={"sign_off": state}))
    others = tuple(one for one in fit.safety.dangers if one is not reply)
    dangers = (*others, reply.copy(update={"wordings": wordings}))
    safety = fit.safety.copy(update={"dangers": dangers})

    found = objections(replace(fit, safety=safety), ())

    count = sum(wording.language == last.language for wording in reply.wordings)
    assert [str(objection) for objection in found] == [
        f"unsigned-safety-texts: no clinician has signed: suicide_plan.{last.language}.{count}"
    ]


@pytest.mark.parametrize("group", ["before_english", "door_open"])
@pytest.mark.parametrize("kind", SafetyKind)
def test_the_lines_around_the_replies_count_too(
    fit: Installation, group: str, kind: SafetyKind
) -> None:
    texts = getattr(fit.safety, group)
    first, *others = getattr(texts, kind.value)
    draft = first.copy(update={"sign_off": SignOff.DRAFT})
    changed = texts.copy(update={kind.value: (draft, *others)})

    found = objections(replace(fit, safety=fit.safety.copy(update={group: changed})), ())

    assert [str(objection).rpartition(": ")[2] for objection in found] == [
        f"{group}.{kind.value}.{first.language}.1"
    ]


def test_the_shipped_safety_texts_are_refused_until_they_are_signed(fit: Installation) -> None:
    shipped = load_safety_replies()

    expected = [Refusal.UNSIGNED_SAFETY_TEXTS] if shipped.unsigned() else []
    assert refusals(replace(fit, safety=shipped)) == expected
    assert "sign_off: draft" in REPLIES_FILE.read_text("utf-8") or expected == []


def test_unsigned_text_messages_count_too(fit: Installation) -> None:
    found = objections(replace(fit, short_safety=short_texts(SignOff.DRAFT)), ())

    assert [each.refusal for each in found] == [Refusal.UNSIGNED_SAFETY_TEXTS]
    assert "text_message.suicide_thoughts.en.1" in str(found[0])


def test_draft_answers(fit: Installation) -> None:
    page = fit.library.default_page
    first = page.answers[0].copy(update={"sign_off": SignOff.DRAFT})
    library = Library((page.copy(update={"answers": (first, *page.answers[1:])}),))

    found = objections(replace(fit, library=library), ())

    assert [objection.refusal for objection in found] == [Refusal.DRAFT_ANSWERS]
    assert str(found[0]).endswith(f"signed: {first.id}")


def test_all_are_listed_at_once_and_each_can_be_accepted(tmp_path: Path) -> None:
    shipped = Installation(
        settings=Settings.from_environment(
            {
                "BOT_VAR": str(tmp_path),
                "PUBLIC_URL": f"http://{'long' * 6}",
                "ALLOW_PRIVATE_WEBHOOK": "1",
                **DOUBLE,
            }
        ),
        clinic=load_clinic(),
        missing_secrets=("LOOPBACK_SECRET",),
        safety=safety_texts(SignOff.DRAFT),
        short_safety=short_texts(SignOff.DRAFT),
        library=Library(
            tuple(
                page.copy(
                    update={"answers": (page.answers[0].copy(update={"sign_off": SignOff.DRAFT}),)}
                )
                for page in load_library().pages
            )
        ),
    )

    assert set(refusals(shipped)) == set(Refusal)
    for refusal in Refusal:
        assert set(refusals(shipped, refusal)) == set(Refusal) - {refusal}
    assert refusals(shipped, *Refusal) == []


def test_texts_must_not_go_to_a_double(fit: Installation) -> None:
    doubled = replace(
        fit, settings=replace(fit.settings, messaging=MessagingSettings.from_environment(DOUBLE))
    )
    real = {name: value for name, value in DOUBLE.items() if name != "TWILIO_API_URL"}
    texting = replace(fit.settings, messaging=MessagingSettings.from_environment(real))

    assert refusals(doubled) == [Refusal.TWILIO_DOUBLE]
    assert refusals(doubled, Refusal.TWILIO_DOUBLE) == []
    assert refusals(replace(fit, settings=texting)) == []


def test_the_address_must_leave_room_for_links_in_texts(fit: Installation) -> None:
    real = {name: value for name, value in DOUBLE.items() if name != "TWILIO_API_URL"}
    texting = replace(fit.settings, messaging=MessagingSettings.from_environment(real))

    def with_address(settings: Settings, characters: int) -> Installation:
        address = "https://".ljust(characters, "x")
        return replace(fit, settings=replace(settings, public_url=address))

    assert refusals(with_address(texting, 28)) == []
    assert refusals(with_address(texting, 29)) == [Refusal.LONG_PUBLIC_URL]
    assert "29 characters: with more than 28" in str(objections(with_address(texting, 29), ())[0])
    assert refusals(with_address(fit.settings, 60)) == []


def test_somebody_must_be_told_of_requests(fit: Installation) -> None:
    nobody = replace(fit, settings=replace(fit.settings, notices=NoticeSettings(None, None, False)))

    assert refusals(nobody) == [Refusal.NO_NOTICES]
    assert refusals(nobody, Refusal.NO_NOTICES) == []


def test_a_webhook_must_not_reach_into_private_networks(fit: Installation) -> None:
    notices = replace(fit.settings.notices, allow_private_webhook=True)
    private = replace(fit, settings=replace(fit.settings, notices=notices))

    assert refusals(private) == [Refusal.PRIVATE_WEBHOOK]
    assert refusals(private, Refusal.PRIVATE_WEBHOOK) == []
    assert "hooks.clinic.test" not in str(objections(private, ())[0])
