"""Runs `komet-shop` as a module, so that the demo's own Python finds it wherever it is."""

from komet_shop.cli import main

if __name__ == "__main__":
    main(prog_name="komet-shop")
