"""The arrows of the design, walked through the imports; and that nothing is too long to read at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gradfree import config, provenance

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "gradfree"
FILES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = [path for path in sorted((ROOT / "scripts").glob("*.py")) if "snakemake" in path.read_text()]
FIGURES = [
    f"{name}_{figure}"
    for name, chapter in config.read(ROOT).chapters().items()
    for figure in chapter.figures.model_dump()
]
CHAPTERS = list(config.read(ROOT).chapters())

FOUNDATION = {"randomness", "store", "config", "provenance", "progress", "settings", "compiling"}
MAY_IMPORT = {
    **{name: FOUNDATION for name in FOUNDATION},
    "optimizers": FOUNDATION,
    "models": FOUNDATION,
    "tasks": FOUNDATION,
    "experiments": FOUNDATION | {"optimizers", "models", "tasks"},
    "analysis": FOUNDATION,
    "figures": FOUNDATION | {"analysis"},
    "claims": FOUNDATION | {"analysis"},
}
NOT_NUMBERS = {"__init__.py", "store.py", "provenance.py", "progress.py", "settings/base.py", "settings/data.py"}
NOT_NUMBERS |= {f"{folder}/__init__.py" for folder in MAY_IMPORT}
FIRST = {  # where wildcards name the module
    "gradfree.figures.": FIGURES[0],
    "gradfree.claims.": CHAPTERS[0],
    "gradfree.experiments.biophysical_": "network",
}
MODULE = re.compile(r'"(gradfree[\w.]*)')


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> set[str]:
    """Full names of what a file imports, at its top or later."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import, which the code hash does not follow"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent != PACKAGE or path.name != "__init__.py"], ids=name_of
)
def test_imports_follow_the_arrows(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    targets = {name.split(".")[1] for name in imported(path) if name.startswith("gradfree.")}
    assert targets <= MAY_IMPORT[part] | {part}


def test_the_package_does_not_know_snakemake():
    assert [path for path in FILES if any(name.split(".")[0] == "snakemake" for name in imported(path))] == []


def test_every_figure_of_the_configuration_has_a_module_and_a_caption_and_no_other_has():
    modules = {path.stem for chapter in CHAPTERS for path in (PACKAGE / "figures").glob(f"{chapter}_*.py")}
    captions = {path.stem for path in (ROOT / "workflow" / "report").glob("*.rst")}
    assert modules == captions == set(FIGURES)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_caption_is_one_short_paragraph(figure):
    text = (ROOT / "workflow" / "report" / f"{figure}.rst").read_text().strip()
    assert 20 < len(text) < 600 and "\n\n" not in text


def rules() -> dict[str, tuple[Path, set[str]]]:
    """Script and modules of `params: code` of each rule that has both, its own or those of the rule it is made from."""
    found = {}
    for file in (ROOT / "workflow" / "rules").glob("*.smk"):
        starts = [match.start() for match in re.finditer(r"^(use )?rule ", file.read_text(), re.M)] + [None]
        for text in (file.read_text()[start:end] for start, end in pairwise(starts)):
            base, name = re.match(r"(?:use rule (\w+) as |rule )(\w+)", text).groups()
            script = re.search(r'script:\s+"\.\./\.\./(scripts/\w+\.py)"', text)
            code = re.search(r"\bcode\(([^)]*)\)", text)
            modules = {module + FIRST.get(module, "") for module in MODULE.findall(code[1])} if code else None
            if base or (script and code):
                found[name] = found[base][0] if base else ROOT / script[1], modules or found[base][1]
    return found


@pytest.mark.parametrize("rule", rules())
def test_the_code_hash_of_a_rule_covers_what_its_script_imports(rule):
    """Else an edit there changes results that Snakemake does not compute anew."""
    script, modules = rules()[rule]
    covered = {path for module in modules for path in provenance.import_closure(module)}
    needed = {path for name in provenance._imported_modules(script) for path in provenance.import_closure(name)}
    assert {name_of(path) for path in needed - covered} <= NOT_NUMBERS


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_of_a_rule_is_thin(path):
    assert len(path.read_text().splitlines()) <= 25


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_are_short(path):
    assert len(path.read_text().splitlines()) <= 300
    assert [f.name for f in functions(path) if f.end_lineno - f.lineno >= 60] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.read_text()], ids=name_of)
def test_every_module_class_and_public_function_says_what_it_does(path):
    tree = ast.parse(path.read_text())
    members = [node for body in [tree, *classes(tree)] for node in body.body if isinstance(node, ast.FunctionDef)]
    public = [node for node in members if not node.name.startswith("_")]
    assert [node for node in (tree, *classes(tree), *public) if not ast.get_docstring(node)] == []


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def test_randomness_comes_from_named_streams_only():
    """The global generators of NumPy and of the standard library depend on who drew before."""
    forbidden = re.compile(r"np\.random\.(seed|rand|normal|choice|shuffle|permutation)\b|^import random\b", re.M)
    assert [name_of(path) for path in FILES if forbidden.search(path.read_text())] == []


def test_what_searches_run_loads_no_heavy_library_that_it_does_not_need():
    modules = "individual, cnn_enkf, reservoir_training, reservoir_spikes, biophysical_network"
    heavy = {"torch", "brian2", "sklearn", "matplotlib", "scipy.stats", "cma", "snakemake"}
    told = f"import sys; from gradfree.experiments import {modules}; print(*({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []
