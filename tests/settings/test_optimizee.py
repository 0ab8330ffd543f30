"""What can be tuned is found by its import path, and what cannot is refused with a reason."""

import re

import pytest

from gradfree import provenance
from gradfree.settings.optimizee import NoOptimizee, code_of, find


def test_the_package_and_the_python_path_are_searched():
    assert find("gradfree.experiments.cnn_optimizee:EnkfOnCnn").tasks == ("validation", "last_batch", "test", "letters")
    assert find("optimizees:Parabola").__name__ == "Parabola"


def test_the_working_folder_is_searched_too(tmp_path, monkeypatch):
    (tmp_path / "mine_alone.py").write_text(
        "class Mine:\n    tasks = ('search',)\n    def run(self, genes, stream, task, start=None): ...\n"
    )
    monkeypatch.chdir(tmp_path)
    assert find("mine_alone:Mine").tasks == ("search",)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_such_module:Mine", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"),
        ("optimizees:Parabel", "module optimizees has no class Parabel"),
        ("optimizees:np", "module optimizees has no class np"),
        ("optimizees:WithoutTasks", "`tasks` must be a tuple of at least one name, found None"),
        ("optimizees:WithoutRun", "it has no method `run`"),
        ("optimizees:WithoutStart", "`run` must take (genes, stream, task, start)"),
    ],
)
def test_what_is_no_optimizee_is_refused_with_the_reason(path, message):
    with pytest.raises(NoOptimizee, match=re.escape(message)):
        find(path)


def test_a_module_that_raises_when_imported_is_named_with_its_error(tmp_path, monkeypatch):
    (tmp_path / "broken_module.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoOptimizee, match="broken_module:Mine' cannot be imported: ZeroDivisionError"):
        find("broken_module:Mine")


def test_the_code_of_ones_own_optimizee_changes_with_its_file_and_not_with_comments(tmp_path):
    file = tmp_path / "mine.py"
    hashes = []
    for text in ("x = 1\n", "x = 1  # a comment\n", "x = 2\n"):
        file.write_text(text)
        provenance._read.cache_clear()
        hashes.append(provenance.file_hash(file))
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_code_of_an_optimizee_of_the_package_is_all_that_it_imports():
    found = code_of("gradfree.experiments.cnn_optimizee:EnkfOnCnn")
    assert found == provenance.code_hash("gradfree.experiments.cnn_optimizee")
    assert any(path.name == "enkf.py" for path in provenance.import_closure("gradfree.experiments.cnn_optimizee"))
