"""The jars of the broker: jgo fetches them, the sums in `kafka.lock` hold each of them, and the user's cache folder keeps them.

`python -m deploy.local.jars` resolves them anew and writes the lock (`make lock`).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import stamina

KAFKA = "org.apache.kafka:kafka_2.13:4.4.0"
LOG_BINDING = "org.slf4j:slf4j-simple:2.0.17"  # without one the broker says nothing
LOCK = Path(__file__).with_name("kafka.lock")
PARALLEL_DOWNLOADS = 6

Progress = Callable[[int, int], None]


class JarsWrong(Exception):
    """A jar is missing, unknown, or not the one that was locked. The message names the jar and the fix."""


@dataclass(frozen=True)
class Jar:
    """One locked jar: `coordinates` is group:artifact:version."""

    coordinates: str
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


def locked(lock: Path = LOCK) -> list[Jar]:
    """Return the jars of the lock file, in its order."""
    lines = (line.split() for line in lock.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [Jar(coordinates, sha256) for coordinates, sha256 in lines]


def jar_folder(cache: Path, jars: Iterable[Jar]) -> Path:
    """Return the folder of this set of jars. Another set has another folder, so that two checkouts do not disturb one another."""
    contents = "\n".join(sorted(f"{jar.coordinates} {jar.sha256}" for jar in jars))
    return cache / f"kafka-{hashlib.sha256(contents.encode()).hexdigest()[:12]}"


def problems(folder: Path, jars: list[Jar]) -> list[str]:
    """Return each difference between `folder` and the locked jars. Reads every byte of the jars."""
    wanted = {jar.filename: jar for jar in jars}
    present = {path.name for path in folder.glob("*")} if folder.is_dir() else set()
    found = [f"{folder / name} is not in {LOCK.name}" for name in sorted(present - set(wanted))]
    found += [f"{folder / name} is missing" for name in sorted(set(wanted) - present)]
    for name in sorted(present & set(wanted)):
        if (sum_ := _sha256(folder / name)) != wanted[name].sha256:
            found.append(f"{folder / name} has SHA-256 {sum_}, and {LOCK.name} says {wanted[name].sha256}")
    return found


def ensure(cache: Path, *, progress: Progress = lambda done, of: None, jars: list[Jar] | None = None) -> Path:
    """Return the folder that holds exactly the locked jars; fetch them where there is none yet. Raises `JarsWrong`."""
    jars = locked() if jars is None else jars
    folder = jar_folder(cache, jars)
    if not folder.is_dir():
        _fetch(folder, jars, progress)
    if wrong := problems(folder, jars):
        raise JarsWrong("; ".join(wrong) + f". Remove the folder and start again: rm -r {folder}")
    return folder


def _fetch(folder: Path, jars: list[Jar], progress: Progress) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as scratch:
        repository, whole = Path(scratch) / "repository", Path(scratch) / "jars"
        whole.mkdir()
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            for done, (jar, path) in enumerate(zip(jars, pool.map(lambda jar: _download(repository, jar), jars), strict=True), 1):
                shutil.move(path, whole / jar.filename)
                progress(done, len(jars))
        if wrong := problems(whole, jars):
            raise JarsWrong("; ".join(wrong) + f". What was fetched is not what was locked in {LOCK}: nothing of it was kept")
        try:
            whole.rename(folder)
        except OSError:
            if not folder.is_dir():  # another start was quicker: its jars are checked next
                raise


def _download(repository: Path, jar: Jar) -> Path:
    import requests
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    group, artifact, version = jar.coordinates.split(":")
    mirrors = GlobalSettings.load().repositories or None  # a mirror is set in jgo's own config file
    context = MavenContext(repo_cache=repository, remote_repos=mirrors, timeout=30)
    wanted = context.project(group, artifact).at_version(version).artifact()
    try:
        for attempt in stamina.retry_context(on=requests.RequestException, attempts=4, timeout=120):
            with attempt:
                if (partial := wanted.cached_path) is not None:
                    partial.unlink(missing_ok=True)
                return Path(wanted.resolve())
    except (requests.RequestException, RuntimeError) as failed:
        raise JarsWrong(f"{jar.coordinates} could not be fetched ({failed}): the first start needs a network, later ones do not") from failed
    raise AssertionError("a retry ends by returning or raising")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolve(lock: Path = LOCK, of: str = KAFKA) -> None:
    """Resolve the broker, or another program `of` the same form, with its dependencies anew over the network, and write `lock`."""
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as scratch:
        context = MavenContext(repo_cache=Path(scratch) / "repository")
        builder = EnvironmentBuilder(context=context, cache_dir=Path(scratch) / "envs", link_strategy=LinkStrategy.COPY)
        resolved = builder.from_endpoint(f"{of}+{LOG_BINDING}").lockfile
        if resolved is None:
            raise JarsWrong(f"jgo resolved {of} and kept no lock of it")
        lines = sorted(f"{each.groupId}:{each.artifactId}:{each.version} {each.sha256}" for each in resolved.dependencies)
    lock.write_text(f"# {of} and all it needs, with SHA-256 sums. `make lock` writes this file.\n" + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    resolve()
