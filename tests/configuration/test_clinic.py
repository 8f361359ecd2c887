"""The clinic's facts: what is accepted, what is not, and how hours read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.configuration.clinic import Day, OpeningHours, load_clinic
from bot.content.yaml_source import ContentError

GOOD = """\
name: Test Clinic
phone: "+1 212 867 5309"
email: care@clinic.test
site: https://www.clinic.test
time_zone: America/New_York
hours:
  - {days: [mon, tue, wed], opens: "09:00", closes: "17:30"}
  - {days: [sat], opens: "00:30", closes: "12:00"}
"""


def test_the_shipped_file_is_valid_and_all_example() -> None:
    assert load_clinic().example_values() == ["phone", "email", "site"]


def test_a_real_clinic_has_no_example(tmp_path: Path) -> None:
    (tmp_path / "clinic.yml").write_text(GOOD)

    clinic = load_clinic(tmp_path / "clinic.yml")

    assert clinic.example_values() == []
    assert clinic.opening_hours == "Mon to Wed, 9 am to 5:30 pm; Sat, 12:30 am to 12 pm"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("mon", "tue", "wed", "thu", "fri"), "Mon to Fri"),
        (("sat", "sun"), "Sat, Sun"),
        (("mon", "wed", "fri"), "Mon, Wed, Fri"),
        (("sun",), "Sun"),
    ],
)
def test_days_in_words(days: tuple[str, ...], words: str) -> None:
    hours = OpeningHours(days=tuple(Day(day) for day in days), opens="09:00", closes="17:00")

    assert str(hours) == f"{words}, 9 am to 5 pm"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("mon", "tue", "wed", "thu", "fri"), "lunes a viernes"),
        (("sat", "sun"), "sábado, domingo"),
        (("mon", "wed", "fri"), "lunes, miércoles, viernes"),
        (("sun",), "domingo"),
    ],
)
def test_days_in_spanish(days: tuple[str, ...], words: str) -> None:
    hours = OpeningHours(days=tuple(Day(day) for day in days), opens="09:00", closes="17:30")

    assert hours.in_spanish() == f"{words}, 9:00 a. m. a 5:30 p. m."


@pytest.mark.parametrize(
    ("clock", "words"),
    [("00:30", "12:30 a. m."), ("12:00", "12:00 p. m."), ("23:59", "11:59 p. m.")],
)
def test_a_time_in_spanish(clock: str, words: str) -> None:
    hours = OpeningHours(days=(Day.SAT,), opens="00:00", closes=clock)

    assert hours.in_spanish() == f"sábado, 12:00 a. m. a {words}"


def test_the_hours_are_said_in_the_language_asked_for(tmp_path: Path) -> None:
    (tmp_path / "clinic.yml").write_text(GOOD)
    clinic = load_clinic(tmp_path / "clinic.yml")

    assert clinic.opening_hours_in("es") == (
        "lunes a miércoles, 9:00 a. m. a 5:30 p. m.; sábado, 12:30 a. m. a 12:00 p. m."
    )
    # Babel's own spaces are not all of the common kind; text messages know no other.
    assert all(letter.isprintable() for letter in clinic.opening_hours_in("es"))
    assert not set("\xa0\u202f") & set(clinic.opening_hours_in("es"))
    for language in ("en", "ht", "zh", ""):
        assert clinic.opening_hours_in(language) == clinic.opening_hours


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ('"+1 212 867 5309"', '"12"', 2, "phone"),
        ('"+1 212 867 5309"', '"call us"', 2, "phone"),
        ("care@clinic.test", "care", 3, "email"),
        ("https://www.clinic.test", "www.clinic.test", 4, "site"),
        ("America/New_York", "Atlantis/Capital", 5, "time_zone"),
        ("America/New_York", "../../etc/passwd", 5, "time_zone"),
        # YAML 1.1 reads this as a number to the base of sixty.
        ('"17:30"', "17:30", 7, "hours.0.closes"),
        ('"17:30"', '"08:00"', 7, "hours.0.closes"),
        ("[mon, tue, wed]", "[]", 7, "hours.0.days"),
        ("[mon, tue, wed]", "[someday]", 7, "hours.0.days.0"),
        ("name: Test Clinic", "name: ''", 1, "name"),
        ("name: Test Clinic", "nam: Test Clinic", 1, "nam"),
        ("hours:\n", "allowed_origins: [https://a.test/b]\nhours:\n", 6, "allowed_origins.0"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    file = tmp_path / "clinic.yml"
    file.write_text(GOOD.replace(old, new, 1))

    with pytest.raises(ContentError) as caught:
        load_clinic(file)

    assert any(str(fault).startswith(f"{file}:{line}: {field}: ") for fault in caught.value.faults)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        load_clinic(tmp_path / "nowhere.yml")


def test_holidays_are_dates(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yml"
    file.write_text(f"{GOOD}holidays: [2026-12-25, 2027-01-01]\n")
    assert [day.isoformat() for day in load_clinic(file).holidays] == ["2026-12-25", "2027-01-01"]


@pytest.mark.parametrize("holidays", ["[christmas]", "[2026-12-25, 2026-12-25]"])
def test_what_is_no_holiday_is_refused(tmp_path: Path, holidays: str) -> None:
    file = tmp_path / "clinic.yml"
    file.write_text(f"{GOOD}holidays: {holidays}\n")
    with pytest.raises(ContentError, match="holidays"):
        load_clinic(file)
