"""`python -m bot.gateway`."""

from __future__ import annotations

import os
import sys
import warnings


def main() -> int:
    """Serve, and return the exit code."""
    # Of `limits`, about itself: nothing that an operator could act on.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    from bot.gateway.server import serve

    return serve(os.environ)


if __name__ == "__main__":
    sys.exit(main())
