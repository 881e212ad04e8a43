"""The house rules that a reader relies on: who may import whom, what stays pure, how large things may grow."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "bot").rglob("*.py")
}
CODE = {name: path for name, path in MODULES.items() if "migrations" not in name}

# Room -> the rooms it may import. A room is a module's longest prefix in this table.
ARROWS: dict[str, set[str]] = {
    "bot": set(),
    "bot.model": {"bot.model"},
    "bot.errors": set(),
    "bot.core": {"bot.core", "bot.model", "bot.errors"},
    "bot.edge.http": {"bot.edge.http", "bot.edge.spool", "bot.model", "bot.errors"},
    "bot.edge.spool": set(),
    "bot.edge.lock": {"bot.errors"},
    "bot.edge.store": {"bot.edge.store", "bot.edge.lock", "bot.model", "bot.errors"},
    "bot.edge.pool": {"bot.edge.pool", "bot.edge.child", "bot.model", "bot.errors"},
    "bot.edge.child": {"bot.errors"},
    "bot.edge.send": {"bot", "bot.edge.send", "bot.edge.http", "bot.model", "bot.errors"},
    "bot.config": {"bot.config", "bot.core", "bot.model", "bot.errors"},
    "bot.pipeline": {"bot.pipeline", "bot.config", "bot.core", "bot.edge", "bot.model", "bot.errors"},
    "bot.logs": {"bot.model"},
    "bot.sdnotify": set(),
    "bot.report": {"bot.core", "bot.model", "bot.pipeline"},
    "bot.rounds": {"bot.rounds", "bot.core", "bot.edge", "bot.errors", "bot.model", "bot.pipeline", "bot.report"},
    "bot.workshop": {"bot", "bot.config", "bot.edge", "bot.pipeline", "bot.rounds"},
    "bot.daemon": {"bot.config", "bot.core.counting", "bot.errors", "bot.logs", "bot.pipeline", "bot.report", "bot.rounds", "bot.sdnotify", "bot.workshop"},
    "bot.demo": {"bot.demo", "bot.config", "bot.daemon", "bot.errors", "bot.rounds"},
    "bot.shipped": {"bot.errors"},
    "bot.cli": {"bot", "bot.cli", "bot.config", "bot.core", "bot.daemon", "bot.demo", "bot.edge", "bot.errors", "bot.logs", "bot.model",
                "bot.pipeline", "bot.rounds", "bot.shipped", "bot.workshop"},
    "bot.__main__": {"bot.cli"},
}  # fmt: skip

# Each outside library has one room that knows it.
OWNERS = {
    "ahocorasick_rs": "bot.core.needles", "alembic": "bot.edge.store", "apscheduler": "bot.daemon", "certifi": "bot.edge.http", "click": "bot.cli", "feedparser": "bot.core.parse",
    "lxml": "bot.core.page", "pebble": "bot.edge.pool", "protego": "bot.edge.http", "pycld2": "bot.core.language", "pydantic": "bot.config", "requests": "bot.edge.http",
    "rich": "bot.cli", "sqlalchemy": "bot.edge.store", "sqlite3": "bot.edge.store", "trafilatura": "bot.core.extract",
    "urllib3": "bot.edge.http",
}  # fmt: skip

# The core gets the clock, chance and the world as values.
IMPURE = {
    "os",
    "pathlib",
    "socket",
    "time",
    "random",
    "threading",
    "subprocess",
    "logging",
    "sys",
    "shutil",
    "tempfile",
    "requests",
}


@cache
def imports(module: str) -> tuple[tuple[str, bool], ...]:
    """What a module imports, and whether as it is loaded itself (not later, inside a function, nor for types only)."""
    return tuple(_imports(ast.parse(MODULES[module].read_text())))


def _imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    for node, early in _walk(tree, early=True):
        if isinstance(node, ast.Import):
            yield from ((alias.name, early) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((name if name in MODULES else node.module, early) for name in names)


def _walk(node: ast.AST, *, early: bool) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        now = early and not isinstance(child, ast.FunctionDef) and not typing_only
        yield child, now
        yield from _walk(child, early=now)


def room(module: str) -> str:
    return max((name for name in ARROWS if module == name or module.startswith(name + ".")), key=len)


@pytest.mark.parametrize("module", CODE)
def test_a_module_imports_only_where_the_arrows_point(module: str) -> None:
    allowed = ARROWS[room(module)]
    wrong = [
        name for name, _ in imports(module)
        if name.split(".")[0] == "bot" and not any(name == to or (to != "bot" and name.startswith(to + ".")) for to in allowed)
    ]  # fmt: skip
    assert not wrong, f"{module} imports {wrong}"


@pytest.mark.parametrize("module", CODE)
def test_an_outside_library_is_known_in_one_room(module: str) -> None:
    wrong = [name for name, _ in imports(module) if (owner := OWNERS.get(name.split(".")[0])) and not module.startswith(owner)]
    assert not wrong, f"{module} imports {wrong}"


@pytest.mark.parametrize("module", [name for name in CODE if name.startswith("bot.core")])
def test_the_core_touches_nothing_outside(module: str) -> None:
    text = MODULES[module].read_text().replace("from time import struct_time\n", "")  # a type, not the clock
    wrong = [name for name, _ in _imports(ast.parse(text)) if name.split(".")[0] in IMPURE]
    assert not wrong, f"{module} imports {wrong}"
    tree = ast.parse(MODULES[module].read_text())
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call for call in calls if call in {"open", "print", "datetime.now", "datetime.utcnow", "date.today"}]


def test_modules_import_each_other_in_no_circle() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module in done:
            return
        for name, early in imports(module):
            if early and name in MODULES and name != module:
                visit(name, (*path, module))
        done.add(module)

    for module in CODE:
        visit(module, ())


@pytest.mark.parametrize("module", CODE)
def test_no_module_outgrows_its_room(module: str) -> None:
    assert len(CODE[module].read_text().splitlines()) <= 250


def bodies() -> dict[str, int]:
    """Lines of each function's body, its docstring left out."""
    found = {}
    for module, path in CODE.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                found[f"{module}.{node.name}"] = (node.end_lineno or 0) - body[0].lineno + 1
    return found


def test_functions_stay_short() -> None:
    lengths = bodies()
    longest = max(lengths, key=lambda name: lengths[name])
    assert lengths[longest] <= 60, longest
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 40


# Who may write to the terminal by themselves: each makes what it writes harmless, or writes a script of ours.
PRINTERS = {"bot.cli.terminal", "bot.cli.output", "bot.cli.sheet", "bot.cli.chart", "bot.cli.narrator", "bot.cli.completion"}


@pytest.mark.parametrize("module", CODE)
def test_only_the_doors_to_the_terminal_write_to_it(module: str) -> None:
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(CODE[module].read_text())) if isinstance(node, ast.Call)]
    writes = {"click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write", "console.print", "csv.writer"}
    assert module in PRINTERS or not writes & set(calls)


# Who may take the text out of a Foreign: escapers, and places that keep it or hand it on as data to a door above.
UNWRAPPERS = {
    "bot.model.foreign", "bot.core.render.escape", "bot.core.render.spots", "bot.core.render.words", "bot.core.render.webhook", "bot.edge.store.codec",
    "bot.edge.store.outbox", "bot.report", "bot.cli.alerts", "bot.cli.show",
}  # fmt: skip


@pytest.mark.parametrize("module", [name for name in CODE if not name.startswith("bot.edge.http")])  # urllib3 has a ``raw`` too
def test_only_escapers_and_keepers_look_into_text_of_strangers(module: str) -> None:
    tree = ast.parse(CODE[module].read_text())
    assert module in UNWRAPPERS or not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "raw"]
