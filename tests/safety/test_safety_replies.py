"""The fixed replies to danger: what each must say, what none may, and what is not signed yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from string import Formatter

import pytest
import smsutil
from textstat.textstat import textstatistics

from bot.configuration.clinic import Clinic, load_clinic
from bot.content.page import SignOff
from bot.content.yaml_source import ContentError
from bot.safety.danger import About, Danger, DangerTopic, SafetyKind, Tier
from bot.safety.replies import (
    REPLIES_FILE,
    DangerReply,
    SafetyText,
    load_safety_replies,
    possible_dangers,
)

REPLIES = load_safety_replies()
LANGUAGES = ("en", "es")
BEFORE_ENGLISH = {"zh", "vi", "tl", "ko", "ru", "ar", "fr", "ht", "pt"}
PLACES = {"clinic", "phone", "hours"}

POISON_CONTROL = "1-800-222-1222"
ANAD = "1-888-375-7767"
MATERNAL = "1-833-852-6262"
HARM_BY_OTHERS = ("1-800-799-7233", "1-800-656-4673", "1-800-422-4453")
#: Beside telephone numbers: the key that brings Spanish at 988, and the age of a grown-up.
NUMBERS = {"911", "988", "2", "18", POISON_CONTROL, ANAD, MATERNAL, *HARM_BY_OTHERS}

#: What is said, as a pattern in each language.
SAID = {
    "911": (r"\b911\b", r"\b911\b"),
    "call and text 988": (
        r"(call or text 988|988 line .*call it or send a text)",
        r"\b988\b.* oprim\w+ el 2.* AYUDA por (mensaje de )?texto",
    ),
    "free": (r"\bfree\b", r"\bgrati(s|uita)\b"),
    "any hour": (
        r"any hour|day (and|or) night|any time|all hours",
        r"(cualquier|toda) hora|de día (y|o) de noche|todo el día",
    ),
    "acknowledges": (
        r"^(.{0,60}\. )?(thank you|I am (glad|sorry)|what you (shared|wrote)|this sounds|you (asked"
        r"|were right|are doing)|it (is|takes))|thank you for (acting|saying)|a caring thing",
        r"gracias por|qué bueno que|lo que (cuenta|escribió|hace)|esto suena|es duro|hizo bien"
        r"|lo siento|usted pidió|cuesta mucho",
    ),
    "suicide": (r"\bsuicide\b", r"\bsuicidio\b"),
    "be with someone": (
        r"be with|stay (with|near|close)|sit with|someone to stay|not alone|not be alone",
        r"compañía|compañe|qu[eé]d[ea](se|rse)? (con|a su lado|cerca)|se quede|estar con|a solas",
    ),
    "space from means": (
        r"pills, weapons or anything|such as pills or weapons",
        r"pastillas, (las )?armas o (cualquier cosa|lo que)|como pastillas o armas",
    ),
    "not alone": (r"(not be|are not|, not) alone", r"no se quede a solas"),
    "this very moment": (r"\bnow\b|this minute", r"\bahora\b|en este momento"),
    "Poison Control": (
        rf"Poison Control.*{POISON_CONTROL}|{POISON_CONTROL}.*Poison Control",
        rf"Envenenamientos.*{POISON_CONTROL}|{POISON_CONTROL}.*Envenenamientos",
    ),
    "automated": (r"I am an automated assistant", r"Soy un asistente automático"),
    "nobody live": (
        r"nobody is watching this chat live",
        r"nadie está viendo este chat en vivo",
    ),
    "keep writing": (r"keep writing", r"(seguir|siga) escribiendo"),
    "cannot judge": (r"cannot judge how serious", r"no puedo juzgar qué tan grave"),
    "person at the clinic": (r"{clinic}.*{phone} \({hours}\)", r"{clinic}.*{phone} \({hours}\)"),
    "ask directly": (r"ask them directly", r"pregúntele(?= )|preguntarle directamente"),
    "stay with them": (
        r"stay with (them|this person)|with them the whole time",
        r"quéd(e|a)se (a su lado|con est?a (otra )?persona|con esa persona)",
    ),
    "helps helpers": (r"helpers?\b", r"a quien acompaña"),
    "away from person and weapons": (
        r"away from (the person|anyone|that person).*weapons",
        r"(aléjese|ponga distancia|lejos).*\barmas?\b",
    ),
    "not your fault": (r"not (your|their) fault|is not their", r"no es (su culpa|culpa suya)"),
    "screen may be seen": (r"this screen|(your|the) phone", r"esta pantalla|(su|el) teléfono"),
    "faint or chest pain": (r"faint.*chest pain", r"desma[yi].*pecho"),
    "can be an emergency": (r"can be an emergency", r"puede ser una emergencia"),
    "not drive": (
        r"do not drive|someone else drive|let them drive",
        r"(no|otra).* manej|maneje ot",
    ),
    "do not drive": (r"do not drive", r"no maneje|no la lleve usted en carro"),
    "open door": (r"unlock (the|your) door", r"seguro de la puerta|abra la puerta"),
    "nothing by mouth": (r"food|do not eat or drink", r"comida|no coma ni beba"),
    "emergency room": (r"(nearest|closest) emergency room", r"emergencias más cercana"),
    "getting worse": (r"worse|get weak", r"empeora|se siente peor"),
    "worrying signs": (r"weak|faint.*seeing", r"(debilidad|desmaya).* ver"),
    "today": (r"(doctor|urgent care).*today|today.*urgent care", r"\bhoy\b.*atención urgente"),
    "no online visit": (r"online visit", r"cita en línea"),
    "pregnant": (r"pregnant.*OB or midwife", r"embarazada.*obstetra o partera"),
    "seizing or breathing": (
        r"seizure.*breath",
        r"convulsiones.*(respirar|aire)",
    ),
    "container": (r"bottle or box", r"frasco o la caja"),
    "no vomiting": (r"(do not|never) .*vomit", r"no (se |le )?(provoque|intente|haga) .*v[oó]mit"),
    "on purpose": (
        r"(on purpose|(you|they) mean?t to).*not sure",
        r"(a propósito|quiso hacerse).*no lo (sabe|tiene)",
    ),
    "leave the building": (
        r"leave the building now|(go|get them) outside right now",
        r"(salga|salgan) (del edificio )?ahora|salgan del edificio ahora|vaya afuera ahora",
    ),
    "911 from outside": (
        r"call 911 from outside|in fresh air, call 911",
        r"911 desde afuera|al aire libre, llame al 911",
    ),
    "all need a check": (
        r"need(s)? (a check|to be seen)",
        r"necesita(n)? (una revisión|atención)",
    ),
    "a check even if better": (
        r"(check|seen) (even )?if",
        r"aunque (empiece a )?(sentirse |se sienta )?mej",
    ),
    "911 without a ride": (r"no one can|no ride", r"nadie puede|no (hay|tiene) quién"),
    "stay out": (r"back in", r"volver? a entrar|vuelva a entrar|permitan entrar"),
}

#: What every reply says, and every reply to a crisis.
ALWAYS = ("911", "automated", "nobody live", "person at the clinic")
CRISIS = (
    "acknowledges",
    "call and text 988",
    "free",
    "any hour",
    "keep writing",
)
TOPIC_PARTS = {
    DangerTopic.SUICIDE: ("suicide",),
    DangerTopic.HARM_TO_OTHERS: ("away from person and weapons",),
    DangerTopic.ABUSE: ("not your fault", "screen may be seen"),
    DangerTopic.EATING_DISORDER: ("faint or chest pain",),
    DangerTopic.URGENT_HELP: ("Poison Control", "suicide"),
    DangerTopic.BODY: ("cannot judge",),
    DangerTopic.POISONING: (
        "cannot judge",
        "Poison Control",
        "free",
        "any hour",
        "seizing or breathing",
        "container",
        "no vomiting",
        "on purpose",
        "this very moment",
        "call and text 988",
    ),
    DangerTopic.CARBON_MONOXIDE: (
        "cannot judge",
        "leave the building",
        "911 from outside",
        "stay out",
        "all need a check",
    ),
}
TIER_PARTS = {
    Tier.CALL_911: (
        "can be an emergency",
        "this very moment",
        "do not drive",
        "open door",
        "nothing by mouth",
        "a check even if better",
    ),
    Tier.EMERGENCY_DEPARTMENT: (
        "emergency room",
        "this very moment",
        "not drive",
        "911 without a ride",
        "getting worse",
        "worrying signs",
    ),
    Tier.TODAY: ("today", "no online visit", "pregnant", "getting worse", "worrying signs"),
}
LINES = {
    DangerTopic.ABUSE: HARM_BY_OTHERS,
    DangerTopic.EATING_DISORDER: (ANAD,),
}

#: What no text may say, in any language.
NEVER = {
    "blames or counts attempts": r"commit|(failed|successful) attempt|(cometer|cometió)|fallid",
    "consoles cheaply": r"it (gets|will get) better|stay strong|be strong"
    r"|cheer up|calm down|sea fuerte|sé fuerte|[aá]nimo|tranquil|cálmese|(va|van) a estar bien"
    r"|todo mejor|ya pasará",
    "lays it on the family": r"your family needs|think of (your|the) famil|selfish|piense en su|"
    r"egoísta",
    "promises": r"promise|prometo|secret|confiden|be (fine|okay|all right)\b|guarantee|garant",
    "demands a contract": r"promise me|agree not to|prométa|comprométa",
    "diagnoses": r"probabl|likely|you have (a |an )?(stroke|migraine|depress|disorder)|diagnos"
    r"|\b(stroke|meningitis|aneurysm|psychosis|derrame)\b|usted (tiene|padece) (un|una|depre)",
    "belittles": r"\bonly (a|sad)|\bjust (a|relax|think)|not that bad|overreact|no es para tanto"
    r"|no se preocupe|don.t worry|do not worry",
    "blames": r"why did you|your own fault|you should have|por qué (hizo|lo hizo)|debió",
    "argues or ends the chat": r"you are wrong|goodbye|adiós|this chat (is over|will end)"
    r"|I can ?not (talk|help)|no puedo (hablar|ayudar)",
    "counts people": r"\bpercent|%|por ciento|millions?\b|most people|epidemi|thousands",
    "leads the answer": r"you are ?(not|n't) (going|thinking|planning)|, right\?|¿verdad\?",
    "poses as a person": r"I am a (person|human|nurse|doctor|counsel|clinic)|as a (nurse|doctor)"
    r"|soy (un|una) (persona|m[eé]dic|enfermer|doctor)|\bmy (patients|experience)",
    "tells a means": r"\b(bridge|rope|train|gun|knife|blade|puente|soga|tren|pistola|cuchillo)\b"
    r"|\b(mg|milligrams?|miligramos|toxic|lethal|letal|tóxic)",
    "tells of diet": r"calor|diet|dieta|pounds|libras|weight|(?<!\w)peso|BMI",
    "adds the ended line for youth": r"press 3|oprima el 3",
}


def danger_texts() -> Iterator[tuple[DangerReply, str, SafetyText]]:
    """Every wording in English and Spanish with the reply it belongs to, and a name for it."""
    for reply in REPLIES.dangers:
        for language in LANGUAGES:
            for number, wording in enumerate(reply.wordings_in(language), 1):
                assert wording.language == language
                yield reply, f"{reply.id}.{language}.{number}", wording


ALL = list(danger_texts())
EVERY_WORDING = pytest.mark.parametrize(
    ("reply", "wording"), [(r, w) for r, _, w in ALL], ids=[name for _, name, _ in ALL]
)
TEXTS = dict(REPLIES.texts())
EVERY_TEXT = pytest.mark.parametrize("name", TEXTS)


def says(part: str, text: str, language: str) -> re.Match[str] | None:
    """Where `text` says what SAID calls `part`."""
    return re.search(SAID[part][LANGUAGES.index(language)], text, re.IGNORECASE)


def place_of(part: str, wording: SafetyText) -> int:
    found = says(part, wording.text, wording.language)
    assert found, f"{part!r} is not in {wording.text!r}"
    return found.start()


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text)


def parts_required(reply: DangerReply) -> set[str]:
    """The names in SAID of all that every wording of `reply` must say."""
    parts = {*ALWAYS, *TOPIC_PARTS[reply.topic]}
    if reply.topic.kind is SafetyKind.CRISIS:
        parts.update(CRISIS)
    if reply.topic is DangerTopic.BODY:
        (tier,) = reply.tiers
        parts.update(TIER_PARTS[tier])
    if reply.topic is not DangerTopic.SUICIDE:
        return parts
    if reply.about is About.SOMEONE_ELSE:
        parts.update(("ask directly", "stay with them", "space from means", "helps helpers"))
    else:
        parts.add("be with someone")
    if min(reply.levels) >= 3:
        parts.update(("space from means", "this very moment"))
    if min(reply.levels) >= 4 and reply.about is About.SELF:
        parts.add("not alone")
    if min(reply.levels) >= 6:
        parts.add("Poison Control")
    return parts


def spoken(text: str) -> str:
    """`text` with every number as a word: the grade formula gives a number no syllable at all."""
    text = text.replace("{phone} ({hours})", "this number").replace("{clinic}", "the clinic")
    return re.sub(r"\b(911|988)\b", "help", re.sub(r"1-8[\d-]+", "this number", text))


def reader(language: str) -> textstatistics:
    measures = textstatistics()
    measures.set_lang(language)
    return measures


def copy_with(folder: Path, old: str, new: str) -> Path:
    text = REPLIES_FILE.read_text(encoding="utf-8")
    assert old in text
    file = folder / "replies.yml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic()


# --- What each says ---


@EVERY_WORDING
def test_says_all_that_its_danger_needs(reply: DangerReply, wording: SafetyText) -> None:
    missing = {
        part for part in parts_required(reply) if not says(part, wording.text, wording.language)
    }
    missing.update(line for line in LINES.get(reply.topic, ()) if line not in wording.text)

    assert not missing


@EVERY_WORDING
def test_is_short(reply: DangerReply, wording: SafetyText) -> None:
    words = len(wording.text.split())
    longest = {"en": 100, "es": 115}[wording.language]  # Spanish needs more words for the same.

    assert 45 <= words <= longest
    assert len(sentences(wording.text)) <= 11
    assert max(len(sentence.split()) for sentence in sentences(wording.text)) <= 36


@EVERY_WORDING
def test_is_easy_to_read(reply: DangerReply, wording: SafetyText) -> None:
    for text in (wording.text, spoken(wording.text)):
        if wording.language == "en":
            assert reader("en_US").flesch_kincaid_grade(text) <= 6
        else:
            assert reader("es").szigriszt_pazos(text) >= 65


def test_gives_every_reply_in_both_languages_as_often() -> None:
    for reply in REPLIES.dangers:
        own = reply.topic is DangerTopic.SUICIDE and reply.about is About.SELF
        for language in LANGUAGES:
            assert len(reply.wordings_in(language)) == (3 if own else 2), reply.id


def test_wordings_of_a_reply_use_different_words() -> None:
    def threes(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return set(zip(words, words[1:], words[2:], strict=False))

    for reply in REPLIES.dangers:
        for language in LANGUAGES:
            for one, other in combinations(reply.wordings_in(language), 2):
                first, second = threes(one.text), threes(other.text)
                assert len(first & second) / len(first | second) < 0.3, reply.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_some_wording_prepares_for_the_automatic_step_of_texting_988(language: str) -> None:
    step = {"en": "automatic step", "es": "paso automático"}[language]

    for reply in REPLIES.dangers:
        own = reply.topic is DangerTopic.SUICIDE and reply.about is About.SELF
        if own and min(reply.levels) < 6:  # At 6 the first call is to 911.
            assert any(step in wording.text for wording in reply.wordings_in(language)), reply.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_wording_about_harm_to_others_names_the_line_for_new_parents(language: str) -> None:
    for reply in REPLIES.dangers:
        if reply.topic is DangerTopic.HARM_TO_OTHERS:
            named = [MATERNAL in wording.text for wording in reply.wordings_in(language)]
            assert sum(named) == 1, reply.id


@EVERY_WORDING
def test_help_does_not_wait_for_an_answer(reply: DangerReply, wording: SafetyText) -> None:
    """One question at most, among the help, and never the last word."""
    assert wording.text.count("?") <= 1
    assert not wording.text.endswith("?")


# --- Strength ---


def own_suicide(level: int) -> DangerReply:
    danger = Danger(topic=DangerTopic.SUICIDE, level=level)
    return next(reply for reply in REPLIES.dangers if reply.answers(danger))


def strength(wording: SafetyText) -> int:
    """How many of the firmer measures a wording takes."""
    opening = sentences(wording.text)
    return sum(
        bool(says(part, text, wording.language))
        for part, text in (
            ("space from means", wording.text),
            ("not alone", wording.text),
            ("911", " ".join(opening[:2])),
            ("911", opening[0]),
            ("Poison Control", wording.text),
        )
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_strength_rises_with_the_level(language: str) -> None:
    strengths = [
        [strength(wording) for wording in own_suicide(level).wordings_in(language)]
        for level in (2, 3, 4, 6)
    ]

    for below, above in pairwise(strengths):
        assert max(below) < min(above)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", About)
def test_a_suicide_plan_gets_911_and_988_at_once(about: About, language: str) -> None:
    for level in (4, 5):
        danger = Danger(topic=DangerTopic.SUICIDE, level=level, about=about)
        reply = next(reply for reply in REPLIES.dangers if reply.answers(danger))
        for wording in reply.wordings_in(language):
            start = " ".join(sentences(wording.text)[:2])
            assert "911" in start and "988" in start


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", About)
def test_suicidal_behaviour_gets_911_first_then_poison_control_then_988(
    about: About, language: str
) -> None:
    danger = Danger(topic=DangerTopic.SUICIDE, level=6, about=about)
    reply = next(reply for reply in REPLIES.dangers if reply.answers(danger))
    for wording in reply.wordings_in(language):
        assert says("911", sentences(wording.text)[0], language)
        assert says("this very moment", sentences(wording.text)[0], language)
        assert wording.text.index(POISON_CONTROL) < wording.text.index("988")


@pytest.mark.parametrize("language", LANGUAGES)
def test_thoughts_without_a_plan_get_988_before_911(language: str) -> None:
    for level in (1, 2, 3):
        for wording in own_suicide(level).wordings_in(language):
            assert wording.text.index("988") < wording.text.index("911")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_emergency_of_the_body_starts_with_911(language: str) -> None:
    for reply in REPLIES.dangers:
        if reply.topic is DangerTopic.BODY and reply.tiers == (Tier.CALL_911,):
            for wording in reply.wordings_in(language):
                assert "911" in " ".join(sentences(wording.text)[:2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_carbon_monoxide_gets_out_before_it_calls(language: str) -> None:
    for reply in REPLIES.dangers:
        if reply.topic is DangerTopic.CARBON_MONOXIDE:
            for wording in reply.wordings_in(language):
                assert place_of("leave the building", wording) < place_of("911", wording)


# --- What none says ---


@EVERY_TEXT
def test_never_hurts(name: str) -> None:
    text = TEXTS[name].text

    assert not {why for why, said in NEVER.items() if re.search(said, text, re.IGNORECASE)}


@EVERY_TEXT
def test_gives_no_number_but_those_of_help(name: str) -> None:
    assert set(re.findall(r"\d[\d-]*", TEXTS[name].text)) <= NUMBERS


@EVERY_TEXT
def test_holds_only_known_places_and_is_one_paragraph_of_plain_words(name: str) -> None:
    text = TEXTS[name].text

    assert {place for _, place, _, _ in Formatter().parse(text) if place is not None} <= PLACES
    assert text == text.strip() and "\n" not in text and "  " not in text
    assert not re.search(r"[–—*#•]| - ", text)
    assert not any(unicodedata.category(character) in {"So", "Cs"} for character in text)


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if text.language == "en"])
def test_english_is_one_that_a_text_message_can_carry(name: str, clinic: Clinic) -> None:
    assert smsutil.is_valid_gsm(TEXTS[name].filled_in(clinic).text)


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if text.language == "es"])
def test_spanish_is_polite_and_written_with_its_signs(name: str) -> None:
    text = TEXTS[name].text

    assert text.count("¿") == text.count("?")
    assert text.count("¡") == text.count("!")
    assert not re.search(r"\b(tú|eres|estás|tienes|puedes|contigo|ti|tus?)\b", text, re.IGNORECASE)
    assert not re.search(r"\b(asi|aqui|tambien|telefono|automatico|medico|esta viendo)\b", text)


# --- The short texts ---


def test_other_languages_have_a_text_of_each_kind_before_the_english_one() -> None:
    for kind in SafetyKind:
        texts = getattr(REPLIES.before_english, kind.value)
        assert {text.language for text in texts} == BEFORE_ENGLISH
        assert len(texts) == len(BEFORE_ENGLISH) == len({text.text for text in texts})
        for text in texts:
            assert "911" in text.text
            assert ("988" in text.text) is (kind is SafetyKind.CRISIS)
            assert len(text.text) <= 260


@pytest.mark.parametrize("kind", SafetyKind)
def test_a_door_open_line_is_short_and_names_whom_to_call(kind: SafetyKind) -> None:
    texts = getattr(REPLIES.door_open, kind.value)

    assert [text.language for text in texts] == list(LANGUAGES)
    for text in texts:
        assert len(text.text.split()) <= 32
        assert "911" in text.text
        assert ("988" in text.text) is (kind is SafetyKind.CRISIS)
        assert re.search(r"write to me|escribirme", text.text)


def test_a_door_open_line_falls_back_to_english() -> None:
    english = REPLIES.door_open_line(SafetyKind.CRISIS, "en")

    assert REPLIES.door_open_line(SafetyKind.CRISIS, "ko") == english
    assert REPLIES.door_open_line(SafetyKind.CRISIS, "es") != english


def test_when_nothing_else_can_be_said_both_lines_and_the_clinic_are() -> None:
    text = REPLIES.unavailable.text

    assert all(said in text for said in ("{clinic}", "{phone}", "{hours}", "911", "988"))


# --- Which reply ---


def test_every_danger_has_exactly_one_reply() -> None:
    for danger in possible_dangers():
        assert len([reply for reply in REPLIES.dangers if reply.answers(danger)]) == 1, danger


def test_ids_are_unique() -> None:
    ids = [reply.id for reply in REPLIES.dangers]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9_]+", id_) for id_ in ids)


def test_thoughts_of_an_unknown_level_count_as_active_ones() -> None:
    unknown = Danger(topic=DangerTopic.SUICIDE)

    assert REPLIES.text_for(unknown) == REPLIES.text_for(unknown.copy(update={"level": 2}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_wordings_take_turns(language: str) -> None:
    danger = Danger(topic=DangerTopic.SUICIDE, level=3, language=language)
    said = [REPLIES.text_for(danger, before) for before in range(4)]

    assert len(set(said[:3])) == 3
    assert said[3] == said[0]
    assert ("988" in said[0]) and (("asistente" in said[0]) is (language == "es"))


@pytest.mark.parametrize("language", sorted(BEFORE_ENGLISH))
def test_another_language_comes_before_the_english_reply(language: str) -> None:
    for topic in (DangerTopic.BODY, DangerTopic.SUICIDE):
        danger = Danger(topic=topic, language=language)
        own = REPLIES.before_english.find(danger.kind, language)
        assert own is not None
        english = REPLIES.text_for(danger.copy(update={"language": "en"}))

        assert REPLIES.text_for(danger) == f"{own.text}\n{english}"


def test_every_place_is_filled_in(clinic: Clinic) -> None:
    filled = REPLIES.filled_in(clinic)
    assert clinic.opening_hours_in("es") != clinic.opening_hours

    for name, text in filled.texts():
        assert not re.search(r"[{}]", text.text), name
    for reply in filled.dangers:
        for wording in reply.wordings:
            assert clinic.name in wording.text
            assert clinic.phone in wording.text
            assert clinic.opening_hours_in(wording.language) in wording.text
    assert clinic.opening_hours in filled.unavailable.text


# --- Sign-off and broken files ---


def test_every_text_has_a_name_of_its_own() -> None:
    names = [name for name, _ in REPLIES.texts()]

    assert len(names) == len(set(names)) == sum(len(r.wordings) for r in REPLIES.dangers) + 23
    assert {"suicide_thoughts.en.1", "before_english.crisis.zh.1", "unavailable"} <= set(names)


def test_drafts_wait_for_a_signature(tmp_path: Path) -> None:
    names = [name for name, _ in REPLIES.texts()]
    signed = load_safety_replies(copy_with(tmp_path, "sign_off: draft", "sign_off: signed"))

    assert REPLIES.unsigned() == names
    assert {text.sign_off for text in TEXTS.values()} == {SignOff.DRAFT}
    assert signed.unsigned() == names[1:]


@pytest.mark.parametrize(
    ("old", "new", "says_why"),
    [
        ("sign_off: draft", "sign_off: perhaps", "sign_off"),
        ("text: >-", "txt: >-", "txt"),
        ("topic: suicide", "topic: sadness", "topic"),
        ("about: self", "about: nobody", "about"),
    ],
)
def test_a_broken_value_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, says_why: str
) -> None:
    file = copy_with(tmp_path, old, new)
    changed = file.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(changed, 1) if new in text)

    with pytest.raises(ContentError) as caught:
        load_safety_replies(file)

    assert any(fault.line == line and says_why in fault.message for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "says_why"),
    [
        ("levels: [1, 2]", "levels: [1]", "is answered by nothing"),
        ("levels: [1, 2]", "levels: [1, 2, 3]", "is answered by ["),
        ("tiers: [call_911]", "tiers: [today]", "is answered by"),
        ("door_open:", "doors_open:", "door_open"),
        ("unavailable:", "unreachable:", "unavailable"),
    ],
)
def test_an_incomplete_file_is_refused(tmp_path: Path, old: str, new: str, says_why: str) -> None:
    with pytest.raises(ContentError, match=re.escape(says_why)) as caught:
        load_safety_replies(copy_with(tmp_path, old, new))

    assert all(fault.line >= 1 for fault in caught.value.faults)


def test_a_reply_needs_english(tmp_path: Path) -> None:
    file = copy_with(tmp_path, "", "")
    start, middle, rest = file.read_text(encoding="utf-8").partition("  - id: gas_other")
    file.write_text(start + middle + rest.replace("language: en", "language: es", 2), "utf-8")

    with pytest.raises(ContentError, match="no wording in English"):
        load_safety_replies(file)
