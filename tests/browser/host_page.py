"""Pages of other people that the widget is put on, under the strictest policy that it needs."""

from __future__ import annotations

from playwright.sync_api import Page, Route

#: What docs/embedding.md asks of a page that allows nothing else.
_POLICY = (
    "default-src 'none'; script-src {server}; connect-src {server}; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types {trusted_types}"
)

#: Styles of a page that mean harm to whatever stands on it.
HOSTILE_STYLE = """
* { all: unset !important; }
button, div, p, ul, li, a, form, textarea, input, section { display: none !important; }
clinic-chat { display: none !important; position: static !important; z-index: -1 !important;
  visibility: hidden !important; opacity: 0 !important; pointer-events: none !important;
  transform: scale(0) !important; }
body { font-size: 1px !important; color: white !important; }
"""


class HostPage:
    """A page at `address` with the widget of `server`; nothing but the page itself is made up."""

    def __init__(self, server: str, address: str) -> None:
        self.server = server
        self.address = address

    def show(
        self,
        page: Page,
        *,
        html: str = '<html lang="en">',
        style: str = "",
        body: str = "",
        attributes: str = "",
        trusted_types: str = "lit-html",
    ) -> None:
        """Open it; `attributes` are those of the script's line."""
        document = (
            f'<!doctype html>{html}<head><meta charset="utf-8"><title>Host</title>'
            '<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/host.css">'
            f'<script src="{self.server}/widget.js" {attributes} defer></script></head>'
            f"<body><main><h1>Host</h1>{body}</main></body></html>"
        )
        policy = _POLICY.format(server=self.server, trusted_types=trusted_types)

        def serve(route: Route) -> None:
            headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
            route.fulfill(body=document, headers=headers)

        page.route(self.address, serve)
        page.route("**/host.css", lambda route: route.fulfill(body=style, content_type="text/css"))
        page.goto(self.address)
        page.locator("clinic-chat").wait_for(state="attached")
        # From now on every request is the browser's own, its preflights too.
        page.unroute_all()
