"""The demo's folder: nobody else's files are touched, and one demo at a time uses it."""

from pathlib import Path

import pytest

from komet_shop.demo.failures import CannotStart
from komet_shop.demo.folder import open_folder


def test_a_folder_is_used_again_with_what_it_holds(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "demo", fresh=False)
    first.secrets.write_text("kept")
    first.close()

    second = open_folder(tmp_path / "demo", fresh=False)

    assert second.secrets.read_text() == "kept"
    second.close()


def test_fresh_removes_what_a_demo_made_and_nothing_else(tmp_path: Path) -> None:
    first = open_folder(tmp_path, fresh=False)
    first.secrets.write_text("old")
    (first.root / "shop.db-wal").write_text("old")
    (first.sandbox("komet")).mkdir()
    (tmp_path / "holiday.txt").write_text("mine")
    first.close()

    second = open_folder(tmp_path, fresh=True)

    assert not second.secrets.exists()
    assert not (tmp_path / "shop.db-wal").exists()
    assert not second.sandbox("komet").exists()
    assert (tmp_path / "holiday.txt").read_text() == "mine"
    second.close()


def test_only_one_demo_uses_a_folder(tmp_path: Path) -> None:
    first = open_folder(tmp_path, fresh=False)

    with pytest.raises(CannotStart, match="A demo already runs"):
        open_folder(tmp_path, fresh=True)

    first.close()


@pytest.mark.parametrize("name", ["logs", "shop.db"])
def test_a_folder_with_files_of_the_same_names_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(CannotStart, match=f"holds {name}, which no demo made"):
        open_folder(tmp_path, fresh=True)

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")

    with pytest.raises(CannotStart, match="cannot be used"):
        open_folder(tmp_path / "demo", fresh=False)
