"""A payment plugin whose gateway is a Python object. Read `plugin`, `connection`, `gateway`."""
