# `make` lists what there is. The same flags everywhere, so that one build serves build, tests and demo.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install-needed check build test simulate mutants demo bench thorough torture tutorials laws merge-mutants oracle format \
    clean-demo model model-campaign any-program release-build install deb try-packages
RUNS ?= 1000
MODEL := PYTHONDONTWRITEBYTECODE=1 python3 -m docs.model

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install-needed: ## Install what is missing besides Swift (Debian, Ubuntu)
	@Scripts/install-needed

check: install-needed ## Run every check of Scripts/
	Scripts/check

build: install-needed ## Build zona, zona-server and the rest, debug
	swift build

test: install-needed ## Check the tree, build, run all tests
	Scripts/check
	swift build --build-tests
	Scripts/test

SEEDS ?= 20
simulate: install-needed ## Play SEEDS=20 seeds of each campaign in release; SEED=n CAMPAIGN=name plays one again
	swift build -c release --scratch-path .build-release --product zona-simulate
	.build-release/release/zona-simulate --jobs $$(nproc) --seeds $(SEEDS) \
	    $(if $(CAMPAIGN),--campaign $(CAMPAIGN)) $(if $(FROM),--from $(FROM)) $(if $(SEED),--seed $(SEED) --trace --jobs 1)

mutants: install-needed ## Take each mechanism away in turn: the simulation must notice
	ZONA_MUTANTS=1 swift build -c release --scratch-path .build-mutants --product zona-simulate
	.build-mutants/release/zona-simulate --mutant $(or $(MUTANT),all)

demo: install-needed ## Build, then play the story of an ambito with the real binaries
	swift build
	Scripts/demo

bench: install-needed ## Measure with a release build; prints and writes bench.json
	swift build -c release --scratch-path .build-release --product zona
	swift build -c release --scratch-path .build-release --product zona-bench
	.build-release/release/zona-bench

laws: install-needed ## The laws of the merge: all small worlds and HISTORIES=100000 sampled ones, in release; SEED=17
	Scripts/core-package .build-core
	LAWS_HISTORIES=$(or $(HISTORIES),100000) swift test -c release --package-path .build-core \
	    --filter 'SampledLawsTests|MergeOrderTests'

merge-mutants: install-needed ## One mistake after another in the merge: the tests of SyncCore must notice; MUTANT=name for one
	Scripts/merge-mutants $(MUTANT)

oracle: install-needed ## What the model plays, RUNS=1000 of each rule, played by the code, in release; SEED=17 plays one again
	swift build -c release --scratch-path .build-release-tests --build-tests -Xswiftc -enable-testing
	ORACLE_RUNS=$(RUNS) swift test -c release --scratch-path .build-release-tests -Xswiftc -enable-testing \
	    --skip-build --filter OracleTests

# The Swift runtime is inside, so that nothing of Swift need be installed where they run.
release-build: install-needed
	swift build -c release --static-swift-stdlib --scratch-path .build-install --product zona
	swift build -c release --static-swift-stdlib --scratch-path .build-install --product zona-server

PREFIX ?= /usr/local
install: release-build ## Install both programs under PREFIX=/usr/local, with man pages and completion; DESTDIR=
	Scripts/install-tree .build-install/release "$(DESTDIR)" "$(PREFIX)" zona zona-server

deb: release-build ## Debian packages of both programs, in packages/
	Scripts/packages .build-install/release packages

try-packages: deb ## Install, run, upgrade, remove and purge them in a clean Debian (root); OLD=FOLDER with earlier ones
	Scripts/try-packages packages $(OLD)

thorough: install-needed ## Thread sanitizer on all but the end-to-end tests, then all tests in release
	swift test --sanitize=thread --scratch-path .build-tsan --skip EndToEndTests
	swift build -c release --scratch-path .build-release-tests --build-tests -Xswiftc -enable-testing
	swift test -c release --scratch-path .build-release-tests -Xswiftc -enable-testing

torture: install-needed ## Kills, failing disks, power cuts, full disks, wrong clocks, on the real programs; hours
	swift build
	nice -n 10 Scripts/torture

tutorials: install-needed ## Type what README and docs/tutorials tell a reader to type, and compare the answers
	swift build
	Scripts/tutorials

model: ## Play the executable model, short: every campaign in a few runs, under a minute
	$(MODEL) --runs 10

model-campaign: ## Play it long: make model-campaign RUNS=1000 (default)
	$(MODEL) --runs $(RUNS)

# Another build of SQLite comes with a Python package, in a folder of its own.
any-program: install-needed ## Random SQL scripts of any program: SCRIPTS=10000, FROM= the first seed, SEED= one world
	python3 -m venv .build-any-program
	.build-any-program/bin/pip install --quiet apsw
	swift build -c release --scratch-path .build-release-tests --build-tests -Xswiftc -enable-testing
	APSW=$(CURDIR)/.build-any-program/bin/python SCRIPTS=$(or $(SCRIPTS),10000) \
	    swift test -c release --scratch-path .build-release-tests -Xswiftc -enable-testing --filter AnyProgramTests

format: ## Format the Swift files in place
	Scripts/check-format --fix

clean-demo: ## Delete the files that make demo leaves
	rm -rf demo-files
