"""Mail that arrives at the catcher, mail that does not, and the page that shows it."""

import smtplib
from email.message import EmailMessage

import pytest
import requests

from komet_shop.sandboxes.mail import MailCatcher

PAGE = "<html><head></head><body><a href='http://localhost:1/x?a=1&amp;b=2'>Go</a></body></html>"


def written(to="buyer@bloom.example"):
    message = EmailMessage()
    message["From"] = "Shop <shop@flowers.example>"
    message["To"] = to
    message["Subject"] = "Your receipt, ¡gracias!"
    message.set_content("Paid. See http://localhost:1/orders/7.\n")
    message.add_alternative(PAGE, subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="r.pdf")
    return message


def send(mail, message):
    host, port = mail.smtp.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), timeout=5) as connection:
        connection.send_message(message)


def caught(mail, **asked):
    return requests.get(f"{mail.url}/_control/messages", asked, timeout=5).json()["messages"]


def set_fault(mail, kind, times=1):
    address = f"{mail.url}/_control/faults"
    assert requests.post(address, json={"fault": kind, "times": times}, timeout=5).ok


def test_a_message_arrives_with_its_parts(mail):
    send(mail, written())

    [message] = caught(mail)
    assert message["to"] == ["buyer@bloom.example"]
    assert message["from"] == "Shop <shop@flowers.example>"
    assert message["subject"] == "Your receipt, ¡gracias!"
    assert message["text"].startswith("Paid.")
    assert "<a href" in message["html"]
    assert ["Subject", "Your receipt, ¡gracias!"] in message["headers"]
    assert message["attachments"] == [
        {"name": "r.pdf", "content_type": "application/pdf", "bytes": 4}
    ]


def test_messages_are_asked_for_by_recipient(mail):
    send(mail, written("a@bloom.example"))
    send(mail, written("b@bloom.example"))

    assert [row["to"] for row in caught(mail, to="B@bloom.example")] == [["b@bloom.example"]]


def test_deleting_empties_the_mailbox(mail):
    send(mail, written())

    requests.delete(f"{mail.url}/_control/messages", timeout=5)

    assert caught(mail) == []


@pytest.mark.parametrize(("kind", "code"), [("tempfail", 451), ("permfail", 554)])
def test_a_failing_delivery_names_its_code_and_keeps_nothing(mail, kind, code):
    set_fault(mail, kind)

    with pytest.raises(smtplib.SMTPDataError) as failure:
        send(mail, written())
    send(mail, written())

    assert failure.value.smtp_code == code
    assert len(caught(mail)) == 1


def test_a_refused_connection_ends_before_a_word_is_said(mail):
    set_fault(mail, "refuse")

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mail, written())
    send(mail, written())

    assert len(caught(mail)) == 1


def test_the_html_part_is_framed_without_rights(mail):
    send(mail, written())

    page = requests.get(f"{mail.url}/messages/1", timeout=5)
    frame = requests.get(f"{mail.url}/messages/1/html", timeout=5)

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert '<head><base target="_blank">' in frame.text


def test_the_text_view_lists_the_links_of_both_parts(mail):
    send(mail, written())

    page = requests.get(f"{mail.url}/messages/1?view=text", timeout=5).text

    assert 'href="http://localhost:1/orders/7"' in page
    assert 'href="http://localhost:1/x?a=1&amp;b=2"' in page


def test_an_attachment_is_downloaded_never_shown(mail):
    send(mail, written())

    answer = requests.get(f"{mail.url}/messages/1/attachments/0", timeout=5)

    assert answer.content == b"%PDF"
    assert answer.headers["Content-Disposition"] == "attachment; filename=r.pdf"


@pytest.mark.parametrize("page", ["/messages/9", "/messages/9/html", "/messages/9/attachments/0"])
def test_a_message_that_never_came_has_no_page(mail, page):
    assert requests.get(mail.url + page, timeout=5).status_code == 404


def test_the_list_says_so_when_nothing_has_come(mail):
    assert "No mail yet" in requests.get(f"{mail.url}/", timeout=5).text


def test_mail_in_a_folder_is_still_there_after_a_restart(tmp_path):
    with MailCatcher(folder=tmp_path) as first:
        send(first, written())
        before = caught(first)

    with MailCatcher(folder=tmp_path) as second:
        after = caught(second)
        send(second, written("next@bloom.example"))
        numbers = [row["id"] for row in caught(second)]

    assert [row["to"] for row in after] == [row["to"] for row in before]
    assert after[0]["text"] == before[0]["text"]
    assert numbers == [1, 2]
