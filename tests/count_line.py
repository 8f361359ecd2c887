"""A pytest plugin: closes the run with `N passed, N failed, N skipped` alone on a line."""

from __future__ import annotations

import pytest


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
