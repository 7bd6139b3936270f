# Everything a fresh clone needs is set up by the targets themselves, in .venv (Python, NEURON 9),
# .venv-upstream (the oracle of the benchmark), .build (Swift) and .cache (fetched cells).

VENV := .venv
UPSTREAM := .venv-upstream
# What runs the cells of make fidelity: auto, native or neuron.
ENGINE ?= auto
PYTHON := $(VENV)/bin/python
# The oldest glibc that a wheel loads with, 2.28, is the one of NEURON's wheels.
PLATFORM := manylinux_2_28_$(shell uname -m)
SOURCES := Package.swift VERSION setup.py pyproject.toml \
	$(shell find Sources python/neuron_reduce -type f -not -name '*.so' -not -name '*.pyc')

# Where install-command puts it.
PREFIX ?= $(HOME)/.local

.PHONY: help command install-command install-hoc demo test test-swift test-python sdist wheel install-wheel test-wheel docs docs-swift test-docs bench bench-engine bench-tables bench-instructions fidelity fidelity-quick golden lint format clean

help:
	@echo "make demo    reduce a published layer-5 cell and compare: table and output/demo.png"
	@echo "make command   the command line, .build/release/neuron-reduce, which needs no Python"
	@echo "make install-command   the same in PREFIX/bin, with completion for shells; PREFIX=~/.local"
	@echo "make install-hoc   neuron_reduce.hoc for plain nrniv, in PREFIX/share/neuron-reduce"
	@echo "make test    all tests: Swift, inside NEURON, against upstream"
	@echo "make sdist   the source distribution, in output/sdist"
	@echo "make wheel   a wheel from it for machines without Swift, in output/wheel; Linux"
	@echo "make install-wheel   install that into .venv"
	@echo "make test-wheel      try it on every Python that is here, without Swift"
	@echo "make docs    the documentation's site, in output/site/html"
	@echo "make docs-swift      what the Swift modules' comments say, by DocC, in output/site/html/swift"
	@echo "make test-docs       run the code blocks of the documentation"
	@echo "make bench   time the reduction beside upstream's, full against reduced runs, and bench-engine"
	@echo "make bench-engine    time runs by the engine beside NEURON's, CoreNEURON's and Arbor's"
	@echo "make bench-tables    how far the engine's tables are from formulas: nine cells"
	@echo "make bench-instructions   what a time step of the engine consists of; Linux on x86-64"
	@echo "make fidelity        what reduced cells do beside what full cells do: 13 cells; hours at first"
	@echo "make fidelity-quick  the same for three cells and one drive, in minutes"
	@echo "make golden  make the values of upstream that the tests compare with anew"
	@echo "make lint    check the style of Swift and Python"
	@echo "make format  put the style right"
	@echo "make clean   remove all that these targets made"

$(VENV)/.ready: requirements-dev.txt examples/requirements.txt examples/sweep/requirements.txt
	python3 -m venv --clear $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@

$(VENV)/.installed: $(VENV)/.ready $(SOURCES)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall .
	touch $@

sdist: $(VENV)/.ready
	rm -rf output/sdist
	$(PYTHON) -m build --sdist --outdir output/sdist .

# From the source distribution, in a folder that has nothing else. The policy is what the tag
# promises: auditwheel refuses a library that needs more. What is packed needs no Swift.
wheel: sdist
	rm -rf output/wheel
	$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps \
		--wheel-dir output/wheel/built output/sdist/*.tar.gz
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON) -m auditwheel repair \
		--plat $(PLATFORM) --only-plat --wheel-dir output/wheel output/wheel/built/*.whl
	$(PYTHON) .ci/baseline.py output/wheel/*.whl

# As users install it.
install-wheel: wheel
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall \
		output/wheel/*.whl
	touch $(VENV)/.installed

# hnn-core asks for NEURON 8, and has to be compiled by the one that is here: docs/howto/hnn-core.md.
$(VENV)/.pages: $(VENV)/.ready docs/requirements.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement docs/requirements.txt
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON) -m pip install --quiet \
		--disable-pip-version-check --no-deps --no-build-isolation --no-cache-dir hnn-core==0.6.1
	touch $@

# Of Markdown and docstrings; a warning, as of a link that leads nowhere, is an error.
docs: $(VENV)/.installed $(VENV)/.pages
	$(PYTHON) -m sphinx --quiet --nitpicky --fail-on-warning --keep-going --builder html \
		--conf-dir docs/site --doctree-dir output/site/doctrees . output/site/html
	@echo "output/site/html/index.html"

# By DocC, of the Swift modules: those that `make test-swift` compiles too.
docs-swift:
	swift build
	docs/site/swift

test-docs: $(VENV)/.installed $(VENV)/.pages
	.ci/mpi
	cd examples && ../$(PYTHON) -m l5pc.cell ../.cache
	.ci/pages

# On every Python from 3.10 that this machine has, where no Swift is to be found.
test-wheel:
	.ci/wheel output/wheel/*.whl

$(UPSTREAM)/.ready: benchmarks/requirements-upstream.txt
	python3 -m venv $(UPSTREAM)
	$(UPSTREAM)/bin/python -m pip install --quiet --disable-pip-version-check \
		--requirement benchmarks/requirements-upstream.txt
	touch $@

demo: $(VENV)/.installed
	$(PYTHON) examples/demo.py

command:
	swift build --configuration release --product neuron-reduce --static-swift-stdlib

install-command: command
	mkdir -p $(PREFIX)/bin $(PREFIX)/share/bash-completion/completions \
		$(PREFIX)/share/zsh/site-functions $(PREFIX)/share/fish/vendor_completions.d
	install -s .build/release/neuron-reduce $(PREFIX)/bin/neuron-reduce
	$(PREFIX)/bin/neuron-reduce --generate-completion-script bash \
		> $(PREFIX)/share/bash-completion/completions/neuron-reduce
	$(PREFIX)/bin/neuron-reduce --generate-completion-script zsh \
		> $(PREFIX)/share/zsh/site-functions/_neuron-reduce
	$(PREFIX)/bin/neuron-reduce --generate-completion-script fish \
		> $(PREFIX)/share/fish/vendor_completions.d/neuron-reduce.fish

install-hoc:
	swift build --configuration release --product NeuronReduceHoc
	mkdir -p $(PREFIX)/share/neuron-reduce
	install -m 644 python/neuron_reduce/neuron_reduce.hoc $(PREFIX)/share/neuron-reduce
	install -s .build/release/libNeuronReduceHoc.* $(PREFIX)/share/neuron-reduce/libNeuronReduceHoc.so

test: test-swift test-python

# Some of these host NEURON.
test-swift: $(VENV)/.ready
	swift test

test-python: $(VENV)/.installed
	.ci/browser
	.ci/mpi
	.ci/java
	$(PYTHON) -m pytest --durations 15

bench: $(VENV)/.installed $(UPSTREAM)/.ready
	$(PYTHON) benchmarks/bench.py --upstream $(UPSTREAM)/bin/python
	$(MAKE) bench-engine

$(VENV)/.beside: benchmarks/engine/requirements.txt $(VENV)/.ready
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

bench-engine: $(VENV)/.installed $(VENV)/.beside
	cd examples && ../$(PYTHON) -m l5pc.cell ../.cache
	$(PYTHON) benchmarks/engine/speed.py
	$(PYTHON) benchmarks/engine/evaluating.py

bench-tables: $(VENV)/.installed
	$(PYTHON) benchmarks/engine/tables.py

bench-instructions: $(VENV)/.installed
	cd examples && ../$(PYTHON) -m l5pc.cell ../.cache
	$(PYTHON) benchmarks/engine/instructions.py

fidelity: $(VENV)/.installed
	$(PYTHON) benchmarks/fidelity/run.py --engine $(ENGINE)

fidelity-quick: $(VENV)/.installed
	$(PYTHON) benchmarks/fidelity/run.py --quick --engine $(ENGINE) --output output/fidelity-quick

golden: $(VENV)/.ready $(UPSTREAM)/.ready
	cd examples && ../$(PYTHON) -m l5pc.cell ../.cache
	$(UPSTREAM)/bin/python python/tests/golden/make_golden.py
	$(UPSTREAM)/bin/python python/tests/golden/make_published.py

lint: $(VENV)/.ready
	swift format lint --strict --recursive Package.swift Sources Tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

format: $(VENV)/.ready
	swift format --in-place --recursive Package.swift Sources Tests
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean:
	rm -rf $(VENV) $(UPSTREAM) .build .cache build output .pytest_cache .ruff_cache \
		python/*.egg-info python/neuron_reduce/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
