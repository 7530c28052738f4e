# imgedge: build, run, test. `make` alone lists the targets.

SHELL := /bin/bash
PORT ?= 8080
WASM_BUILD := .build/wasm
# Parameters that nobody reads go first: the passes after it find more functions alike. What is large stays a function of its own,
# though it has one caller, and is put beside its like. The linker puts nothing below 1024.
WASM_OPT := --dae-optimizing -Oz --one-caller-inline-max-function-size=20 --low-memory-unused \
  --strip-debug --strip-producers --strip-target-features
# Static, and without the list of symbols for libraries that look some up in the program: none does, and the list is a megabyte.
STATIC := --static-swift-stdlib -Xlinker --no-export-dynamic
FUZZ_BUILD := .build/fuzz
FUZZ_SECONDS ?= 60
PYTHON := .build/venv/bin/python
DENO := .build/venv/bin/deno

.DEFAULT_GOAL := help
.PHONY: help setup build run wasm run-wasm test test-debian13 lint bench attack fuzz docs docs-images clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install everything that any target needs
	@scripts/setup native wasm test

build: ## Build the native service: .build/release/imgedge
	@scripts/setup native
	swift build -c release $(STATIC) --product imgedge

run: build ## Build, and serve at http://demo.localhost:8080 (PORT=…)
	.build/release/imgedge serve --port $(PORT)

wasm: ## Build the edge bundle: wasm/dist/edge.wasm and wasm/dist/worker.mjs
	@scripts/setup wasm
	@mkdir -p $(WASM_BUILD) wasm/dist
	@scripts/toolset > $(WASM_BUILD)/toolset.json
	swift build -c release --triple wasm32-unknown-none-wasm --toolset $(WASM_BUILD)/toolset.json \
	  --scratch-path $(WASM_BUILD) --product edge --experimental-lto-mode full
	wasm-opt $(WASM_OPT) $(WASM_BUILD)/wasm32-unknown-none-wasm/release/edge.wasm -o $(WASM_BUILD)/edge.wasm
	scripts/arrange.py $(WASM_BUILD)/edge.wasm wasm/dist/edge.wasm
	wasm-validate wasm/dist/edge.wasm
	cp wasm/worker.mjs wasm/claims.mjs wasm/room.mjs wasm/dist/
	@printf 'wasm/dist/edge.wasm: %d bytes, %d gzipped\n' $$(wc -c < wasm/dist/edge.wasm) $$(gzip -9c wasm/dist/edge.wasm | wc -c)

run-wasm: build wasm ## Serve with the edge bundle under Deno at http://demo.localhost:8080 (PORT=…)
	@scripts/setup test
	wasm/serve --port $(PORT)

test: wasm ## Run all tests, of both builds
	@scripts/setup native test
	swift test

test-debian13: ## Run the native tests on the libraries of Debian 13, as root, in a root of their own
	@scripts/setup native test
	swift build --build-tests
	scripts/test-debian13

lint: ## Check the form of the sources
	@scripts/setup test
	swift format lint --strict --recursive Package.swift Sources Tests bench fuzz
	$(DENO) lint --quiet wasm docs bench

bench: build wasm ## Measure against nginx, bare libvips and thumbor, and print a table of ratios (BENCH=--quick)
	@scripts/setup test bench
	swift build -c release $(STATIC) --product handler-cost
	$(PYTHON) bench/bench.py $(BENCH)

attack: build wasm ## Play hostile callers against both builds, twice in a row (ATTACK=--build=native)
	@scripts/setup test
	$(PYTHON) Tests/Attack/attack.py $(ATTACK)

fuzz: ## Feed the readers of requests and pictures with what libFuzzer makes up (FUZZ_SECONDS=60 each)
	@scripts/setup native test
	FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path $(FUZZ_BUILD) --product fuzz-handler
	FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path $(FUZZ_BUILD) --product fuzz-pixels
	@mkdir -p $(FUZZ_BUILD)/corpus/handler $(FUZZ_BUILD)/corpus/pixels
	$(PYTHON) Tests/Pictures/draw.py $(FUZZ_BUILD)/pictures
	$(PYTHON) Tests/Pictures/matrix.py $(FUZZ_BUILD)/pictures
	find $(FUZZ_BUILD)/pictures -type f -size +24k -delete
	cd $(FUZZ_BUILD) && release/fuzz-handler -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=2 -dict="$(CURDIR)/fuzz/words.dict" \
	  -verbosity=0 -print_final_stats=1 corpus/handler "$(CURDIR)/fuzz/seeds/handler"
	cd $(FUZZ_BUILD) && release/fuzz-pixels -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=20 \
	  -verbosity=0 -print_final_stats=1 corpus/pixels pictures

docs: docs-images ## Renew what README.md shows of the program: reference and pictures
	$(PYTHON) scripts/docs.py --reference

docs-images: build ## Make the pictures of README.md
	@scripts/setup test
	$(PYTHON) scripts/docs.py --images

clean: ## Remove everything that was built
	rm -rf .build wasm/dist
