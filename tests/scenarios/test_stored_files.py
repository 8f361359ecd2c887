"""What the product keeps on disk is for its own account only."""

from __future__ import annotations

import stat

from tests.conftest import OpenConversation
from tests.scenarios.running_product import RunningProduct


def test_nobody_else_can_read_what_patients_wrote(
    product: RunningProduct, converse: OpenConversation
) -> None:
    converse().ask("What is migraine aura?")
    files = [*product.var.glob("*.db*"), *product.log_folder.iterdir(), product.var / "secrets.env"]
    assert {"assistant.db", "tracker.db"} <= {file.name for file in files}
    open_to_others = {
        file.name: oct(mode)
        for file in files
        if (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077
    }
    assert open_to_others == {}
