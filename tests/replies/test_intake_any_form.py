"""Whatever is said in whatever order, the form stays in order and always has something to say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies.intake_draft import Choice, FormEnd, IntakeDraft, Note
from bot.replies.intake_form import Said
from bot.replies.reply import ReplyKind
from bot.replies.reply_check import fault_in
from tests.replies.forms import ALL_ANSWERS, FORM, RULES, button, fill, reply_to, say, started
from tests.replies.strategies import understandings

_LIMITS = RULES.limits
_TEXTS = (
    st.text(max_size=60)
    | st.sampled_from(
        [
            *ALL_ANSWERS,
            *("skip", "no", "yes", "ok", "send it", "change my name", "wrong number", "evenings"),
            *("212 555", "ana@", "ana@example.com", "What is aura?", "help me", "x" * 600),
        ]
    )
    | st.text("0123456789@+. ", max_size=20)
)
_SAID = st.one_of(
    st.sampled_from(Choice).map(button),
    st.builds(Said, understandings(), _TEXTS, st.booleans()),
)
_DRAFTS = st.builds(
    started, st.sampled_from(["en", "es", "xx"]), st.sampled_from([None, "47", "0147"])
)


def assert_in_order(draft: IntakeDraft) -> None:
    """What must be true of every form at every moment."""
    assert IntakeDraft.parse_raw(draft.json()) == draft
    assert draft.tries <= _LIMITS.contact_tries
    assert draft.interruptions <= _LIMITS.interruptions
    if draft.consent_at is None:
        assert (draft.name, draft.contact, draft.reason) == (None, None, None)
    if draft.end is FormEnd.SENT:
        assert draft.request().contact == draft.contact
    reply = reply_to(draft)
    assert (reply is None) == (draft.note is Note.QUIET and draft.end is None)
    if reply:
        assert reply.kind is ReplyKind.INTAKE
        assert fault_in(reply, ()) is None
        assert len({each.payload for each in reply.buttons}) == len(reply.buttons)
        assert (reply.request is not None) == (draft.end is FormEnd.SENT)


@settings(deadline=None, max_examples=300)
@given(draft=_DRAFTS, said=st.lists(_SAID, max_size=12))
def test_a_form_is_always_in_order(draft: IntakeDraft, said: list[Said]) -> None:
    assert_in_order(draft)
    for each in said:
        outcome = say(draft, each)
        draft = outcome.draft
        assert_in_order(draft)
        if draft.end is FormEnd.PUT_ASIDE:
            draft = FORM.begin(draft, started())
            assert_in_order(draft)
        elif draft.end:
            break


@settings(deadline=None, max_examples=100)
@given(draft=_DRAFTS, said=st.lists(_SAID, max_size=6))
def test_a_form_that_goes_on_can_always_be_cancelled(draft: IntakeDraft, said: list[Said]) -> None:
    draft = fill(draft, *said)

    if draft.end is None:
        assert fill(draft, Choice.CANCEL).end is FormEnd.CANCELLED
        assert fill(draft, "cancel").end is FormEnd.CANCELLED


@settings(deadline=None, max_examples=100)
@given(name=st.text(max_size=100), reason=st.text(max_size=600))
def test_what_is_kept_is_what_was_written(name: str, reason: str) -> None:
    """Nothing a patient writes is read as anything but words: {braces} stay as they are."""
    draft = fill(started(), name)
    if draft.name:
        assert draft.name in name
        read_back = fill(draft, "212 555 0147", "any time", "daily {clinic} {0} migraines")
        shown = reply_to(read_back)
        assert shown
        assert draft.name in shown.text
        assert "daily {clinic} {0} migraines" in shown.text
    asked = fill(started(), "Ana", "212 555 0147", "any time", reason)
    assert asked.reason is None or asked.reason == " ".join(reason.split())


def test_a_kept_form_says_nothing_of_the_patient_in_a_log() -> None:
    draft = fill(started(), *ALL_ANSWERS)

    for said in ("Ana", "2125550147", "migraines"):
        assert said not in repr(draft)
        assert said not in str(draft)
