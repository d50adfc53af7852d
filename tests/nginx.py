"""nginx with an example of the docs: only addresses and files are replaced by a test's own."""

import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from harness import NGINX, Process

AROUND = """
%(user)s
pid %(dir)s/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy;
  fastcgi_temp_path %(dir)s/f; uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
  %(sample)s
}
"""


class Nginx(Process):
    """nginx with ``sample``, in which each text of ``here`` stands for the one the docs show."""

    def __init__(self, folder: Path, sample: str, port: int, here: Mapping[str, str]) -> None:
        super().__init__(port)
        self._folder = folder
        for shown, instead in here.items():
            assert shown in sample
            sample = sample.replace(shown, instead)
        user = "user root;" if os.geteuid() == 0 else ""
        text = AROUND % {"user": user, "dir": folder, "sample": sample}
        (folder / "nginx.conf").write_text(text, encoding="utf-8")

    def command(self) -> list[str]:
        """nginx in the foreground."""
        return [NGINX, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]

    def start(self) -> Self:
        """Check the example as its reader does, then run it."""
        tested = subprocess.run([*self.command(), "-t"], capture_output=True, text=True)
        assert tested.returncode == 0 and "[warn]" not in tested.stderr, tested.stderr
        with (self._folder / "nginx.conf").open("a", encoding="utf-8") as config:
            config.write("daemon off;\n")
        return super().start()

    def _ready(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
