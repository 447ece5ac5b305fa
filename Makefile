# Short names for commands. `make demo` and `make test` set up all they need.

PYTHON ?= python3
VENV ?= .venv
VENV_TFA ?= .venv-tfa
VENV_FORMATS ?= .venv-formats
VENV_BEAM ?= .venv-beam
VENV_EXPORT ?= .venv-export
VENV_BENCH ?= .venv-bench
DEMO ?= out/demo
DEMO_IMAGES ?= 660

export TF_CPP_MIN_LOG_LEVEL ?= 2

bin := $(VENV)/bin
run := $(bin)/python -m
# Most of what is installed is never imported: no need to compile it.
pip := $(bin)/pip install --quiet --disable-pip-version-check --no-compile

# The steps after the training do not wait for each other.
MAKEFLAGS += -j2

.PHONY: help serve demo test test-tfa test-formats test-beam test-export test-fast test-bench programs bench lint format docs clean

help:
	@echo "make serve     serve the trained model and its page at http://127.0.0.1:8501/"
	@echo "make demo      draw animals, train on them, show the result: $(DEMO)/index.html"
	@echo "make test      check format and style, run all tests (as root of a Debian it"
	@echo "               installs chromium, nginx, node and curl, which some drive)"
	@echo "make test-fast check format and style, run the tests that take no seconds"
	@echo "make test-tfa  hold kp2part/data/warps.py to tensorflow-addons (Python 3.11)"
	@echo "make test-formats  read our files with the libraries of CVAT, Label Studio,"
	@echo "               SLEAP and xarray"
	@echo "make test-beam run transfer and build on Apache Beam, on this machine"
	@echo "make test-export  export for ONNX Runtime, OpenVINO and LiteRT, and run that"
	@echo "make test-bench  hold the peers of make bench to what kp2part computes"
	@echo "make bench     measure kp2part beside its peers, 25 minutes: out/bench/table.md"
	@echo "make format    format the code"
	@echo "make docs      build the documentation: out/docs/index.html"
	@echo "make clean     remove what make demo and make test have made"

# --- Environments -----------------------------------------------------------

$(bin)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and "kp2part needs Python 3.11 to 3.13, not %d.%d: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(bin)/python
	$(pip) -r requirements.txt
	touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt | $(bin)/python
	$(pip) -r requirements-dev.txt
	touch $@

# tensorflow-addons ends with TensorFlow 2.15, which has wheels for little else.
runs_tfa = import platform as p, sys; \
    here = (p.system(), p.machine(), *sys.version_info[:2]); \
    sys.exit(here != ("Linux", "x86_64", 3, 11))
PYTHON_TFA := $(shell for python in $(PYTHON) python3.11; do \
    $$python -c '$(runs_tfa)' 2>/dev/null && echo $$python && break; done)

$(VENV_TFA)/installed: requirements-tfa.txt
	$(PYTHON_TFA) -m venv $(VENV_TFA)
	$(VENV_TFA)/bin/pip install --quiet --disable-pip-version-check \
	    --no-compile -r requirements-tfa.txt
	touch $@

$(VENV_FORMATS)/installed: requirements-formats.txt
	$(PYTHON) -m venv $(VENV_FORMATS)
	$(VENV_FORMATS)/bin/pip install --quiet --disable-pip-version-check \
	    --no-compile -r requirements-formats.txt
	touch $@

$(VENV_BEAM)/installed: requirements-beam.txt
	$(PYTHON) -m venv $(VENV_BEAM)
	$(VENV_BEAM)/bin/pip install --quiet --disable-pip-version-check \
	    --no-compile -r requirements-beam.txt
	touch $@

$(VENV_EXPORT)/installed: requirements-export.txt requirements.txt
	$(PYTHON) -m venv $(VENV_EXPORT)
	$(VENV_EXPORT)/bin/pip install --quiet --disable-pip-version-check \
	    --no-compile -r requirements-export.txt
	touch $@

$(VENV_BENCH)/installed: requirements-bench.txt requirements-export.txt \
    requirements.txt
	$(PYTHON) -m venv $(VENV_BENCH)
	$(VENV_BENCH)/bin/pip install --quiet --disable-pip-version-check \
	    --no-compile -r requirements-bench.txt
	touch $@

serve: | $(VENV)/installed
	$(run) kp2part.serve

# --- Demo: each step is a command of the README, and is done once ------------

demo: $(DEMO)/index.html
	@cat $(DEMO)/val/table.md
	@echo "Look at $(DEMO)/index.html"

$(DEMO)/photos/draw.json: | $(VENV)/installed
	$(run) tfrecords_tools.draw --output=$(DEMO)/photos --num_images=$(DEMO_IMAGES)

$(DEMO)/tfrecords/manifest.json: | $(DEMO)/photos/draw.json
	$(run) tfrecords_tools.build --category=quadruped --image_size=64 \
	    --images=$(DEMO)/photos/JPEGImages \
	    --annotations=$(DEMO)/photos/Annotations_Part \
	    --boxes=$(DEMO)/photos/Annotations \
	    --keypoints=$(DEMO)/photos/keypoints/animal_pose.json \
	    --image_sets=$(DEMO)/photos/ImageSets \
	    --output=$(DEMO)/tfrecords

$(DEMO)/run/training.json: | $(DEMO)/tfrecords/manifest.json
	$(run) kp2part.train --flagfile=configs/demo.flags \
	    --tfrecords=$(DEMO)/tfrecords --workdir=$(DEMO)/run

$(DEMO)/val/metrics.json: | $(DEMO)/run/training.json
	$(run) kp2part.evaluate --model=$(DEMO)/run/model.keras \
	    --tfrecords=$(DEMO)/tfrecords --split=val --labels=true \
	    --output=$(DEMO)/val

$(DEMO)/metrics.json: | $(DEMO)/val/metrics.json
	cp $(DEMO)/val/metrics.json $@

$(DEMO)/saved_model/1/saved_model.pb: | $(DEMO)/run/training.json
	$(run) kp2part.export --model=$(DEMO)/run/model.keras \
	    --output=$(DEMO)/saved_model --version=1

# In a process that imports no code of kp2part.
$(DEMO)/mask.png: | $(DEMO)/saved_model/1/saved_model.pb
	$(bin)/python examples/predict_from_bytes.py $(DEMO)/saved_model/1 \
	    $(DEMO)/photos/sample.jpg $(DEMO)/photos/sample.json $@

$(DEMO)/prediction/overlay.png: | $(DEMO)/mask.png
	$(run) kp2part.predict --saved_model=$(DEMO)/saved_model \
	    --image=$(DEMO)/photos/sample.jpg \
	    --keypoints=$(DEMO)/photos/sample.json --output=$(DEMO)/prediction

$(DEMO)/index.html: | $(DEMO)/metrics.json $(DEMO)/prediction/overlay.png
	$(run) kp2part.report --title="kp2part on drawn animals" \
	    --workdir=$(DEMO)/run --evaluation=$(DEMO)/val \
	    --prediction=$(DEMO)/prediction/overlay.png --output=$@

# --- Checks -----------------------------------------------------------------

test: lint test-tfa programs
	$(run) pytest -n 2 --dist loadfile --no-loadscope-reorder

# What tests/conftest.py does not list as slow: for while one works.
test-fast: lint
	$(run) pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

# What tests drive that pip does not have. Root of a Debian, as in a container,
# gets them; elsewhere the tests that need them say that they are skipped.
missing := $(strip $(shell PATH=$$PATH:/usr/sbin; \
    for program in chromium nginx node curl; do \
    command -v $$program >/dev/null || echo $$program; done))
debian := $(patsubst node,nodejs,$(patsubst nginx,nginx-light,$(missing)))

programs:
ifneq ($(missing),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $(debian) >/dev/null; \
	else echo "Tests that need $(missing) will be SKIPPED: not installed."; fi
endif

# In an environment of its own: TensorFlow 2.21 and tensorflow-addons exclude
# each other. The warning that is left out tells of the end of the latter.
test-tfa: $(if $(PYTHON_TFA),$(VENV_TFA)/installed)
ifdef PYTHON_TFA
	$(VENV_TFA)/bin/python -W ignore::UserWarning -m tests.tfa_check
else
	@echo "test-tfa is SKIPPED: no Python 3.11 of an x86-64 Linux was found, and" \
	    "tensorflow-addons needs TensorFlow 2.15.1, which has no other wheels."
endif

# In an environment of its own: these libraries and ours want other versions of
# what they share. Each check says which of our writers it holds to which library.
oracles := $(patsubst tests/oracles/%.py,%,$(wildcard tests/oracles/*_check.py))

test-formats: $(addprefix test-formats-,$(oracles))

test-formats-%: $(VENV_FORMATS)/installed
	$(VENV_FORMATS)/bin/python -m tests.oracles.$*

# In an environment of its own, see requirements-beam.txt. `make test` skips them.
on_beam := tests.beam.runner_test tests.beam.transfer_test tests.beam.build_test

test-beam: $(addprefix test-beam-,$(on_beam))

test-beam-%: $(VENV_BEAM)/installed
	$(VENV_BEAM)/bin/python -m $*

# In an environment of its own, see requirements-export.txt. `make test` skips them.
on_runtimes := tests.exporting.model_files_test tests.exporting.export_page_test \
    tests.exporting.litert_client_test

test-export: $(addprefix test-export-,$(on_runtimes))

test-export-%: $(VENV_EXPORT)/installed
	$(VENV_EXPORT)/bin/python -m $*

# In an environment of its own, see requirements-bench.txt. BENCH may have flags:
# make bench BENCH=--only=network,photos
bench: $(VENV_BENCH)/installed
	$(VENV_BENCH)/bin/python -m benchmarks $(BENCH)

# What the peers compute is what kp2part computes. `make test` skips them.
on_peers := tests.benchmarks.peers.torch_network_test \
    tests.benchmarks.peers.numpy_pipeline_test

test-bench: $(addprefix test-bench-,$(on_peers))

test-bench-%: $(VENV_BENCH)/installed
	$(VENV_BENCH)/bin/python -m $*

lint: $(VENV)/installed-dev
	$(run) ruff format --check .
	$(run) ruff check .
	$(run) mypy

format: $(VENV)/installed-dev
	$(run) ruff format .
	$(run) ruff check --fix .

# --- Documentation ----------------------------------------------------------

$(VENV)/installed-docs: requirements-docs.txt requirements.txt | $(bin)/python
	$(pip) -r requirements-docs.txt
	touch $@

docs: $(VENV)/installed-docs
	$(run) docs.generators.rooms_picture
	NO_MKDOCS_2_WARNING=1 $(run) mkdocs build --strict
	@echo "Look at out/docs/index.html"

clean:
	rm -rf $(VENV) $(VENV_TFA) $(VENV_FORMATS) $(VENV_BEAM) $(VENV_EXPORT) \
	    $(VENV_BENCH) out
