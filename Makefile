# Everwire. `make` lists the targets.

scripts := compat-tests/setup

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: examples/node_modules/.package-lock.json ## start the chat on port 3000 (PORT=8080 make run: on another)
	@cd examples && exec go run ./chat

check: ## format, vet, static analysis, layers and all Go tests with -race: minutes, Go only
	@$(scripts)/test.sh check

test: ## everything: set up, check, then foreign clients and browsers
	@$(scripts)/test.sh

test-browsers: ## the bundled client in older and rarer browsers too, and with connections cut for longer
	@$(scripts)/test.sh browsers

bench: ## measure the server beside its peers
	@compat-tests/bench/run.sh

fuzz: ## run each fuzz target for FUZZTIME (60s)
	@$(scripts)/fuzz.sh

mutate: ## plant 30 bugs, one at a time, and see the simulation find each
	@cd compat-tests && go run ./mutate

setup: ## install what the tests need: Chromium, a C compiler, npm packages
	@$(scripts)/setup.sh

# npm writes this file last, so it is older than the lock file only if the lock file has changed since.
examples/node_modules/.package-lock.json: examples/package-lock.json
	cd examples && npm ci --no-audit --no-fund
	@touch $@

.PHONY: help run check test test-browsers bench fuzz mutate setup
