# Everwire. `make` lists the targets.

scripts := compat-tests/setup

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: ## start the gallery of examples on port 3000 (PORT=8080 make run: on another)
	@cd examples && exec go run ./gallery

check: ## format, vet, static analysis, layers and all Go tests with -race: minutes, Go only
	@$(scripts)/test.sh check

test: ## everything: set up, check, then foreign clients and browsers
	@$(scripts)/test.sh

test-browsers: ## the bundled client in older and rarer browsers too, and with connections cut for longer
	@$(scripts)/test.sh browsers

bench: ## measure the hot paths, and the server beside its peers: a quarter of an hour
	@compat-tests/bench/bench.sh

fuzz: ## run each fuzz target for FUZZTIME (60s)
	@$(scripts)/fuzz.sh

mutate: ## plant 30 bugs, one at a time, and see the simulation find each
	@cd compat-tests && go run ./mutate

setup: ## install what the tests need: Chromium, a C compiler, npm packages
	@$(scripts)/setup.sh

.PHONY: help run check test test-browsers bench fuzz mutate setup
