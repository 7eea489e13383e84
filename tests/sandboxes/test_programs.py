"""The sandboxes as programs: ready file, restart with kept books, clock file, a quiet end."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]


@contextmanager
def program(module, *arguments, ready_file):
    """Run a sandbox as a person does; gives its process and what the ready file says."""
    ready_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", module, "--ready-file", str(ready_file), *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()  # the line that says where it listens
        try:
            yield process, json.loads(ready_file.read_text())
        finally:
            process.kill()


def komet(*arguments, ready_file):
    return program("komet_shop.sandboxes.komet", *arguments, ready_file=ready_file)


def call(ready, method, **values):
    body = {"authenticationToken": ready["token"]} | values
    return requests.post(f"{ready['url']}/{method}", json=body, timeout=5).json()


def pay(ready):
    return call(
        ready,
        "payment.receive",
        customerId=5001,
        methodId=19,
        date="2030-05-08",
        locationCode="MIA",
        totalPayment=100,
        referenceNumber="PAY-1",
    )


def test_books_and_token_survive_a_killed_komet(tmp_path):
    arguments = ("--data", str(tmp_path / "books"))
    with komet(*arguments, ready_file=tmp_path / "ready") as (process, first):
        booked = pay(first)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with komet(*arguments, ready_file=tmp_path / "ready") as (_, second):
        again = pay(second)

    assert second["token"] == first["token"]
    assert (booked["controlNumber"], again["controlNumber"]) == (30001, 30002)


def test_the_clock_file_moves_komets_day(tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("0")
    with komet("--clock-file", str(clock), ready_file=tmp_path / "ready") as (_, ready):
        address = ready["url"].replace("/api", "/_control/clock")
        before = requests.post(address, json={"advance_seconds": 0}, timeout=5).json()["now"]
        clock.write_text(str(400 * 86_400))
        after = requests.post(address, json={"advance_seconds": 0}, timeout=5).json()["now"]

    assert int(after[:4]) > int(before[:4])


def test_a_company_can_begin_with_a_past(tmp_path):
    with komet("--history", "20", "--users", "2", ready_file=tmp_path / "ready") as (_, ready):
        control = ready["url"].replace("/api", "/_control")
        ledger = requests.get(f"{control}/ledger", timeout=5).json()
        limit = requests.get(f"{control}/requests", timeout=5).json()["daily_limit"]

    assert len(ledger["invoices"]) == 20
    assert all(row["seeded"] for row in ledger["invoices"])
    assert any(row["balance_cents"] for row in ledger["invoices"])
    assert limit == 2000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("module", ["komet_shop.sandboxes.komet", "komet_shop.sandboxes.mail"])
def test_a_program_ends_quietly(tmp_path, module, number):
    with program(module, ready_file=tmp_path / "ready") as (process, _):
        process.send_signal(number)
        errors = process.communicate(timeout=5)[1]

    assert process.returncode == 0
    assert errors == ""


def test_a_sandbox_refuses_to_run_in_production():
    done = subprocess.run(
        [sys.executable, "-m", "komet_shop.sandboxes.mail"],
        cwd=ROOT,
        env=os.environ | {"KOMET_SHOP_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert done.returncode == 1
    assert "do not run in production" in done.stderr
