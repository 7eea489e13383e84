"""The sandbox as a program: ready file, kept ledger, quiet end."""

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

CARD = {"card": "4012000098765439", "exp-date": "1240", "csc": "917"}


@contextmanager
def _running(folder, *options, ending=signal.SIGTERM):
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "komet_clearent.sandbox", "--ready-file", str(ready), *options]
    plugin = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=plugin, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 10
        while not ready.exists() and process.returncode is None and time.monotonic() < until:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        yield json.loads(ready.read_text())
        process.send_signal(ending)
        assert (process.wait(5), process.stderr.read()) == (0, b"")


def _post(ready, path, body, **headers):
    return requests.post(f"{ready['url']}{path}", json=body, headers=headers, timeout=3)


def test_keys_ledger_and_saved_cards_survive_a_restart_without_any_card_number(tmp_path):
    kept = ("--data", str(tmp_path / "kept"))
    with _running(tmp_path, *kept, "--account", "MIA", "--account", "LAX") as first:
        key = {"api-key": first["accounts"][0]["api_key"]}
        body = {"amount": "5.00", "invoice": "KEPT", "create-token": "true", **CARD}
        sold = _post(first, "/rest/v2/transactions/sale", body, **key).json()
    token = sold["links"][1]["id"]

    with _running(tmp_path, *kept, ending=signal.SIGINT) as second:
        found = requests.get(
            f"{second['url']}/rest/v2/transactions?invoice=KEPT", headers=key, timeout=3
        ).json()
        body = {"amount": "7.00", "card": token}
        charged = _post(second, "/rest/v2/transactions/sale", body, **key)
        batch = requests.get(f"{second['url']}/rest/v2/batches/open", headers=key, timeout=3)

    assert first["accounts"] == second["accounts"]
    assert set(first["accounts"][0]) == {
        "label", "api_key", "public_key", "merchant_id", "terminal_id",
    }  # fmt: skip
    assert found["payload"]["transactions"]["transaction"][0]["amount"] == "5.00"
    assert charged.status_code == 200
    assert batch.json()["payload"]["batch"]["sales-total"] == "12.00"
    written = b"".join(file.read_bytes() for file in (tmp_path / "kept").iterdir())
    assert b"4012000098765439" not in written
    assert b'"917"' not in written


def test_clock_file_and_assumptions_are_taken_from_the_command_line(tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("86400\n")

    with _running(
        tmp_path, "--clock-file", str(clock), "--assume", "second_void_code=099"
    ) as ready:
        shown = requests.get(f"{ready['url']}/_control/clock", timeout=3).json()
        assumed = requests.get(f"{ready['url']}/_control/assumptions", timeout=3).json()
        _post(ready, "/_control/clock", {"offset_seconds": 60})

    assert shown["offset_seconds"] == 86400
    assert assumed["second_void_code"] == "099"
    assert clock.read_text() == "60\n"


@pytest.mark.parametrize("option", ["nobody=1", "jwt_seconds=soon"])
def test_a_wrong_assumption_is_named_before_anything_starts(option):
    command = [sys.executable, "-m", "komet_clearent.sandbox", "--assume", option]

    ended = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=10
    )

    assert ended.returncode == 2
    assert option.split("=")[0] in ended.stderr
