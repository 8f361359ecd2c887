"""A tiny server that stands for a child. Run as a script: fake_child.py PORT STYLE.

Styles: `ready` answers 200; `never` answers 503; `stubborn` is ready and ignores SIGTERM;
`parent` is ready and starts a process of its own; `refuses` exits 2 at once; `dies` exits 1.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

STATUS = 503 if sys.argv[2] == "never" else 200


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(STATUS)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


if sys.argv[2] in ("refuses", "dies"):
    print("said by the child")
    sys.exit(2 if sys.argv[2] == "refuses" else 1)
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[2] == "parent":
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(grandchild.pid, flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
