# The whole of Limn's set-up: `make run` starts it, `make test` proves it. Everything else is for those who change it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test check fmt bench oracle screenshots dev notices

help:
	@echo 'make run          install what is missing, build, start, print one address'
	@echo 'make test         everything that proves the program'
	@echo 'make check        the quick part of it: format, lints, tests'
	@echo 'make build        the one binary, as dist/limn'
	@echo 'make dev          quick build, started against the files of the checkout'
	@echo 'make bench        the engine beside its peers; the column page and the column profile against bare handlers'
	@echo 'make oracle       hold every figure against the SQL printed beside it and a second opinion (SCALE=10, or DIR=...)'
	@echo 'make screenshots  every page, light and dark, wide and narrow'
	@echo 'make fmt          format the sources'
	@echo 'make notices      write THIRD-PARTY-NOTICES.md anew'

run: build
	@exec dist/limn serve

build:
	@scripts/prepare run
	@scripts/build

test:
	@scripts/prepare test
	@scripts/prove all

check:
	@scripts/prepare run
	@scripts/prove quick

dev:
	@scripts/prepare run
	@scripts/bundle-assets --dev
	@cargo run --locked --features ssr -- serve

bench: build
	@scripts/bench-engine $(BENCH)
	@scripts/bench-pages
	@scripts/bench-reads

oracle: build
	@scripts/prepare test
	@scripts/compare-oracle $(DIR)

screenshots: build
	@scripts/prepare test
	@cd end2end && npx playwright test --config screenshots.config.ts

fmt:
	@cargo fmt
	@cargo fmt --manifest-path scripts/bundle/Cargo.toml

notices:
	@scripts/notices
