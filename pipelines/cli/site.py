"""`ecotone site` and `ecotone serve`: the dashboards, drawn again and shown."""

from __future__ import annotations

import errno
import signal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from dashboards.pages import load as load_pages
from dashboards.read.publication import Reader
from dashboards.write import site as dashboards
from pipelines.cli.reports.published import open_published
from pipelines.cli.shell.gate import LOOPBACK, NAMES
from pipelines.cli.shell.options import to_type
from pipelines.cli.shell.terminal import complain, plural, progress, say
from pipelines.cli.worlds.origin import open_installation
from pipelines.errors import ConfigurationError
from pipelines.orchestration.installation import SHARED
from pipelines.orchestration.locks import WAREHOUSE, exclusive, this_process
from pipelines.publication.record import published_id
from pipelines.settings import Settings


def site() -> int:
    """Draw every page from the published file; WarehouseError if there is none."""
    installation = open_installation()
    database = installation.settings.published
    open_published(installation.settings).close()
    pages = load_pages()
    alone = exclusive(installation.settings, WAREHOUSE, holder=this_process(), waiting=complain)
    with alone, progress() as reporter, Reader() as reader:
        publication = published_id(database) or ""
        dashboards.build_shared(installation.site)
        installation.mark_drawn(SHARED, publication)
        for done, (slug, page) in enumerate(pages.items()):
            reporter("drawing", done, len(pages), page.title)
            dashboards.build_page(database, installation.site, slug, reader)
            installation.mark_drawn(slug, publication)
    say(f"Drawn: {plural(len(pages), 'page')} in {installation.site}")
    say(f"Look:  {(installation.site / 'index.html').as_uri()}")
    return 0


def serve(port: int) -> int:
    """Serve the site until Ctrl-C; ConfigurationError if there is none or the port is taken."""
    settings = Settings.from_environment()
    folder = settings.home / "site"
    if not (folder / "index.html").exists():
        raise ConfigurationError(
            f"there is no site in {settings.home}: `{to_type('run', settings.home)}` draws one; or name another "
            "installation with --home.",
        )
    with site_server(port, folder) as server:
        for number in (signal.SIGINT, signal.SIGTERM):  # a shell that starts it with `&` has SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        say(f"Serving {folder} at http://{LOOPBACK}:{server.server_port}/ until Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Stopped.")
    return 0


def site_server(port: int, folder: Path) -> ThreadingHTTPServer:
    """A server of the folder on this machine; ConfigurationError if the port cannot be had."""
    try:
        return ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is in use" if taken else f"cannot be had: {error}"
        raise ConfigurationError(f"port {port} {why}. Name another one with --port, or 0 for any.") from None


class _Handler(SimpleHTTPRequestHandler):
    server_version = "ecotone"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """A file of the folder, for who asks by this machine's name; no link leads out of it."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        inside = Path(self.translate_path(self.path)).resolve().is_relative_to(Path(self.directory).resolve())
        if host not in NAMES:
            self.send_error(403, f"Open http://{LOOPBACK}:{self.connection.getsockname()[1]}/")
        elif not inside:
            self.send_error(404)
        else:
            return super().send_head()
        return None

    def end_headers(self) -> None:
        """A page may be drawn again at any time: let the browser ask each time."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in http.server
        """Say nothing of each request."""
