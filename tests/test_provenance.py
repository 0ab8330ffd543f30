"""The hash of a module's imports moves with what they compute, and with nothing else."""

import json
from pathlib import Path

import numpy as np
import pytest

from gradfree import provenance

MODULES = {
    "__init__.py": "",
    "a.py": '"""Doc."""\nfrom gradfree.parts import used\n\n\ndef f():\n    import gradfree.lazy\n',
    "lazy.py": "VALUE = 2\n",
    "other.py": "VALUE = 3\n",
    "parts/__init__.py": "",
    "parts/used.py": '"""Doc."""\nVALUE = 1  # one\n',
    "parts/deep/__init__.py": "",
    "parts/deep/leaf.py": "VALUE = 4\n",
    "parts/template.html": "<p>",
    "table.txt": "1",
}


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A package of the same name, whose files can be edited."""
    folder = tmp_path / "gradfree"
    for name, content in MODULES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    monkeypatch.setattr(provenance, "PACKAGE_FOLDER", folder)
    forget()
    yield folder
    forget()


def forget() -> None:
    provenance.code_hash.cache_clear()
    provenance._read.cache_clear()


def hash_of(module: str) -> str:
    forget()
    return provenance.code_hash(module)


def closure(package: Path, module: str) -> set[str]:
    return {path.relative_to(package).as_posix() for path in provenance.import_closure(module)}


def test_the_closure_holds_lazy_imports_and_the_packages_on_the_way(package):
    expected = {"__init__.py", "a.py", "lazy.py", "parts/__init__.py", "parts/used.py"}
    assert closure(package, "gradfree.a") == expected


def test_importing_a_module_runs_the_packages_that_hold_it(package):
    expected = {"__init__.py", "parts/__init__.py", "parts/deep/__init__.py", "parts/deep/leaf.py"}
    assert closure(package, "gradfree.parts.deep.leaf") == expected


def test_an_unknown_module_is_named(package):
    with pytest.raises(ModuleNotFoundError, match=r"gradfree\.nothing"):
        provenance.import_closure("gradfree.nothing")


@pytest.mark.parametrize("name", ["a.py", "parts/used.py", "lazy.py", "parts/__init__.py"])
def test_an_edit_of_an_imported_module_changes_the_hash(package, name):
    before = hash_of("gradfree.a")
    (package / name).write_text(MODULES[name] + "EXTRA = 5\n")
    assert hash_of("gradfree.a") != before


def test_an_edit_of_a_file_that_a_package_carries_changes_the_hash_of_its_modules(package):
    before = hash_of("gradfree.a"), hash_of("gradfree.other")
    (package / "parts" / "template.html").write_text("<div>")
    assert hash_of("gradfree.a") != before[0] and hash_of("gradfree.other") == before[1]


def test_an_edit_outside_the_closure_does_not_change_the_hash(package):
    before = hash_of("gradfree.a")
    (package / "other.py").write_text("VALUE = 99\n")
    (package / "parts" / "deep" / "leaf.py").write_text("VALUE = 99\n")
    assert hash_of("gradfree.a") == before


def test_comments_docstrings_and_layout_do_not_change_the_hash(package):
    before = hash_of("gradfree.a")
    (package / "parts" / "used.py").write_text('"""Another text."""\n\n\n# a comment\nVALUE = (\n    1\n)\n')
    (package / "a.py").write_text(MODULES["a.py"].replace("def f():", 'def f():\n    """New."""'))
    assert hash_of("gradfree.a") == before


def test_a_module_that_moves_changes_the_hash(package):
    before = hash_of("gradfree.a")
    (package / "a.py").write_text(MODULES["a.py"].replace("gradfree.lazy", "gradfree.lazier"))
    (package / "lazy.py").rename(package / "lazier.py")
    assert hash_of("gradfree.a") != before


def test_the_hash_of_several_modules_does_not_depend_on_their_order(package):
    assert provenance.code_hash("gradfree.a", "gradfree.other") == provenance.code_hash("gradfree.other", "gradfree.a")


def test_attributes_say_configuration_seed_code_versions_and_machine():
    found = provenance.attributes({"b": 1, "a": [2]}, 3)
    assert json.loads(found["config"]) == {"a": [2], "b": 1} and found["seed"] == 3
    versions = json.loads(found["versions"])
    assert versions["numpy"] == np.__version__ and set(provenance.REPORTED_PACKAGES) | {"python"} == set(versions)
    assert found["commit"].rstrip("+") == "unknown" or len(found["commit"].rstrip("+")) == 40
    assert found["machine"].strip()


def test_attributes_can_be_stored_as_they_are():
    """Zarr attributes are JSON; nested values would not come back as they went."""
    assert all(isinstance(value, str | int) for value in provenance.attributes({"a": None}).values())


def test_outside_a_repository_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE_FOLDER", tmp_path)
    assert provenance.commit.__wrapped__() == "unknown"
