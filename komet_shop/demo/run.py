"""One demo from start to end: started, shown, watched, ended together."""

import os
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from komet_shop import logs
from komet_shop.demo import ports
from komet_shop.demo.children import Children
from komet_shop.demo.folder import default_root, open_folder
from komet_shop.demo.interruption import Interrupted, Interruption
from komet_shop.demo.keys import load_or_make
from komet_shop.demo.options import Options
from komet_shop.demo.people import PEOPLE
from komet_shop.demo.start import Ground, Start
from komet_shop.demo.steps import Steps
from komet_shop.plugin_api import Plugin

_LOOK_EVERY_SECONDS = 0.2


def run_demo(options: Options, plugin: Plugin, console: Console) -> None:
    """Run the demo until Ctrl-C or SIGTERM; then nothing of it is left running.

    Raises:
        CannotStart: nothing was started, or what was started has ended again.
        Broken: a part of it ended or never answered; the rest has ended too.
    """
    os.umask(0o077)  # books, mails and keys are nobody else's, whichever process writes them
    ground = _ground(options, plugin)
    logs.configure((ground.folder.logs / "demo.log").open("w"))
    interruption = Interruption()
    children = Children(logs=ground.folder.logs, folder=ground.folder.root)
    try:
        interruption.listen()
        start = Start(ground, children=children, interruption=interruption, steps=Steps(console))
        ready = start.run()
        if options.ready_file is not None:
            ready.write(options.ready_file)
        ready.show(console)
        _watch(children)
    except Interrupted:
        pass
    finally:
        interruption.begin_to_end()
        _forget(options.ready_file)
        console.print("Ending ...")
        children.end(lambda: interruption.is_impatient)
        ground.folder.close()


def _ground(options: Options, plugin: Plugin) -> Ground:
    options.check(plugin)
    port = ports.choose(options.host, options.port)
    folder = open_folder(options.data or default_root(), fresh=options.fresh)
    _forget(options.ready_file)
    keys = load_or_make(folder.secrets, (person.login for person in PEOPLE))
    return Ground(options=options, plugin=plugin, folder=folder, keys=keys, port=port)


def _watch(children: Children) -> None:
    """Return never; a part that ends by itself ends everything.

    Raises:
        Broken
    """
    while True:
        children.check()
        time.sleep(_LOOK_EVERY_SECONDS)


def _forget(ready_file: Path | None) -> None:
    """Nobody may take an earlier demo's addresses for ours."""
    if ready_file is not None:
        with suppress(OSError):
            ready_file.unlink(missing_ok=True)
