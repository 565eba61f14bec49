# What people type. One cargo profile for everything (docs/decisions/0002): the dependencies are built once.

SHELL := /bin/bash
CARGO ?= cargo
# `make run ARGS="--listen 127.0.0.1:9000"`, `make bench ARGS=...`
ARGS ?=
# The gate builds crate `server`, and it alone, without optimising, which is most of its build (docs/decisions/0002).
UNOPTIMISED := --config 'profile.release.package.server.opt-level=0'
# Tests wait for processes, disks and clocks more than they work: two a core.
TEST_THREADS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) * 2 )))
# `make eval DATA=folder`: where the development sets are
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test bench bench-ingest soak-access soak-answers crash failpoints eval screenshots measure-pages fmt deny provide check-format check-lints check-tests check-browser check-clients

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build, provision on the first start, and serve the example handbook
	$(CARGO) build --release
	./target/release/lectern serve --seed data/seed $(ARGS)

test: provide check-format check-lints check-tests check-browser check-clients ## The gate: everything that a change has to pass
	@echo "make test: passed"

bench: ## Measure: embedding, indexing, search, start-up, memory
	$(CARGO) bench --locked --workspace --bench house -- $(ARGS)

bench-ingest: ## Measure: what is read of web pages, PDF files and sites (ARGS="--data DIR")
	$(CARGO) bench --locked --workspace --bench house -- pages papers chunking vectors site $(ARGS)

soak-access: ## Ask a million times as somebody, on both indexes, against the rule alone (hours)
	$(CARGO) test --release --locked --workspace --test it -- --ignored --nocapture oracle::soak

soak-answers: ## Talk for long with language models that repeat their prompts, or obey what documents say
	$(CARGO) test --release --locked --workspace --test it -- --ignored --nocapture liars::soak

crash: ## Kill a server a thousand times amid changes, on both databases (hours; SEED and CYCLES name another run)
	$(CARGO) test --release --locked --workspace --test it -- --ignored --nocapture cli::crash::soak

failpoints: ## End a server at every step of what must not be half done, in every manner, on both databases, and fill its disk
	$(CARGO) test --release --locked --workspace --test it -- --include-ignored --nocapture cli::failing

eval: ## Measure retrieval and answers on every set there is, and write docs/EVALUATION.md (DATA=folder)
	$(CARGO) build --release
	LECTERN_BIN=$(CURDIR)/target/release/lectern scripts/eval $(DATA)

screenshots: ## A picture of every page in its states (target/screenshots), and the two of the README (docs/pictures)
	$(CARGO) build --release
	LECTERN_BIN=$(CURDIR)/target/release/lectern scripts/browser-test screenshots

measure-pages: ## How the pages bear 50,000 documents and a conversation of 2,000 messages (needs python3)
	$(CARGO) build --release
	LECTERN_BIN=$(CURDIR)/target/release/lectern scripts/browser-test measure

fmt: ## Format the Rust sources
	$(CARGO) fmt --all

deny: ## Check licences and known vulnerabilities of the dependencies
	@scripts/audit

# --- the steps of the gate, each runnable by itself

provide: ## Install what the gate needs and this machine lacks
	@scripts/provide

check-format: ## cargo fmt, changing nothing
	$(CARGO) fmt --all --check

check-lints: ## clippy, with every warning an error
	$(CARGO) clippy --release --locked --workspace --all-targets -- --deny warnings

check-tests: ## The Rust tests, the rules of the house among them (server/tests/it/tidy)
	INSTA_UPDATE=no RUST_TEST_THREADS=$(TEST_THREADS) $(CARGO) $(UNOPTIMISED) test --release --locked --workspace

check-browser: ## The page: the types of its scripts (tsc), then in a real browser, with the server that the tests built
	LECTERN_BIN=$(CURDIR)/target/release/lectern scripts/browser-test

check-clients: ## Other people's clients, talking to the server that the tests built
	LECTERN_BIN=$(CURDIR)/target/release/lectern scripts/client-test
