"""Python runs this first in the processes that a test starts: crash points come in here."""

import os
import sys

if "CRASH_PLAN" in os.environ and not any("resource_tracker" in word for word in sys.orig_argv):
    from tests.crash import planned

    planned.install()
