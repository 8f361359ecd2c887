"""Everything that `content check` looks at. Each rule yields faults with file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.content.answer_rules import AnswerMeasure, measure_answer, text_faults
from bot.content.library import PAGES_FOLDER
from bot.content.limits import ContentLimits, load_limits
from bot.content.page import Page, SignOff
from bot.content.reference_rules import reference_faults
from bot.content.texts import TEXTS_FILE, load_texts
from bot.content.training_examples import NLU_FOLDER, read_utterances
from bot.content.training_rules import training_faults
from bot.content.widget_texts import WIDGET_TEXTS_FILE, load_widget_texts
from bot.content.yaml_source import ContentError, Fault, YamlSource, read_yaml


@dataclass
class ContentReport:
    """The faults, the texts that wait for a signature, and the measures of every answer."""

    faults: list[Fault] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    answers: list[AnswerMeasure] = field(default_factory=list)


def check_content(
    pages_folder: Path = PAGES_FOLDER,
    texts_file: Path = TEXTS_FILE,
    nlu_folder: Path = NLU_FOLDER,
    widget_texts_file: Path = WIDGET_TEXTS_FILE,
) -> ContentReport:
    """Check every page, the other texts, the widget's, and the training data that belongs to them.

    Raises:
        ContentError: the limits themselves cannot be read.
    """
    limits = load_limits()
    report = ContentReport()
    pages: list[Page] = []
    for file in sorted(pages_folder.glob("*.yml")):
        page = _check_page(file, limits, report)
        if page is not None:
            pages.append(page)
    if not pages and not report.faults:
        report.faults.append(Fault(pages_folder, 1, "holds no page"))
    try:
        load_texts(texts_file)
        report.faults += training_faults(pages, read_utterances(nlu_folder), limits)
    except ContentError as error:
        report.faults += error.faults
    try:
        load_widget_texts(widget_texts_file)
    except ContentError as error:
        report.faults += error.faults
    return report


def _check_page(file: Path, limits: ContentLimits, report: ContentReport) -> Page | None:
    try:
        source: YamlSource = read_yaml(file)
        page: Page = source.parse(Page)
    except ContentError as error:
        report.faults += error.faults
        return None
    if page.id != file.stem:
        report.faults.append(source.fault(f"the id must be the file's name, {file.stem}", "id"))
    report.faults += reference_faults(source, page)
    report.faults += text_faults(source, page, limits)
    report.answers += [measure_answer(page, answer) for answer in page.answers]
    report.unsigned += [
        f"{page.id}.{answer.id}" for answer in page.answers if answer.sign_off is SignOff.DRAFT
    ]
    return page
