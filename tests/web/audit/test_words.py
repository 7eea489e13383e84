"""Every action that the program writes into the audit log has its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import komet_shop
from komet_shop.domain.operation_states import State
from komet_shop.plugin_api import Kind
from komet_shop.services.audit_search import PARTS_OF_THE_SHOP
from komet_shop.web.audit.words import ACTORS, GROUPS, OBJECTS

SOURCES = sorted(Path(komet_shop.__file__).parent.rglob("*.py"))
MADE_OF_PARTS = {
    "operation_{operation.state}": {f"operation_{state}" for state in State},
    "{kind}_started": {f"{kind}_started" for kind in Kind},
}
"""Actions whose names are put together when they are written."""
ACTION = re.compile(r"[a-z]+(_[a-z]+)*")
ELSEWHERE = {"ignore"}
"""What other functions call an action."""


class Written:
    """The actions that the sources write, found by reading them."""

    def __init__(self) -> None:
        self.trees = {path: ast.parse(path.read_text()) for path in SOURCES}
        self.takers = {
            (path, node.name): place
            for path, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and (place := _place_of_action(node)) is not None
        }
        self.actions = {one for path in self.trees for one in self._of(path)}

    def _of(self, path: Path) -> Iterator[str]:
        for node in ast.walk(self.trees[path]):
            if isinstance(node, ast.Call):
                for given in self._given(path, node):
                    yield from self._texts(path, given)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "action":
                yield from self._texts(path, node.value)

    def _given(self, path: Path, call: ast.Call) -> Iterator[ast.expr]:
        yield from (one.value for one in call.keywords if one.arg == "action")
        is_method = isinstance(call.func, ast.Attribute)
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        places = {
            place
            for (where, taker), place in self.takers.items()
            if taker == name and (where == path or (is_method and not name.startswith("_")))
        }
        yield from (call.args[place] for place in places if place < len(call.args))

    def _texts(self, path: Path, value: ast.expr) -> Iterator[str]:
        if isinstance(value, ast.Constant):
            yield str(value.value)
        elif isinstance(value, ast.IfExp):
            yield from self._texts(path, value.body)
            yield from self._texts(path, value.orelse)
        elif isinstance(value, ast.JoinedStr):
            yield from MADE_OF_PARTS[ast.unparse(value)[2:-1]]
        elif isinstance(value, ast.Name):
            yield from _constants(self.trees[path], value.id)


def _place_of_action(function: ast.FunctionDef) -> int | None:
    names = [one.arg for one in function.args.args if one.arg != "self"]
    return names.index("action") if "action" in names else None


def _constants(tree: ast.Module, name: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield str(ast.literal_eval(node.value))


def known() -> set[str]:
    return {action for _title, actions in GROUPS.values() for action in actions}


def test_every_action_has_words() -> None:
    written = Written().actions - ELSEWHERE

    assert {one for one in written if ACTION.fullmatch(one)} - known() == set()
    assert len(written) > 30


def test_an_action_is_in_one_group() -> None:
    assert sum(len(actions) for _title, actions in GROUPS.values()) == len(known())


def test_every_kind_of_object_has_words() -> None:
    found = {
        match for path in SOURCES for match in re.findall(r'object_type="(\w+)"', path.read_text())
    }

    assert found - set(OBJECTS) == set()


def test_parts_of_the_shop_have_words() -> None:
    assert set(ACTORS) == set(PARTS_OF_THE_SHOP)
