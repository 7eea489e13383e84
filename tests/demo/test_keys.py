"""Keys and passwords of a demo: its own, kept, private."""

import re
from pathlib import Path

from komet_shop.demo.keys import load_or_make
from komet_shop.services import passwords


def test_keys_are_kept_and_a_new_login_gets_a_password(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = load_or_make(path, ["buyer"])

    second = load_or_make(path, ["buyer", "clerk"])

    assert second.master_key == first.master_key
    assert second.secret_key == first.secret_key
    assert second.totp_key == first.totp_key
    assert second.passwords["buyer"] == first.passwords["buyer"]
    assert load_or_make(path, ["buyer", "clerk"]) == second
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_two_demos_share_a_key(tmp_path: Path) -> None:
    one = load_or_make(tmp_path / "one.json", ["buyer"])

    other = load_or_make(tmp_path / "other.json", ["buyer"])

    assert one.master_key != other.master_key
    assert one.secret_key != other.secret_key
    assert one.passwords != other.passwords


def test_passwords_are_easy_to_type_and_strong_enough_for_the_shop(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json", [f"person{n}" for n in range(30)])

    for password in made.passwords.values():
        assert re.fullmatch(r"([a-z]{3,6}-){3}\d{3}", password.reveal())
        passwords.require_strong(password.reveal())


def test_keys_do_not_print_themselves(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json", ["buyer"])

    for secret in (made.master_key, made.secret_key, made.totp_key, made.passwords["buyer"]):
        assert secret.reveal() not in repr(made)
