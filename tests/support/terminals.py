"""Commands on terminals of other encodings than UTF-8, as they are set on machines in China and on those without a locale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BAOXUE = Path(sys.executable).parent / "baoxue"
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "80"}
"""No locale, and none that Python puts in its place: files and other programs are read in ASCII where nothing else is said."""
ENCODINGS = ("gbk", "gb18030", "ascii")


def run(encoding: str, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `baoxue`; what it prints must be in the encoding, and no traceback."""
    told = {**os.environ, **PLAIN, "PYTHONIOENCODING": encoding, **environment}
    done = subprocess.run([BAOXUE, *words], env=told, capture_output=True, timeout=300, check=False)
    for printed in (done.stdout, done.stderr):
        text = printed.decode("utf-8" if "--json" in words else encoding)
        assert "Traceback" not in text, text
        assert "Error in sys.excepthook" not in text, text
    return done
