"""A real Firefox, driven over its own Marionette protocol, for one test module."""

import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox", "firefox-esr")
PREFERENCES = {
    "marionette.port": 0,  # a free one; it stands in a file of the profile
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "extensions.systemAddon.update.enabled": False,
    "ui.prefersReducedMotion": 1,
}


def find() -> str | None:
    """Return the path of a Firefox, or None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """One window of it. Messages are `length:[type, id, command or error, body]`."""

    def __init__(self, port: int):
        self._socket = socket.create_connection(("127.0.0.1", port), 20)
        self._stream = self._socket.makefile("rwb")
        self._message = 0
        self._receive()  # its greeting
        self._ask("WebDriver:NewSession")

    def _receive(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox closed the connection"
            length += byte
        return json.loads(self._stream.read(int(length)))

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._message += 1
        body = json.dumps([0, self._message, command, parameters]).encode()
        self._stream.write(f"{len(body)}:".encode() + body)
        self._stream.flush()
        _, _, error, answer = self._receive()
        assert error is None, error
        return answer

    def install(self, package: Path) -> str:
        """Install an unsigned package until Firefox ends; return its id."""
        answer = self._ask("Addon:Install", path=str(package), temporary=True)
        return str(answer["value"])

    def goto(self, url: str) -> None:
        self._ask("WebDriver:Navigate", url=url)

    def run(self, script: str, *args: Any, context: str = "content") -> Any:
        """Run a script that may await, with all rights; return its JSON."""
        self._ask("Marionette:SetContext", value=context)
        wrapped = f"""const done = arguments[arguments.length - 1];
        (async (...args) => {{ {script} }})(...arguments).then(done,
            (error) => done({{ thrown: String(error) }}));"""
        answer = self._ask(
            "WebDriver:ExecuteAsyncScript",
            script=wrapped,
            args=list(args),
            sandbox="system",
        )["value"]
        self._ask("Marionette:SetContext", value="content")
        assert not (isinstance(answer, dict) and "thrown" in answer), answer
        return answer

    def screenshot(self) -> str:
        """Return the window as a PNG in base64."""
        return str(self._ask("WebDriver:TakeScreenshot", full=False)["value"])

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


@contextmanager
def running(path: str, profile: Path):
    """Start a Firefox with a fresh profile, headless; end it after use."""
    (profile / "user.js").write_text(
        "".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in PREFERENCES.items()
        )
    )
    options = ["--headless", "--marionette", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [path, *options, "--no-remote", "--profile", str(profile)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        firefox = Firefox(_port(profile / "MarionetteActivePort", process))
        yield firefox
        firefox.close()
    finally:
        process.terminate()
        process.wait(20)


def _port(file: Path, process: subprocess.Popen) -> int:
    deadline = time.monotonic() + 60
    while not (file.is_file() and file.read_text().strip()):
        assert process.poll() is None, "Firefox ended before it was ready"
        assert time.monotonic() < deadline, "Firefox did not get ready"
        time.sleep(0.1)
    return int(file.read_text())
