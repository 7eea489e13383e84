"""One module per job. Services know sessions and plugins, never requests or cookies."""
