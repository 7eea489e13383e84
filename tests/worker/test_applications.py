"""Applications for card payments on their way out: by HTTP, by mail, and who is told of a step."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select, update

from komet_shop.applications_post import ApplicationsPost
from komet_shop.domain.activation import Status
from komet_shop.jobs import APPLICATIONS
from komet_shop.mailer import Mailer
from komet_shop.models import Outbox, User
from komet_shop.sandboxes.mail import MailCatcher
from komet_shop.services import card_applications, deliveries, turning_off
from komet_shop.services.deliveries import Counts
from komet_shop.services.outbox import REFUSALS_BEFORE_DEAD
from komet_shop.services.shop import Shop
from komet_shop.worker import Work
from tests.conftest import MovableClock
from tests.services.branch import APPLICATION, Branch
from tests.web.spanish import english_left

SECONDS = 1


@dataclass
class Specialist:
    """Whoever takes applications; answers with these statuses, the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [201])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def listening(specialist: Specialist) -> Iterator[Specialist]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            specialist.bodies.append(json.loads(self.rfile.read(length)))
            specialist.keys.append(self.headers["Idempotency-Key"])
            several = len(specialist.statuses) > 1
            self.send_response(specialist.statuses.pop(0) if several else specialist.statuses[0])
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    specialist.url = f"http://127.0.0.1:{server.server_port}/applications"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield specialist
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def specialist() -> Iterator[Specialist]:
    with listening(Specialist()) as one:
        yield one


def applied(shop: Shop, gateway: SandboxServer, address: str) -> Branch:
    """A location that has just sent its form."""
    config = replace(shop.config, applications_to=address)
    branch = Branch.build(replace(shop, config=config), gateway)
    branch.go_to(Status.RATES_PENDING)
    return branch


def deliver(branch: Branch, url: str) -> Counts:
    receiver = ApplicationsPost(url, seconds=SECONDS)
    return deliveries.deliver_applications(branch.shop, receiver, owner="test")


def message(branch: Branch) -> Outbox:
    with branch.shop.database.read() as session:
        return session.scalars(select(Outbox).where(Outbox.kind == "application")).one()


def test_the_form_arrives_with_everything_a_specialist_needs(
    shop: Shop, gateway: SandboxServer, specialist: Specialist
) -> None:
    branch = applied(shop, gateway, specialist.url)

    deliver(branch, specialist.url)

    [body] = specialist.bodies
    account = branch.account.id
    assert (body["location"], body["company"]) == (
        {"code": "MIA", "name": "Miami"},
        "Rosa Alta Flowers",
    )
    assert body["legal_name"] == APPLICATION.legal_name
    assert body["monthly_volume_cents"] == 25_000_000
    assert body["webhook_url"] == (
        f"http://localhost:5000/plugins/clearent/notifications/{account}"
    )
    assert message(branch).state == "done"


def test_what_was_not_answered_is_sent_again_as_the_same_one(
    shop: Shop, gateway: SandboxServer, specialist: Specialist, clock: MovableClock
) -> None:
    specialist.statuses = [503, 429, 201]
    branch = applied(shop, gateway, specialist.url)

    for _ in range(3):
        deliver(branch, specialist.url)
        clock.advance(seconds=600)

    assert message(branch).state == "done"
    assert len(set(specialist.keys)) == 1
    assert specialist.keys[0] == specialist.bodies[0]["id"]


@pytest.mark.parametrize("status", [302, 400])
def test_what_is_refused_five_times_is_dead_and_shown(
    shop: Shop, gateway: SandboxServer, specialist: Specialist, clock: MovableClock, status: int
) -> None:
    specialist.statuses = [status]
    branch = applied(shop, gateway, specialist.url)

    for _ in range(REFUSALS_BEFORE_DEAD):
        deliver(branch, specialist.url)
        clock.advance(seconds=600)

    with branch.shop.database.read() as session:
        form = card_applications.latest(session, branch.location_id)
        assert form is not None
        delivery = card_applications.delivery(session, form)
    assert delivery is not None
    assert (delivery.state, delivery.error) == ("dead", f"the address answered {status}")
    assert len(specialist.bodies) == REFUSALS_BEFORE_DEAD
    assert branch.told()[-1] == "alert"


def test_nobody_there_means_later(shop: Shop, gateway: SandboxServer) -> None:
    branch = applied(shop, gateway, "http://127.0.0.1:9/applications")

    counts = deliver(branch, "http://127.0.0.1:9/applications")

    assert (counts.waiting, message(branch).state) == (1, "ready")


def test_a_location_that_was_turned_off_meanwhile_stops_nothing(
    shop: Shop, gateway: SandboxServer, specialist: Specialist
) -> None:
    branch = applied(shop, gateway, specialist.url)
    turning_off.turn_off(branch.shop, branch.scope, branch.code, typed="CONFIRM")

    deliver(branch, specialist.url)

    assert [body["webhook_url"] for body in specialist.bodies] == [""]
    assert message(branch).state == "done"


def test_a_worker_does_it(shop: Shop, gateway: SandboxServer, specialist: Specialist) -> None:
    branch = applied(shop, gateway, specialist.url)
    work = Work(
        shop=branch.shop,
        erp=None,
        mailer=Mailer(branch.shop.config, branch.shop.clock),
        applications=ApplicationsPost(specialist.url),
    )

    due = work.due()
    work.jobs()[APPLICATIONS]()

    assert APPLICATIONS in due
    assert APPLICATIONS not in work.due()
    assert len(specialist.bodies) == 1


def test_the_gateways_own_portal_takes_it(shop: Shop, gateway: SandboxServer) -> None:
    url = f"{gateway.url}/portal/applications"
    branch = applied(shop, gateway, url)

    deliver(branch, url)

    assert "Rosa Alta Flowers" in requests.get(url, timeout=5).text


@pytest.fixture
def post(mail_server: MailCatcher) -> MailCatcher:
    mail_server.mailbox.clear()
    mail_server.mailbox.clear_faults()
    return mail_server


def send_mail(branch: Branch, post: MailCatcher) -> None:
    config = replace(branch.shop.config, mail_url=post.smtp, mail_from="shop@rosa-alta.example")
    mailer = Mailer(config, branch.shop.clock)
    for _ in range(2):
        deliveries.deliver_mail(branch.shop, mailer, owner="test")


def test_it_can_go_by_mail_instead(shop: Shop, gateway: SandboxServer, post: MailCatcher) -> None:
    branch = applied(shop, gateway, "specialist@gateway.example")

    send_mail(branch, post)

    [mail] = post.mailbox.messages("specialist@gateway.example")
    wanted = ("Rosa Alta Flowers LLC", "$250,000.00", "305 555 0100", "/notifications/")
    assert mail.subject == "Application for Clearent: Miami · Rosa Alta Flowers"
    assert [text for text in wanted if text not in mail.text or text not in mail.html] == []


def test_each_step_is_told_to_who_sets_up(
    shop: Shop, gateway: SandboxServer, post: MailCatcher
) -> None:
    branch = Branch.build(shop, gateway)
    branch.go_to(Status.ACTIVE)

    send_mail(branch, post)

    subjects = [" ".join(one.subject.split()) for one in post.mailbox.messages(branch.admin)]
    assert sorted(subjects) == sorted(
        f"Card payments at Miami: {done} · Rosa Alta Flowers"
        for done in (
            "The Clearent Integration was enabled",
            "The application form was sent",
            "The rates are agreed",
            "Keys were entered and tested",
            "Cards are taken from now on",
        )
    )
    [last] = [mail for mail in post.mailbox.messages() if "from now on" in mail.subject]
    assert "http://localhost:5000/setup/locations/MIA" in last.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_mails_are_spanish_for_who_reads_spanish(
    shop: Shop, gateway: SandboxServer, post: MailCatcher
) -> None:
    branch = Branch.build(shop, gateway)
    with shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    branch.go_to(Status.ACTIVE)

    send_mail(branch, post)

    assert [english_left(mail.html) for mail in post.mailbox.messages()] == [[]] * 5
