"""`python -m komet_clearent.sandbox` runs the sandbox."""

from .program import main

main()
