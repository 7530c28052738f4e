# imgedge: build, run, test. `make` alone lists the targets.

SHELL := /bin/bash
PORT ?= 8080
WASM_BUILD := .build/wasm
# Functions that are inlined make the module smaller and its gzip larger, so they are not; the linker puts nothing below 1024.
WASM_OPT := -Oz --low-memory-unused --one-caller-inline-max-function-size=0 --always-inline-max-function-size=2 \
  --strip-debug --strip-producers
# Static, and without the list of symbols for libraries that look some up in the program: none does, and the list is a megabyte.
STATIC := --static-swift-stdlib -Xlinker --no-export-dynamic
PYTHON := .build/venv/bin/python
DENO := .build/venv/bin/deno

.DEFAULT_GOAL := help
.PHONY: help setup build run wasm run-wasm test lint bench docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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
	wasm-opt $(WASM_OPT) $(WASM_BUILD)/wasm32-unknown-none-wasm/release/edge.wasm -o wasm/dist/edge.wasm
	wasm-validate wasm/dist/edge.wasm
	cp wasm/worker.mjs wasm/claims.mjs wasm/dist/
	@printf 'wasm/dist/edge.wasm: %d bytes, %d gzipped\n' $$(wc -c < wasm/dist/edge.wasm) $$(gzip -9c wasm/dist/edge.wasm | wc -c)

run-wasm: build wasm ## Serve with the edge bundle under Deno at http://demo.localhost:8080 (PORT=…)
	@scripts/setup test
	wasm/serve --port $(PORT)

test: wasm ## Run all tests, of both builds
	@scripts/setup native test
	swift test

lint: ## Check the form of the sources
	@scripts/setup test
	swift format lint --strict --recursive Package.swift Sources Tests bench
	$(DENO) lint --quiet wasm docs bench

bench: build wasm ## Measure against nginx and bare libvips, and print a table of ratios (BENCH=--quick)
	@scripts/setup test bench
	swift build -c release $(STATIC) --product handler-cost
	$(PYTHON) bench/bench.py $(BENCH)

docs: build ## Renew what README.md shows of the program: reference and pictures
	$(PYTHON) scripts/docs.py

clean: ## Remove everything that was built
	rm -rf .build wasm/dist
