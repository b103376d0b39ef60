# The front door. Every target is idempotent and works from a fresh clone on a bare Debian 12 (root or sudo).
#   make run     build, start the conference server on http://localhost:8080
#   make test    build, then every test, ending in one line "N passed, N failed"
#   make bench   Parley beside its peers: every program of bench/
#   make figures the same, written into the table of docs/performance.md
#   make soak    an hour (MINUTES=n) of joins, leaves and restarts against the media engine; fails when memory grows
#   make fuzz    ten minutes (SECONDS=n) of each fuzzer under sanitizers (FUZZERS="stun sdp" for some); fails on a finding
#   make races   the media engine's tests and ten minutes (MINUTES=n) of soak on three threads under ThreadSanitizer
#   make coverage  which lines of media/ its tests run; fails under 90 %
#   make lint    formatters and linters
# Variables: SANITIZE=address,undefined  instruments the media library and its tests (own build folder)
#            JOBS=n                      parallel compile jobs (default: number of cores)
SHELL := /bin/bash
JOBS ?= $(shell nproc)
SANITIZE ?=
comma := ,
# Stock Node.js 20, where tools/deps.sh had to bring its own.
export PATH := $(CURDIR)/build/deps/node/bin:$(PATH)
BUILD := $(if $(SANITIZE),build/sanitize-$(subst $(comma),-,$(SANITIZE)),build/cmake)

# With another SANITIZE only the media engine and its tests are built.
TARGETS := $(if $(SANITIZE),--target media_tests fuzz_tests webrtc_node)

.PHONY: all weather sanitized deps programs build run test soak fuzz races coverage bench figures lint format clean
all: build

deps:
	@tools/deps.sh

build: deps
	@mkdir -p $(BUILD)
	@cmake -S . -B $(BUILD) -G Ninja -DSANITIZE=$(SANITIZE) >$(BUILD).configure.log 2>&1 || { cat $(BUILD).configure.log; exit 1; }
	@cmake --build $(BUILD) -j $(JOBS) $(TARGETS)

run: build
	@exec build/bin/parleyd

# What the tests need beside the build: the media engine under sanitizers.
SANITIZED := build/sanitize-address-undefined
sanitized: deps
	@mkdir -p $(SANITIZED)
	@cmake -S . -B $(SANITIZED) -G Ninja -DSANITIZE=address,undefined >$(SANITIZED).configure.log 2>&1 || { cat $(SANITIZED).configure.log; exit 1; }
	@cmake --build $(SANITIZED) -j $(JOBS) --target media_tests fuzz_tests webrtc_node

# The npm packages that tests/programs runs.
programs: deps
	@tools/deps.sh programs

test: build $(if $(SANITIZE),,sanitized programs)
	@node tests/run.mjs $(if $(SANITIZE),--build $(BUILD) --only '^(media|fuzz)/') $(TESTS)

coverage: deps
	@JOBS=$(JOBS) tools/coverage.sh

SECONDS ?= 600
fuzz: deps
	@JOBS=$(JOBS) tools/fuzz.sh $(SECONDS) $(FUZZERS)

soak: build
	@$(BUILD)/tests/soak/soak --minutes $(or $(MINUTES),60)

races: deps
	@JOBS=$(JOBS) tools/races.sh $(or $(MINUTES),10)

# What judges by time is for a quiet machine and not part of the tests: calls in loss, delay and jitter with bounds on frames and freezes,
# and the end-to-end tests once more, with bounds on how long joining, leaving, switching and coming back take.
weather: build
	@node tests/e2e/weather.mjs
	@PARLEY_TIMED=1 node tests/run.mjs 'tests/e2e/(call-|layers|worker-crash)'

bench: build
	@for b in bench/*; do if [ -x "$$b" ] && [ -f "$$b" ]; then "$$b" || exit 1; fi; done

figures: build
	@node tools/figures.mjs

lint: deps
	@tools/lint.sh

format: deps
	@tools/lint.sh --fix

clean:
	rm -rf build/cmake build/coverage build/sanitize-* build/bin build/addon
