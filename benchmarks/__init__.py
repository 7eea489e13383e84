"""This shop beside a bare application on the same server and database; see docs/performance.md."""
