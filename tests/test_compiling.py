"""Machine code on disk goes out of date when any file that takes part changes."""

import subprocess
import sys
from pathlib import Path

CALLER = """
from gradfree.compiling import compiled
from {package}.constants import FACTOR

@compiled
def scaled(x):
    return FACTOR * x
"""
ASK = "from gradfree.outer import scaled; print(scaled(2.0), scaled._cache_hits[(__import__('numba').float64,)])"


def test_an_edit_in_an_imported_file_compiles_anew_and_a_comment_does_not(tmp_path):
    source = Path(__file__).parents[1] / "src" / "gradfree"
    package = tmp_path / "gradfree"
    package.mkdir()
    for name in ("__init__.py", "compiling.py", "provenance.py"):
        (package / name).write_text((source / name).read_text())
    (package / "outer.py").write_text(CALLER.format(package="gradfree"))
    answers = []
    for text in ("FACTOR = 3.0", "FACTOR = 3.0", "FACTOR = 3.0  # three", "FACTOR = 5.0"):
        (package / "constants.py").write_text(text + "\n")
        asked = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, env={}, capture_output=True, text=True)
        assert asked.returncode == 0, asked.stderr
        answers.append(asked.stdout.split())
    assert answers == [["6.0", "0"], ["6.0", "1"], ["6.0", "1"], ["10.0", "0"]]
