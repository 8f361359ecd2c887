"""What hypothesis makes: labels, understood messages, replies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from bot.content.library import Topic, load_library
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.replies.intake_draft import Choice
from bot.replies.reply import Button, Reference, Reply, ReplyKind, Source
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.danger import DANGER_LEAVES, About, Danger, DangerTopic, SafetyKind, Tier

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

#: What the parts of a message may ask for.
_ASKED = (
    Intent.FAQ,
    Intent.FOLLOW_UP,
    Intent.PERSONAL_ADVICE,
    Intent.NOT_COVERED,
    Intent.HUMAN_HANDOFF,
)

#: Every danger that the classifier tells apart; the screen names the intent only.
DANGER_LABELS = tuple(
    Label(Intent(DangerTopic(leaf.partition(".")[0]).kind.value), leaf) for leaf in DANGER_LEAVES
)

#: An answer that was taken off the page after the model was trained or the slot was set.
GONE = Topic("migraine", "taken_off_the_page")

ANSWER_LABELS = tuple(Label(Intent.FAQ, str(topic)) for topic in TOPICS)
LABELS = (
    *ANSWER_LABELS,
    *(Label(Intent.CHITCHAT, kind.value) for kind in ChitchatKind),
    *(Label(Intent.FOLLOW_UP, kind.value) for kind in FollowUpKind),
    *(Label(intent) for intent in BEHAVIOURS),
    *DANGER_LABELS,
    Label(Intent.OTHER_LANGUAGE, "es"),
    *(Label(Intent.INTAKE, choice.value) for choice in Choice),
)

_SHARES = st.floats(0, 1)

#: Languages with replies of their own, with a line before the English reply, and with neither.
DANGERS = st.builds(
    Danger,
    topic=st.sampled_from(DangerTopic),
    tier=st.sampled_from(Tier),
    level=st.none() | st.integers(1, 6),
    about=st.sampled_from(About),
    language=st.sampled_from(["en", "es", "zh", "ht", "de"]),
)

#: Of every topic, for both persons, near and far, and in languages with and without replies.
SOME_DANGERS = [
    *(Danger(topic=topic, about=about) for topic in DangerTopic for about in About),
    *(Danger(topic=DangerTopic.SUICIDE, level=level) for level in range(1, 7)),
    *(Danger(topic=DangerTopic.BODY, tier=tier) for tier in Tier),
    *(Danger(topic=topic, language="es") for topic in DangerTopic),
    Danger(topic=DangerTopic.SUICIDE, level=3, language="zh"),
    Danger(topic=DangerTopic.BODY, language="ht"),
    Danger(topic=DangerTopic.BODY, language="de"),
]


def _described(heard: Understanding) -> st.SearchStrategy[Understanding]:
    """Danger with its description, as the safety gate leaves it; a button's has none."""
    intent = heard.label.intent
    if intent not in (Intent.EMERGENCY, Intent.CRISIS):
        return st.just(heard)
    fitting = DANGERS.filter(lambda danger: danger.kind is SafetyKind(intent.value))
    return (st.none() | fitting).map(lambda danger: replace(heard, danger=danger))


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
        unsure=st.booleans(),
    )
    unsure = st.builds(
        Understanding,
        label=st.just(Label(Intent.FALLBACK)),
        confidence=_SHARES,
        candidates=candidates.map(tuple),
        choices=st.lists(st.sampled_from(answers), max_size=3, unique=True).map(tuple),
        related=related,
    )
    asked = st.sampled_from([label for label in (*LABELS, *gone) if label.intent in _ASKED])
    several = st.builds(
        lambda questions, whole: Understanding(whole or questions[0], 0.9, questions=questions),
        st.lists(asked, min_size=2, max_size=6, unique=True).map(tuple),
        st.none() | st.just(Label(Intent.PERSONAL_ADVICE)),
    )
    return (sure | unsure | several).flatmap(_described)


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
        danger=st.none() | DANGERS,
    )
