"""The widget as it is served: one file with its configuration, cached rightly, for any page."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.clinic import Clinic
from bot.content.widget_texts import load_widget_texts
from bot.content.yaml_source import ContentError
from bot.gateway.limits import load_limits
from bot.gateway.widget_configuration import as_script_literal, widget_configuration
from bot.gateway.widget_file import BUILT_FILE, accepts_gzip, is_among, widget_script
from bot.replies.composer import ReplyComposer
from tests.gateway.harness import RunningGateway, StartGateway

PLAIN = {"Accept-Encoding": "identity"}

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def configuration_in(gateway: RunningGateway) -> dict[str, Any]:
    """What the served widget is told, found by what the built file has around its place."""
    before, _, after = BUILT_FILE.read_bytes().partition(b'"@@CONFIGURATION@@"')
    served = gateway.http.get("/widget.js").content
    assert served.startswith(before)
    assert served.endswith(after)
    literal = served[len(before) : len(served) - len(after)]
    told: dict[str, Any] = json.loads(json.loads(literal))
    return told


def test_the_configuration_is_all_that_the_widget_has_to_know(gateway: RunningGateway) -> None:
    told = configuration_in(gateway)
    assert list(told) == [
        *("clinic", "phone", "longest_text", "languages", "strings", "pages"),
    ]
    assert (told["clinic"], told["phone"]) == ("Tovani", "+1 555 010 0199")
    assert told["longest_text"] == load_limits().request.longest_text
    assert told["languages"] == list(told["strings"]) == list(load_widget_texts().languages)
    questions = ["What is a cramp?", "What helps?"] * 2
    assert told["pages"] == {
        "cramp": {"title": "cramp", "starters": dict.fromkeys(told["languages"], questions)}
    }


def test_facts_are_filled_in_and_places_of_the_widget_left(
    clinic: Clinic, composer: ReplyComposer
) -> None:
    made: Any = widget_configuration(clinic, composer.library, load_widget_texts(), load_limits())
    for language, strings in made["strings"].items():
        written = json.dumps(strings, ensure_ascii=False)
        assert not re.search(r"\{(clinic|phone|hours|email)\}", written)
        assert clinic.phone in written
        assert clinic.opening_hours_in(language) in written


@given(configuration=st.dictionaries(st.text(), JSON_VALUES, max_size=5))
def test_the_literal_is_ascii_and_comes_to_the_same(configuration: dict[str, object]) -> None:
    literal = as_script_literal(configuration)
    assert re.fullmatch(rb'"[\x20-\x7e]*"', literal)
    # What JSON reads as one string, JavaScript does too (ECMA-262, "JSON superset").
    assert json.loads(json.loads(literal)) == configuration


@pytest.mark.parametrize("header", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "*"])
def test_it_is_compressed_for_who_reads_that(gateway: RunningGateway, header: str) -> None:
    plain = gateway.http.get("/widget.js", headers=PLAIN)
    compressed = gateway.http.get("/widget.js", headers={"Accept-Encoding": header})
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.content == plain.content
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != compressed.headers["ETag"]


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("x-gzip", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.001", True),
        ("*", True),
        ("*;q=0", False),
        ("*, gzip;q=0", False),
        ("br, *;q=0.1", True),
    ],
)
def test_an_encoding_is_accepted_as_the_standard_says(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@given(header=st.text())
def test_any_header_is_read(header: str) -> None:
    accepts_gzip(header)
    is_among('"tag"', header)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
        ("a", False),
    ],
)
def test_a_tag_is_found_as_the_standard_says(header: str, named: bool) -> None:
    assert is_among('"a"', header) is named


def test_it_is_asked_for_again_only_when_changed(gateway: RunningGateway) -> None:
    for headers in (PLAIN, {"Accept-Encoding": "gzip"}):
        first = gateway.http.get("/widget.js", headers=headers)
        seen = {**headers, "If-None-Match": first.headers["ETag"]}
        again = gateway.http.get("/widget.js", headers=seen)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_any_page_may_embed_it(gateway: RunningGateway) -> None:
    response = gateway.http.get("/widget.js", headers={"Origin": "https://elsewhere.example"})
    headers = response.headers
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Cache-Control"] == "public, max-age=600, stale-while-revalidate=86400"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    assert "Timing-Allow-Origin" not in headers
    assert gateway.http.head("/widget.js").headers["ETag"] == headers["ETag"]


def test_one_version_has_a_name_of_its_own_for_a_year(gateway: RunningGateway) -> None:
    latest = gateway.http.get("/widget.js")
    version = hashlib.sha256(latest.content).hexdigest()[:16]
    response = gateway.http.get(f"/widget.{version}.js")
    assert response.content == latest.content
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("version", ["0" * 16, "x", "..", "%2e%2e", "js", "0" * 5000])
def test_another_version_is_not_there(gateway: RunningGateway, version: str) -> None:
    response = gateway.http.get(f"/widget.{version}.js")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert response.headers["Cache-Control"] == "no-store"


def test_another_clinic_has_another_version(start: StartGateway, gateway: RunningGateway) -> None:
    other = start(clinic_with={"phone": "+1 555 010 0111"})
    tags = {each.http.get("/widget.js").headers["ETag"] for each in (gateway, other)}
    assert len(tags) == 2
    assert configuration_in(other)["phone"] == "+1 555 010 0111"


def test_a_script_knows_its_version_and_integrity(tmp_path: Path) -> None:
    file = tmp_path / "widget.js"
    file.write_text('run(JSON.parse("@@CONFIGURATION@@"))')
    script = widget_script({"clinic": "</script> \u2028 é"}, file)
    assert script.content == (b'run(JSON.parse("{\\"clinic\\":\\"</script> \\u2028 \\u00e9\\"}"))')
    assert gzip.decompress(script.compressed) == script.content
    assert script.lasting_path == f"/widget.{hashlib.sha256(script.content).hexdigest()[:16]}.js"
    named = script.integrity.removeprefix("sha384-")
    assert base64.b64decode(named) == hashlib.sha384(script.content).digest()
    assert widget_script({"clinic": "</script> \u2028 é"}, file) == script


@pytest.mark.parametrize(
    "built", ["", '"@@CONFIGURATION@@" "@@CONFIGURATION@@"', "@@CONFIGURATION@@"]
)
def test_a_file_without_exactly_one_place_is_refused(tmp_path: Path, built: str) -> None:
    file = tmp_path / "widget.js"
    file.write_text(built)
    with pytest.raises(ContentError, match="exactly one place"):
        widget_script({}, file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"widget\.js:1: cannot be read"):
        widget_script({}, tmp_path / "widget.js")


def test_what_is_served_keeps_to_the_budget(clinic: Clinic) -> None:
    shipped = ReplyComposer.shipped(clinic)
    script = widget_script(
        widget_configuration(clinic, shipped.library, load_widget_texts(), load_limits())
    )
    assert len(script.compressed) <= load_limits().widget.largest_compressed_bytes
    assert script.content.isascii()
