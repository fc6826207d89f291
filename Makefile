# The project's own targets; the toolkit's come from slurm/slurm.mk.

include slurm/slurm.mk

.PHONY: test test-unit test-cluster test-containers check bench cluster-up cluster-down test-versions

NPM := node_modules/.bin

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Everything: types, style, unit tests, the local executor, the real cluster. All kinds of tests at once, since on a cluster most of the time is
# spent waiting; those in containers on a cluster of their own, with the Slurm of Debian 12 in a root of its own.
test:
	@test/cluster/cluster.sh install
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory -j3 test-unit test-cluster test-containers

test-containers: export SLURM_VERSION := 22.05
test-unit test-cluster test-containers: test-%: node_modules/.package-lock.json $(SR_HOME)/dist/built
	$(NPM)/vitest run --project $*

check: node_modules/.package-lock.json $(SR_HOME)/dist/built
	$(NPM)/tsc --noEmit
	$(NPM)/biome check
	@if command -v shellcheck >/dev/null; then shellcheck -s sh src/remote/*.sh src/host/*.sh scripts/*.sh; fi

bench: node_modules/.package-lock.json $(SR_HOME)/dist/built
	$(NPM)/tsx test/bench/bench.ts

cluster-up cluster-down: cluster-%:
	test/cluster/cluster.sh $*

test-versions: node_modules/.package-lock.json $(SR_HOME)/dist/built
	test/cluster/test-versions.sh
