"""The mail catcher: takes what the shop sends and shows it on a page; nothing is passed on."""

import re
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from komet_shop.sandboxes.mailbox import CaughtMessage, Mailbox, SmtpListener
from komet_shop.sandboxes.server import (
    SandboxServer,
    end_signal,
    protect_page,
    refuse_production,
    refuse_strangers,
    write_ready_file,
)

# What a sender wrote may style itself, but not run, load, post or leave its frame by itself.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
VIEWS = ("html", "text", "headers")
SHOWN = 200
_LINK = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")  # without a sentence's full stop
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)

bp = Blueprint("mail", __name__)
control = Blueprint("control", __name__, url_prefix="/_control")
control.before_request(refuse_strangers)


def the_mailbox() -> Mailbox:
    """The messages of this program."""
    mailbox = current_app.extensions["mailbox"]
    assert isinstance(mailbox, Mailbox)
    return mailbox


@bp.get("/")
def index() -> ResponseReturnValue:
    """What arrived, newest first."""
    wanted = request.args.get("to", "").strip()
    found = the_mailbox().messages(wanted)
    return render_template(
        "mail/list.html",
        messages=found[: -SHOWN - 1 : -1],
        total=len(found),
        wanted=wanted,
        faults=the_mailbox().faults(),
    )


@bp.get("/messages/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """One message: as the reader sees it, as text with its links, or its headers."""
    message = _message(number)
    usual = "html" if message.html else "text"
    view = request.args.get("view", usual)
    return render_template(
        "mail/message.html",
        message=message,
        view=view if view in VIEWS else usual,
        links=list(dict.fromkeys(_LINK.findall(message.text + " " + _hrefs(message.html)))),
    )


@bp.get("/messages/<int:number>/html")
def html(number: int) -> ResponseReturnValue:
    """The HTML part alone, under a policy of its own, for the frame of the message's page."""
    text = _message(number).html
    # A link without a target would try to open inside the frame, where nothing may open.
    base = '<base target="_blank">'
    opened = _HEAD.sub(lambda head: head.group() + base, text, count=1)
    response = Response(opened if opened != text else base + text)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@bp.get("/messages/<int:number>/attachments/<int:place>")
def attachment(number: int, place: int) -> ResponseReturnValue:
    """One attached file, always as a download."""
    files = _message(number).attachments
    if place >= len(files):
        abort(404)
    response = Response(files[place].content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=files[place].name)
    return response


@bp.post("/clear")
def clear_page() -> ResponseReturnValue:
    """Empty the mailbox from the page."""
    refuse_strangers()
    the_mailbox().clear()
    return redirect(url_for(".index"), 303)


@control.errorhandler(ValueError)
def explain(error: ValueError) -> ResponseReturnValue:
    """What was wrong with a command."""
    return jsonify(error=str(error)), 400


@control.get("/messages")
def messages() -> ResponseReturnValue:
    """Messages for programs, oldest first; ?to=address for one recipient."""
    found = the_mailbox().messages(request.args.get("to", ""))
    return jsonify(messages=[_for_programs(message) for message in found])


@control.delete("/messages")
def clear() -> ResponseReturnValue:
    """Empty the mailbox."""
    the_mailbox().clear()
    return jsonify(messages=[])


@control.post("/faults")
def add_fault() -> ResponseReturnValue:
    """Let the next deliveries fail: refuse, tempfail (451) or permfail (554)."""
    command = request.get_json(silent=True)
    if not isinstance(command, dict):
        raise ValueError("Send a JSON object with Content-Type: application/json.")
    the_mailbox().add_fault(command.get("fault"), command.get("times", 1))
    return jsonify(faults=the_mailbox().faults()), 201


@control.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    """Let mail arrive again."""
    the_mailbox().clear_faults()
    return jsonify(faults=[])


class MailCatcher:
    """An SMTP listener and its page, for as long as the `with` block lasts."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        smtp_port: int = 0,
        port: int = 0,
        folder: Path | None = None,
    ) -> None:
        self.mailbox = Mailbox(folder)
        self._listener = SmtpListener(self.mailbox, host=host, port=smtp_port)
        self._server = SandboxServer(create_app(self.mailbox), host=host, port=port)
        self.smtp = self._listener.url
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._listener.start()
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)
        self._listener.stop()


def create_app(mailbox: Mailbox) -> Flask:
    """The catcher's page and its control address."""
    app = Flask(
        "mail_catcher",
        root_path=str(Path(__file__).parent),
        template_folder="templates",
        static_folder="static",
    )
    app.extensions["mailbox"] = mailbox
    app.register_blueprint(bp)
    app.register_blueprint(control)
    app.after_request(protect_page)
    return app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--smtp-port", default=0, help="Where mail is taken; 0 takes a free port.")
@click.option("--port", default=0, help="Where the page is; 0 takes a free port.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Written once it answers.")
@click.option("--data", "folder", type=click.Path(path_type=Path), help="Folder for .eml files.")
def main(
    host: str, smtp_port: int, port: int, ready_file: Path | None, folder: Path | None
) -> None:
    """Catch mail until Ctrl-C."""
    refuse_production()
    ended = end_signal()
    with MailCatcher(host=host, smtp_port=smtp_port, port=port, folder=folder) as catcher:
        write_ready_file(ready_file, {"url": catcher.url, "smtp": catcher.smtp})
        click.echo(f"Mail catcher: {catcher.url} (page), {catcher.smtp}")
        ended.wait()


def _message(number: int) -> CaughtMessage:
    found = the_mailbox().find(number)
    if found is None:
        abort(404)
    return found


def _hrefs(text: str) -> str:
    return " ".join(re.findall(r"href=[\"']([^\"']+)", text)).replace("&amp;", "&")


def _for_programs(message: CaughtMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "received_at": message.received_at.isoformat(),
        "from": message.sender,
        "to": list(message.recipients),
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "headers": [list(pair) for pair in message.headers],
        "attachments": [
            {"name": file.name, "content_type": file.content_type, "bytes": len(file.content)}
            for file in message.attachments
        ],
    }


if __name__ == "__main__":
    main()
