"""A pytest plugin: names each failure at once, and closes the run with a plain count of tests.

The count is `N passed, N failed, N skipped`, alone on a line.
"""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a failure when it happens: a long run tells nothing more until its end."""
    # The processes of pytest-xdist report to the first one, which alone prints.
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nfailed: {report.nodeid} ({report.when})", flush=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own closing line."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return

    def count(*outcomes: str) -> int:
        return sum(len(reporter.stats.get(outcome, ())) for outcome in outcomes)

    reporter.write_line(
        f"{count('passed', 'xpassed')} passed, {count('failed', 'error')} failed, "
        f"{count('skipped', 'xfailed')} skipped"
    )
