"""What the docs say is there: pages, headings, links, files, commands, targets and variables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from komet_clearent.sandbox.assumptions import described

from komet_shop.cli import main
from komet_shop.domain.permissions import ROLES, Permission
from komet_shop.services.rate_limits import LIMITS

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugins" / "clearent"
CODE = (
    ROOT / "komet_shop",
    ROOT / "templates",
    ROOT / "static" / "css",
    ROOT / "static" / "js",
    ROOT / "tests",
    PLUGIN,
)
SUFFIXES = frozenset({".py", ".html", ".txt", ".css", ".js"})
OPERATIONS = ROOT / "docs" / "operations.md"

_LINE_BREAK = re.compile(r"\s*\n[\s#*]*")
_REFERENCE = re.compile(
    r"\bdocs/(?P<page>[\w-]+\.md)(?:,\s(?:\"(?P<heading>[^\"]+)\"|(?P<bare>[A-Z])))?"
)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
_NAMED_PAGE = re.compile(r"\[[^\]]+\]\((?P<path>[^)#\s]+\.md)\), \"(?P<heading>[^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|[=/])komet-shop(?P<words>(?: [^#\n]*)?)$")
_TARGET = re.compile(r"^make ([a-z][\w-]*)")
_VARIABLE = re.compile(r"\bKOMET_SHOP_[A-Z_]*[A-Z]\b")
_READ = re.compile(r"\breader\.\w+\(\s*\"([A-Z_]+)\"")
_FILE = re.compile(r"[\w-]+(?:/[\w.-]+)+\.(?:py|css|js|json|cfg|svg)")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A page of the docs that some code names, and the heading in it; empty for the whole page."""

    file: str
    page: Path
    heading: str


def pages() -> list[Path]:
    """All Markdown that people read."""
    here = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted([*here, *PLUGIN.glob("*.md"), *(PLUGIN / "docs").glob("*.md")])


def references(text: str, folder: Path, file: str = "") -> list[Reference]:
    """What a text names, also across line breaks. `folder`: where its distribution's docs are."""
    flat = _LINE_BREAK.sub(" ", text)
    return [
        Reference(
            file=file,
            page=folder / found["page"],
            heading=found["heading"] or ("a heading without quotes" if found["bare"] else ""),
        )
        for found in _REFERENCE.finditer(flat)
    ]


def references_of_code() -> Iterator[Reference]:
    """All of them. The plugin's code means the plugin's own docs: it is installed alone."""
    for folder in CODE:
        docs = (PLUGIN if folder == PLUGIN else ROOT) / "docs"
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path != Path(__file__):
                yield from references(path.read_text(), docs, str(path.relative_to(ROOT)))


def is_there(page: Path, heading: str) -> bool:
    """Whether the page exists and has the heading."""
    return page.is_file() and (not heading or heading in headings(page.read_text()))


def headings(text: str) -> list[str]:
    """The headings of a page; what stands in its examples is none."""
    return _HEADING.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The names by which links reach the headings."""
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings(text)}


def code_of(text: str) -> list[str]:
    """What a page shows as code: the lines of its blocks, and what stands between backticks."""
    blocks = [line for block in _FENCE.findall(text) for line in block.splitlines()[1:-1]]
    indented = re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    return [line.strip() for line in (*blocks, *indented, *_SPAN.findall(_FENCE.sub("", text)))]


def commands_in(text: str) -> list[list[str]]:
    """The words after each `komet-shop` that stands at the beginning of a command."""
    lines = (line.split("#")[0].rstrip() for line in code_of(text))
    return [found["words"].split() for line in lines if (found := _COMMAND.search(line))]


def unknown_word(words: list[str]) -> str:
    """The first word that `komet-shop` does not know; empty when it knows all."""
    command: click.Command = main
    for word in words:
        if word.startswith("--"):
            known = {name for option in command.params for name in option.opts}
            known |= {name for option in command.params for name in option.secondary_opts}
            if word not in known:
                return word
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            if found is None:
                return word
            command = found
    return ""


def targets() -> set[str]:
    """What `make` can make."""
    return set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def cells(text: str, heading: str) -> list[list[str]]:
    """The rows of all tables below a heading, without backticks."""
    part = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))


def test_what_code_says_of_the_docs_is_there() -> None:
    found = list(references_of_code())

    wrong = [one for one in found if not is_there(one.page, one.heading)]

    assert len(found) > 30
    assert wrong == []


@PAGES
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()

    broken = [
        found.group()
        for found in _LINK.finditer(_FENCE.sub("", text))
        if not _leads_somewhere(page, found["path"], found["anchor"])
    ]
    broken += [
        found.group()
        for found in _NAMED_PAGE.finditer(text)
        if not is_there(page.parent / found["path"], found["heading"])
    ]

    assert broken == []


def _leads_somewhere(page: Path, path: str, anchor: str | None) -> bool:
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))


@PAGES
def test_files_that_a_page_names_exist(page: Path) -> None:
    package = "komet_clearent" if page.is_relative_to(PLUGIN) else "komet_shop"
    near = (ROOT, ROOT / "static", page.parents[1], ROOT / package)

    missing = [
        name
        for name in code_of(page.read_text())
        if _FILE.fullmatch(name) and not any((folder / name).exists() for folder in near)
    ]

    assert missing == []


@PAGES
def test_commands_that_a_page_names_exist(page: Path) -> None:
    wrong = [words for words in commands_in(page.read_text()) if unknown_word(words)]

    assert wrong == []


@PAGES
def test_targets_that_a_page_names_exist(page: Path) -> None:
    named = {
        found[1] for line in code_of(page.read_text()) if (found := _TARGET.match(line)) is not None
    }

    assert named - targets() == set()


def test_the_readme_names_commands_and_targets() -> None:
    text = (ROOT / "README.md").read_text()

    commands = [words[0] for words in commands_in(text) if words]

    assert {"serve", "worker", "sync", "doctor", "demo"} <= set(commands)
    assert "make demo" in code_of(text)


def test_every_variable_is_described_and_every_description_is_read() -> None:
    config = (ROOT / "komet_shop" / "config.py").read_text()

    read = {f"KOMET_SHOP_{name}" for name in _READ.findall(config)}

    assert {row[0] for row in cells(OPERATIONS.read_text(), "Configuration")[2:]} == read
    assert {
        name for page in pages() for name in _VARIABLE.findall(page.read_text())
    } - read == set()


def test_every_limit_is_described() -> None:
    rows = cells(OPERATIONS.read_text(), "Limits")[2:]

    described_limits = {row[0].split("`")[0]: tuple(row[1:]) for row in rows}

    assert described_limits == {
        limit.name: (str(limit.most), f"{limit.minutes} minutes") for limit in LIMITS.values()
    }


def test_the_roles_page_is_the_table_of_permissions() -> None:
    head, _, *rows = cells((ROOT / "docs" / "roles.md").read_text(), "Permissions by role")

    told = {
        role: {Permission(row[0]) for row in rows if row[column] == "✓"}
        for column, role in enumerate(head)
        if column > 1
    }

    assert [row[0] for row in rows] == [permission.value for permission in Permission]
    assert told == ROLES


def test_every_switch_of_the_sandbox_is_described() -> None:
    rows = cells((PLUGIN / "docs" / "clearent.md").read_text(), "Unknowns and switches")

    assert [(row[0], row[2]) for row in rows[2:]] == [(name, why) for name, why, _ in described()]


def test_planted_mistakes_are_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Page\n\n## Here\n\n```\n## Example\n```\n")
    text = (
        'Rule: docs/page.md,\n    "Here". docs/page.md, "Example"; docs/page.md, Here; docs/no.md'
    )

    told = [is_there(one.page, one.heading) for one in references(text, tmp_path)]

    assert told == [True, False, False, False]


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("`komet-shop db upgrade head`", ""),
        ("`komet-shop db upgarde`", "upgarde"),
        ("`komet-shop worker --no-timetable`", ""),
        ("```\nExecStart=/opt/bin/komet-shop serve --porch 80\n```", "--porch"),
        ("```\nkomet-shop backup   # every night\n```", "backup"),
    ],
)
def test_a_planted_command_is_found(command: str, word: str) -> None:
    assert [unknown_word(words) for words in commands_in(command)] == [word]
