# The handful of verbs; each is a script of provisioning/ or a call of swift, and says more with --help.
.PHONY: help build test check format lab demo bench docs generate release clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

build: ## everything with its tests, debug
	swift build --build-tests

test: build ## unit and integration tests, without the generated histories
	swift test --skip-build --skip EndToEnd --skip HistoryTests

check: ## all that must hold before a change is taken
	./provisioning/check

format: ## bring the sources into the project's form
	swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

lab: ## libvirt in a network namespace, with vm1 and vm2
	./provisioning/lab up --shell

demo: ## two real VMs under load, from nothing
	./provisioning/demo

bench: ## instructions of a decision, against the baseline
	./provisioning/dev/benchmark count

docs: build ## documentation of the library and of the engine, in .build/docs
	./provisioning/dev/docs

generate: build ## completions, man pages, list of the library's public declarations
	./provisioning/dev/generate
	./provisioning/dev/api --write

release: ## the programs as they are installed, in .build/dist
	./provisioning/build

clean: ## remove what was built
	swift package clean
