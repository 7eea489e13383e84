"""The demo: the shop with everything around it, on one machine, started by one command."""
