"""What hypothesis makes: labels, understood messages, replies."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from bot.content.library import Topic, load_library
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.replies.reply import Button, Reference, Reply, ReplyKind, Source
from bot.replies.understanding import Candidate, Intent, Label, Understanding

#: Every meaning that has no leaf.
BEHAVIOURS = (
    Intent.PERSONAL_ADVICE,
    Intent.NOT_COVERED,
    Intent.HUMAN_HANDOFF,
    Intent.OUT_OF_SCOPE,
    Intent.EMERGENCY,
    Intent.CRISIS,
    Intent.AFFIRM,
    Intent.DENY,
)

TOPICS = tuple(load_library().topics())

#: An answer that was taken off the page after the model was trained or the slot was set.
GONE = Topic("migraine", "taken_off_the_page")

ANSWER_LABELS = tuple(Label(Intent.FAQ, str(topic)) for topic in TOPICS)
LABELS = (
    *ANSWER_LABELS,
    *(Label(Intent.CHITCHAT, kind.value) for kind in ChitchatKind),
    *(Label(Intent.FOLLOW_UP, kind.value) for kind in FollowUpKind),
    *(Label(intent) for intent in BEHAVIOURS),
)

_SHARES = st.floats(0, 1)


def understandings(*, also_gone: bool = False) -> st.SearchStrategy[Understanding]:
    """Whatever the pipeline can hand over; with `also_gone`, answers that are gone too."""
    gone = (Label(Intent.FAQ, str(GONE)),) if also_gone else ()
    answers = (*ANSWER_LABELS, *gone)
    candidates = st.lists(st.builds(Candidate, st.sampled_from(LABELS), _SHARES), max_size=6)
    related = st.sampled_from([None, *TOPICS, *([GONE] if also_gone else [])])
    sure = st.builds(
        Understanding,
        label=st.sampled_from((*LABELS, *gone)),
        confidence=_SHARES,
        candidates=candidates.map(tuple),
        related=related,
    )
    unsure = st.builds(
        Understanding,
        label=st.just(Label(Intent.FALLBACK)),
        confidence=_SHARES,
        candidates=candidates.map(tuple),
        choices=st.lists(st.sampled_from(answers), max_size=3, unique=True).map(tuple),
        related=related,
    )
    return sure | unsure


_WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
_SOURCES = st.builds(
    Source,
    section=_WORDS,
    url=_WORDS,
    reviewed_by=_WORDS,
    reviewed_on=st.dates(min_value=date(1900, 1, 1)),
    references=st.lists(
        st.builds(Reference, citation=_WORDS, pmid=st.integers(1, 10**8).map(str)), max_size=3
    ).map(tuple),
)
_BUTTONS = st.builds(
    Button,
    title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    payload=_WORDS.map(lambda words: f"/{words}"),
)


def replies(disclaimers: st.SearchStrategy[str | None]) -> st.SearchStrategy[Reply]:
    """Every reply that the schema allows."""
    return st.builds(
        Reply,
        kind=st.sampled_from(ReplyKind),
        text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
        page=st.none() | _WORDS,
        topic=st.none() | _WORDS,
        disclaimer=disclaimers,
        source=st.none() | _SOURCES,
        buttons=st.lists(_BUTTONS, max_size=3).map(tuple),
    )
