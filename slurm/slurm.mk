# The targets, for `include <toolkit>/slurm/slurm.mk` in a project's Makefile. GNU make 3.81 and later.

SR_GOAL := $(.DEFAULT_GOAL)
SR_HOME := $(patsubst %/,%,$(dir $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))))

SR_COMMANDS := push submit run watch full log status fetch collect recover resubmit clean cancel release render profiles history check help \
  shell gpus info image-refresh image-build image-push image-setup image-list image-clean \
  sweep-start sweep-resume sweep-status sweep-watch sweep-collect sweep-cancel sweep-full \
  flow flow-full flow-status flow-watch flow-collect flow-cancel flow-graph
SR_TARGETS := $(addprefix slurm-,$(SR_COMMANDS))

# What was given on make's command line, and only that, reaches Node as it was typed: `$`, quotes and newlines too. Variables
# of ours are so in every rule; the project's own only for our targets (SR_CLI names them all, to find misspelt ones).
SR_VARS := PROFILE CLUSTER TAG JOB_ID JSON DRY_RUN YES FORCE FOLLOW LINES HOLD FLOW FROM ONLY RESUME IMAGE CMD \
  SWEEP SWEEP_ID COUNT CELL CELLS MAX_RUNS MAX_CONCURRENT RETRY \
  REMOTE_HOST REMOTE_DIR SCHEDULER JOB_PREFIX POLL_INTERVAL REMOTE_SETUP SCRIPT SCRIPT_ARGS ARGS COMMAND PYTHON CODE_FILES \
  RESULTS_PULL DATA_FILES PARTITION ACCOUNT TEMPLATE CONTAINER CONTAINER_RUNTIME CONTAINER_MOUNTS CONTAINER_WORKDIR MODULES \
  CONDA VENV SETUP SECRETS NOTIFY BASE REQUIREMENTS DOCKERFILE RUNTIME BUILD_ON ENV SBATCH_%
override SR_CLI := $(strip $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$(filter-out MAKEFLAGS MAKEOVERRIDES GNUMAKEFLAGS -%,$v))))
$(foreach v,$(filter $(SR_VARS),$(SR_CLI)),$(eval override $v := $$(value $v)))
$(foreach v,$(filter-out $(SR_VARS),$(SR_CLI)),$(eval $$(SR_TARGETS): override $v := $$(value $v)))
export SR_CLI $(SR_CLI)

.PHONY: $(SR_TARGETS)
$(SR_TARGETS): slurm-%: $(SR_HOME)/dist/built
	@exec node "$(SR_HOME)/dist/scripts/$*.js"

# A misspelt target, by name; make itself would say no more than that there is no rule. Only of what was typed is there a
# sr-unknown-…, and `%` gives way to every other pattern: what the project has rules for, or files, is left to it. So is a
# target that it gave prerequisites and no recipe, and one with a dot, which is a file's name.
SR_TYPED := $(filter-out $(SR_TARGETS) $(basename $(wildcard slurm-*)),$(filter slurm-%,$(MAKECMDGOALS)))
SR_UNKNOWN := $(foreach t,$(SR_TYPED),$(if $(strip $(foreach c,. : ; %,$(findstring $c,$t))),,$t))
ifneq ($(SR_UNKNOWN),)
$(addprefix sr-unknown-,$(SR_UNKNOWN)): $(SR_HOME)/dist/built ;
%: sr-unknown-%
	@+$(if $(filter-out $<,$^ $|),:,exec node "$(SR_HOME)/dist/scripts/unknown-target.js" '$(subst ','\'',$@)' $(SR_COMMANDS))
endif

# One bundle a script, made again only when a source is newer; a start from the sources would take three times as long.
SR_SOURCES := $(SR_HOME)/package-lock.json $(wildcard $(SR_HOME)/scripts/*.ts $(SR_HOME)/src/*.ts $(SR_HOME)/src/*/*.ts $(SR_HOME)/src/*/*/*.ts)
$(SR_HOME)/dist/built: $(SR_SOURCES)
	@sh "$(SR_HOME)/scripts/build.sh" >&2

# Without a rule of their own make would look for ways to make each of them, which takes it longer than all else it does here.
$(SR_SOURCES) $(SR_HOME)/slurm/slurm.mk: ;

# What a bare `make` does stays the project's business.
.DEFAULT_GOAL := $(SR_GOAL)
