# The project's own targets; the toolkit's come from slurm/slurm.mk.

include slurm/slurm.mk

.PHONY: test check bench cluster-up cluster-down test-versions

NPM := node_modules/.bin

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Everything: types, style, unit tests, the local executor, the real cluster.
test: check
	$(NPM)/vitest run

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
