"""`widget embed` prints the very line for this version; `widget size` holds it to its budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.configuration.clinic import CLINIC_FILE
from bot.gateway.limits import LIMITS_FILE

LINE = re.compile(
    r'<script src="(?P<src>[^"]+)" data-server="(?P<server>[^"]+)" data-lang="(?P<lang>\w+)" '
    r'data-page="(?P<page>\w+)" integrity="sha384-[\w+/]{64}" crossorigin="anonymous" defer>'
    r"</script>\n"
)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CLINIC_FILE", "LIMITS_FILE", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    monkeypatch.setenv("PUBLIC_URL", "https://chat.clinic.example")


def test_the_line_names_this_version_and_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["widget", "embed"]) == 0

    found = LINE.fullmatch(capsys.readouterr().out)
    assert found
    assert re.fullmatch(r"https://chat\.clinic\.example/widget\.[0-9a-f]{16}\.js", found["src"])
    assert found["server"] == "https://chat.clinic.example"
    assert (found["lang"], found["page"]) == ("en", "migraine")


def test_language_and_page_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["widget", "embed", "--lang", "es", "--page", "migraine"]) == 0

    assert 'data-lang="es" data-page="migraine"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lang", "xx"], "en, es"),
        (["--lang", '"><script>'], "en, es"),
        (["--page", "x"], "migraine"),
    ],
)
def test_what_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["widget", "embed", *arguments]) == 2

    found = capsys.readouterr()
    assert found.out == ""
    assert said in found.err
    assert len(found.err.splitlines()) == 1


def test_another_clinic_gets_another_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["widget", "embed"])
    shipped = capsys.readouterr().out
    own = tmp_path / "clinic.yml"
    text = CLINIC_FILE.read_text(encoding="utf-8")
    own.write_text(text.replace("name: Tovani", "name: Elsewhere"), encoding="utf-8")
    monkeypatch.setenv("CLINIC_FILE", str(own))

    assert main(["widget", "embed"]) == 0

    assert capsys.readouterr().out != shipped


@pytest.mark.parametrize(("allowed", "code"), [(1_000_000, 0), (1_000, 1)])
def test_the_size_is_said_and_held_against_the_limit(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    allowed: int,
    code: int,
) -> None:
    limits = tmp_path / "limits.yml"
    text = LIMITS_FILE.read_text(encoding="utf-8")
    limits.write_text(
        re.sub(r"largest_compressed_bytes: \d+", f"largest_compressed_bytes: {allowed}", text),
        encoding="utf-8",
    )
    monkeypatch.setenv("LIMITS_FILE", str(limits))

    assert main(["widget", "size"]) == code

    said = capsys.readouterr().out
    assert re.fullmatch(rf"the widget takes \d+ bytes compressed, of {allowed} allowed\n", said)
