# Two commands matter: `make demo` and `make test`. Each does all set-up by itself.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := komet_shop plugins/clearent/komet_clearent
EXTRACT := --mapping babel.cfg --keyword _l --no-wrap --add-location file
UPDATE := --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

.PHONY: demo test pictures test-full check bench wheels translations clean setup system

demo: setup
	$(BIN)/komet-shop demo $(DEMO)

test: system check
	$(BIN)/python -m pytest . tests/faults -n 2 --dist loadgroup -m "not full"

test-full: system check
	$(BIN)/python -m pytest . tests/faults -n 3 --dist loadgroup --durations=15

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports

pictures: system setup
	PYTHONPATH=. $(BIN)/python scripts/take_pictures.py

bench: system setup
	$(BIN)/python -m benchmarks

# Reads all texts, adds new ones to the catalogues (translate them by hand, then run it once
# more) and compiles them. By file without line numbers, so that only new texts change them.
translations: setup
	mkdir -p build
	$(BIN)/pybabel -q extract $(EXTRACT) -o build/shop.pot komet_shop templates
	$(BIN)/pybabel -q extract $(EXTRACT) -o build/plugin.pot plugins/clearent/komet_clearent
	$(BIN)/pybabel update $(UPDATE) -i build/shop.pot -d komet_shop/translations
	$(BIN)/pybabel update $(UPDATE) -i build/plugin.pot -d plugins/clearent/komet_clearent/translations
	$(BIN)/pybabel compile --statistics -d komet_shop/translations
	$(BIN)/pybabel compile --statistics -d plugins/clearent/komet_clearent/translations

wheels: setup
	rm -rf build plugins/clearent/build
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	$(BIN)/python -m build --wheel --no-isolation --outdir dist plugins/clearent

setup: .venv/installed

.venv/installed: setup.cfg pyproject.toml constraints.txt plugins/clearent/setup.cfg
	sh scripts/make-venv.sh "$(PYTHON)"
	touch $@

system:
	sh scripts/system-packages.sh

clean:
	rm -rf .venv build dist *.egg-info plugins/clearent/build plugins/clearent/*.egg-info
