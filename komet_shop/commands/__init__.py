"""The commands of `komet-shop`: a module each, which lists its click commands in `commands`."""
