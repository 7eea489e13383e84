"""A local Clearent gateway on a real socket, with a ledger of its own and faults on command."""
