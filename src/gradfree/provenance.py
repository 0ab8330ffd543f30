"""Where a result comes from: code, configuration, versions, machine; and the content hash of a module's imports."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

PACKAGE_FOLDER = Path(__file__).parent
REPORTED_PACKAGES = ("gradfree", "numpy", "scipy", "torch", "numba", "xarray", "zarr", "matplotlib", "snakemake")


@cache
def commit() -> str:
    """The git commit of the working tree, marked `+` if files differ from it; `unknown` outside a repository."""
    try:
        head = _git("rev-parse", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(PACKAGE_FOLDER), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that shape results."""
    found = {"python": platform.python_version()}
    for name in REPORTED_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def attributes(config: dict[str, Any], seed: int | None = None) -> dict[str, Any]:
    """Dataset attributes that say what made it; configuration and versions as JSON text, which zarr stores readably."""
    return {
        "config": json.dumps(config, sort_keys=True),
        "seed": -1 if seed is None else seed,
        "commit": commit(),
        "versions": json.dumps(versions()),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def import_closure(module: str) -> list[Path]:
    """Files of the package that importing `module` runs, itself included, sorted; lazy imports count too.

    Raises ModuleNotFoundError if the package has no such module.
    """
    found: dict[str, Path] = {}
    _collect(module, found)
    return sorted(set(found.values()))


def _collect(module: str, found: dict[str, Path]) -> None:
    if module in found:
        return
    found[module] = _file_of(module)
    if "." in module:  # importing a module runs the packages that hold it
        _collect(module.rpartition(".")[0], found)
    for name in _imported_modules(found[module]):
        _collect(name, found)


def _file_of(module: str) -> Path:
    stem = PACKAGE_FOLDER.parent.joinpath(*module.split("."))
    for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise ModuleNotFoundError(f"no module {module!r}: neither {stem}.py nor {stem}/__init__.py exists")


def _imported_modules(path: Path) -> set[str]:
    own = {name for name in _read(path).imported if name.split(".")[0] == PACKAGE_FOLDER.name}
    return {name for name in own if _is_module(name)}


def _is_module(name: str) -> bool:
    try:
        _file_of(name)
    except ModuleNotFoundError:
        return False
    return True


@cache
def code_hash(*modules: str) -> str:
    """Hash of what the import closures of `modules` compute: comments, docstrings and layout do not change it.

    Files that are no Python (a style sheet, a template) count for the modules of their folder.
    """
    digest = hashlib.sha256()
    closure = {path for module in modules for path in import_closure(module)}
    beside = {path for folder in {path.parent for path in closure} - {PACKAGE_FOLDER} for path in folder.glob("*.*")}
    for path in sorted(closure | {path for path in beside if not path.suffix.startswith((".py", ".swp"))}):
        digest.update(str(path.relative_to(PACKAGE_FOLDER)).encode())
        digest.update(_read(path).meaning.encode() if path.suffix == ".py" else path.read_bytes())
    return digest.hexdigest()[:16]


def file_hash(path: Path) -> str:
    """Hash of what one Python file outside the package computes; what it imports is not followed."""
    return hashlib.sha256(_read(path).meaning.encode()).hexdigest()[:16]


class Source(NamedTuple):
    """What a Python file may import, modules and their attributes alike, and what it computes, as text."""

    imported: frozenset[str]
    meaning: str


@cache
def _read(path: Path) -> Source:
    tree = ast.parse(path.read_text())
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            imported.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
        elif _starts_with_a_docstring(body := getattr(node, "body", None)):
            del body[0]
    return Source(frozenset(imported), ast.dump(tree))


def _starts_with_a_docstring(body: Any) -> TypeGuard[list[ast.stmt]]:
    return (
        isinstance(body, list)
        and bool(body)
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
    )
