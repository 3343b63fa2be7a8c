# make run     install what is missing, build, start the app
# make test    install what is missing, run every test
.DEFAULT_GOAL := help
SHELL   := /bin/bash
.SHELLFLAGS := -o pipefail -c
VERSION := $(shell sed -n 's/^ *Version *= *"\(.*\)"/\1/p' FyneApp.toml)
LDFLAGS := -X main.version=$(VERSION)
GO      ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
# All that has Fyne in it is compiled with the same tag, so that it is compiled once.
TAGS    := migrated_fynedo
# The bound is for a test that hangs, not for a machine that is slow.
GOTEST  := $(GO) test -v -tags $(TAGS) -timeout 60m
RACING  := ./limiter/... ./proxy/... ./cmd/afterglowd ./app/viewmodel/...
TALLY   := 2>&1 | .ci/tally

.PHONY: help run test code-test screen-test test-days soak fuzz build desktop-build headless lint bench screenshots desktop-test real-agents
.PHONY: package package-linux package-windows package-static package-macos package-sums clean-machine

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: ## install what is missing, build, start the app; on simulated vendors if no vendor has a key
	@.ci/start

build: ## build both programs into bin/
	@.ci/install build
	@$(MAKE) --no-print-directory -j2 desktop-build headless QUIET=1

desktop-build: export AFTERGLOW_FIRST = It takes 3 to 10 minutes on two cores, most of it for the OpenGL binding and SQLite.
desktop-build:
	GO=$(GO) QUIET= .ci/build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o bin/afterglow ./cmd/afterglow

headless: export AFTERGLOW_FIRST = It takes 1 to 3 minutes on two cores.
headless: ## build only the program that needs no desktop
	GO=$(GO) CGO_ENABLED=0 QUIET=$(QUIET) .ci/build -ldflags '$(LDFLAGS)' -o bin/afterglowd ./cmd/afterglowd

test: ## install what is missing, run every test, on a real desktop too
	@.ci/install build test
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory -j2 code-test screen-test

# What needs no cgo is tested with the race detector in the same run as the rest.
code-test: export AFTERGLOW_FIRST = It takes some minutes, for the race detector.
code-test:
	$(GO) vet -tags $(TAGS) ./...
	@GO=$(GO) .ci/build -race -tags $(TAGS) $(RACING)
	$(GOTEST) -race $(RACING) $(TALLY)
	$(GOTEST) $$($(GO) list ./... | grep -vxFf <($(GO) list $(RACING))) $(TALLY)

# The test on a real desktop mostly waits, so it runs while the others do.
screen-test:
	$(GOTEST) -count=1 -tags $(TAGS),desktop ./app/desktoptest $(TALLY)

test-days: ## run the tests, but not the desktop's, in other time zones and on other days; BUSY=1: with four busy loops beside them
	BUSY=$(BUSY) .ci/days

soak: ## a million calls in virtual time, then 30 minutes of calls in real time; prints the table of docs/development.md
	AFTERGLOW_SOAK_CALLS=1000000 $(GO) test -count=1 -v -timeout 6h -run TestSoakInVirtualTime ./proxy
	AFTERGLOW_SOAK_TIME=30m $(GO) test -count=1 -v -timeout 6h -run TestSoakInRealTime ./proxy

fuzz: ## every fuzz target for TIME (5m), four hours in all; .ci/fuzz NAME runs one
	GO=$(GO) TIME=$(TIME) .ci/fuzz

desktop-test: build ## run only the test on a real desktop
	@.ci/install test
	$(GO) test -count=1 -v -tags $(TAGS),desktop -timeout 60m ./app/desktoptest

real-agents: headless ## Claude Code, Codex and opencode from npm through Afterglow to vendors on this machine; report in out/agents/
	@command -v npm >/dev/null || { echo "npm is missing: it comes with Node.js, https://nodejs.org" >&2; exit 1; }
	@rm -f out/agents/report.md
	$(GO) test -count=1 -v -tags agents -parallel 8 -timeout 60m ./cmd/agentstest; code=$$?; cat out/agents/report.md; exit $$code

lint: ## gofmt, vet, staticcheck, govulncheck where it can be reached
	@test -z "$$(gofmt -l app assets cmd limiter proxy)" || { gofmt -d app assets cmd limiter proxy; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -count=1 -run TestImports ./cmd/...
	-$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...

bench: build ## benchmarks, each beside its baseline, and the desktop's CPU time
	@.ci/install test
	$(GO) test -run '^$$' -bench . -benchmem ./limiter
	$(GO) test -run '^$$' -bench . -benchtime 3s ./proxy
	$(GO) test -run '^$$' -bench . -benchmem ./proxy/normalize ./proxy/route
	$(GO) test -run '^$$' -bench . -benchtime 2s ./proxy/conformance
	$(GO) test -run '^$$' -bench . -benchtime 20x -timeout 60m ./proxy/ledger
	$(GO) test -run '^$$' -bench . -benchmem ./proxy/metrics ./proxy/logging ./proxy/price ./app/viewmodel
	AFTERGLOW_COST=1 $(GO) test -v -count=1 -tags $(TAGS),desktop -timeout 60m -run TestCost ./app/desktoptest

screenshots: build ## draw the pictures of docs/ anew, from the demo
	@.ci/install test
	AFTERGLOW_SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count=1 -tags $(TAGS),desktop -timeout 60m -run TestScreenshots ./app/desktoptest

# The time in packages is the last commit's, so that one commit makes the same bytes each time.
package%: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)
package%: export VERSION := $(VERSION)

package: ## every package that can be built here, with checksums and a bill of materials, into out/package/
	@rm -rf out/package
	@$(MAKE) --no-print-directory package-linux package-static package-windows package-sums

package-linux: ## only the Debian package and the tar.xz
	@.ci/install build package
	@mkdir -p out/package
	.ci/package-linux

package-windows: ## only the zip for Windows: ten minutes the first time
	@.ci/install package
	@mkdir -p out/package
	.ci/package-windows

package-static: ## only afterglowd, for every system
	.ci/package-static

package-sums:
	.ci/package-sums

package-macos: ## Afterglow.app, on a Mac
	@.ci/install build
	.ci/package-macos

clean-machine: package-linux ## install the package on a Debian without anything, use it, remove it; pictures in out/clean-machine/
	@.ci/install clean
	.ci/clean-machine

# What make install copies: the programs in bin/, and what belongs to them. Only what is newer is laid out again.
TREE     := out/install
programs := bin/afterglowd $(wildcard bin/afterglow)
.PHONY: install-tree install uninstall

$(TREE)/made: $(programs)
	@rm -rf $(TREE) && mkdir -p $(TREE)/bin && cp $(programs) $(TREE)/bin/
	@VERSION=$(VERSION) .ci/tree-linux $(TREE)
	@touch $@

bin/afterglowd:
	@echo "There is nothing to install yet: run make build, or make headless for afterglowd alone." >&2; exit 1

install-tree: $(TREE)/made ## lay out what make install copies, so that sudo make install needs no Go

install: $(TREE)/made ## install what was built: PREFIX=/usr/local, or PREFIX=~/.local for you alone; DESTDIR for packagers
	@$(MAKE) --no-print-directory -C $(TREE) -f $(CURDIR)/assets/linux/Makefile install PREFIX='$(or $(PREFIX),/usr/local)' DESTDIR='$(abspath $(DESTDIR))'

uninstall: ## take away what make install installed; PREFIX and DESTDIR as there
	@$(MAKE) --no-print-directory -f $(CURDIR)/assets/linux/Makefile uninstall PREFIX='$(or $(PREFIX),/usr/local)' DESTDIR='$(abspath $(DESTDIR))'
