# KSTT reporting warehouse: the whole interface. `make help` lists the targets.
PERIOD ?= 2021-Q1
OFFICE ?= sample_office
AS_OF ?=
ENGINE ?=
YEAR_OFFICE ?= data/year_office
export UV_COMPILE_BYTECODE = 1
export PYTHONDONTWRITEBYTECODE =
export DAGSTER_DISABLE_TELEMETRY = 1
export DO_NOT_TRACK = 1
export GX_ANALYTICS_ENABLED = false
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
UV = $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN = .venv/bin
# Offices made by tests lie in memory where there is room (8 GB): Dagster's event log waits for the disk at every event.
MEMORY_KB = $(shell df --output=avail /dev/shm 2>/dev/null | tail -1)
TESTS_IN = $(shell [ "0$(MEMORY_KB)" -gt 8000000 ] 2>/dev/null && echo TMPDIR=/dev/shm)
# T: a file or folder of tests (with ::test, if wanted), an option of pytest, or a word of test names. One file needs no
# second worker; a module is one worker's, for what it builds is shared by its tests.
PICKED = $(if $(T),$(if $(filter -%,$(T))$(wildcard $(firstword $(subst ::, ,$(T)))),$(T),-k "$(T)"))
# A path where nothing is: pytest would collect everything before it says so.
NO_SUCH = $(if $(filter -%,$(T)),,$(if $(or $(findstring /,$(FILE)),$(filter %.py,$(FILE))),$(if $(wildcard $(FILE)),,$(FILE))))
FILE = $(firstword $(subst ::, ,$(T)))
SAY_NO_SUCH = $(if $(NO_SUCH),echo "there is no $(NO_SUCH)" >&2; exit 2)
SPREAD = $(if $(wildcard $(filter %.py,$(firstword $(subst ::, ,$(T))))),,-n 2 --dist loadscope --no-loadscope-reorder)

.PHONY: help report year test quick kills audit golden check check-code check-sql ui docs site env clean
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

env: .venv/.ready  ## make the environment from uv.lock

.venv/.ready: uv.lock pyproject.toml
	@sh scripts/get-uv.sh
	@$(UV) sync --locked --quiet
	@touch $@

report: env  ## receive files and build the report: make report [PERIOD=2021-Q1] [OFFICE=folder] [AS_OF=2021-03-11] [ENGINE=spark]
	@$(if $(filter spark,$(ENGINE)),$(UV) sync --locked --quiet --inexact --extra spark)
	@$(RUN)/kstt --office $(OFFICE) run $(PERIOD) $(if $(AS_OF),--as-of $(AS_OF)) $(if $(ENGINE),--engine $(ENGINE))

year: env  ## an office of its own with the four quarters of 2021, and its year: make year [YEAR_OFFICE=folder]
	@$(RUN)/python sample_office/generate.py --year --out $(YEAR_OFFICE)
	@for period in 2021-Q1 2021-Q2 2021-Q3 2021-Q4 2021-Y; do $(RUN)/kstt --office $(YEAR_OFFICE) run $$period || exit 1; done

ui: env  ## Dagster UI on 127.0.0.1
	@$(RUN)/kstt --office $(OFFICE) ui

test: env  ## every test; some of them: make test T=file-or-word; only those that failed: make test T=--lf
	@$(SAY_NO_SUCH)
	@$(TESTS_IN) $(RUN)/python -m pytest $(SPREAD) $(PICKED)

quick: env  ## the tests of every few minutes: those that receive no files, run no job, build no models, draw no inputs
	@$(SAY_NO_SUCH)
	@$(TESTS_IN) $(RUN)/python -m pytest $(SPREAD) -m "not slow" --ignore=tests/pipeline $(PICKED)

bench: env  ## what runs cost: a quarter of the sample, the event log, reading, large offices beside pandas, history (an hour)
	@$(TESTS_IN) $(RUN)/python benchmarks/runs.py
	@$(TESTS_IN) $(RUN)/python benchmarks/events.py
	@$(TESTS_IN) $(RUN)/python benchmarks/reading.py
	@$(TESTS_IN) $(RUN)/python benchmarks/scale.py
	@$(TESTS_IN) $(RUN)/python benchmarks/scale.py --rows 60000 --xlsx --beside-pandas
	@$(TESTS_IN) $(RUN)/python benchmarks/history.py

kills: env  ## the tests that kill runs, issues, receiving, pulls, mend books, returns, with 200 kills
	@$(TESTS_IN) KSTT_KILLS=60 $(RUN)/python -m pytest tests/faults/test_killed_runs.py tests/faults/test_killed_issues.py \
	  tests/faults/test_killed_commands.py

worlds: env  ## many invented offices against their own count, docs/worlds.md; goes on where it stopped: make worlds [N=50] [FIRST=201]
	@$(TESTS_IN) PYTHONPATH=tests $(RUN)/python -m truth.world --first $(or $(FIRST),201) --worlds $(or $(N),50) --page docs/worlds.md

mutants: env  ## wrong edits of the models' SQL, and what notices them, docs/mutation.md; goes on where it stopped: make mutants [N=80] [SEED=2021]
	@$(TESTS_IN) PYTHONPATH=tests $(RUN)/python -m truth.mutation --edits $(or $(N),80) --seed $(or $(SEED),2021)

audit: env  ## known faults of the locked packages (asks the network; red where it gets no answer)
	@mkdir -p target && $(UV) export --quiet --locked --no-emit-project --output-file target/requirements.txt
	@$(UV) tool run pip-audit --strict --disable-pip --require-hashes --requirement target/requirements.txt

engines: env  ## every model by DuckDB, Spark and PostgreSQL, equal cell by cell: make engines [CASES="2021-Q1 2021-Q2 2021-Y 2024-Q3 2025-Q3 boston nl documents reading"] [ENGINE=postgres]
	@$(UV) sync --locked --quiet --extra spark --group postgres
	@$(TESTS_IN) PYTHONPATH=tests nice $(RUN)/python -m truth.engines $(CASES) $(if $(ENGINE),--engine $(ENGINE))

province: env  ## many communes issue, their province sums; equal to all files at once: make province [N=109] [DOSSIERS=200]
	@$(TESTS_IN) PYTHONPATH=tests nice -n 19 $(RUN)/python -m truth.province --communes $(or $(N),109) --dossiers $(or $(DOSSIERS),200)

golden: env  ## write the kept documents, docs/reference.md and the output shown in docs/ anew, and show what changed
	@KSTT_GOLDEN=write $(RUN)/python -m pytest -n 0 tests/golden tests/pipeline/test_shown_output.py tests/pipeline/test_template_check.py
	@git --no-pager diff --stat -- tests/golden docs README.md

check: check-code check-sql  ## ruff, types, SQL lint, portable SQL, dbt parse (make -j2 check: side by side)

check-code: env
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/ty check pipelines
	$(RUN)/python -m pytest -n 0 tests/unit/test_portable_sql.py
	KSTT_WAREHOUSE=/nonexistent.duckdb $(RUN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --target-path target/parse

check-sql: env
	@mkdir -p target/check
	KSTT_WAREHOUSE=$(CURDIR)/target/check/warehouse.duckdb $(RUN)/sqlfluff lint dbt_project/models --disable-progress-bar

docs: env  ## dbt's documentation and the lineage of columns, pages that open from disk: target/docs/
	@rm -rf target/docs && mkdir -p target/docs
	@newest=$$(ls -t $(OFFICE)/data/reports/*/*/*/warehouse.duckdb 2>/dev/null | head -1); \
	  if [ -n "$$newest" ]; then cp "$$newest" target/docs/warehouse.duckdb; chmod u+w target/docs/warehouse.duckdb; fi
	@KSTT_WAREHOUSE=$(CURDIR)/target/docs/warehouse.duckdb $(RUN)/dbt --quiet docs generate --static \
	  --project-dir dbt_project --profiles-dir dbt_project --target-path $(CURDIR)/target/docs
	@if [ -f target/docs/warehouse.duckdb ]; then $(RUN)/python scripts/column_lineage.py target/docs; fi
	@echo target/docs/static_index.html target/docs/columns.html

# Strict: a link that leads nowhere or an anchor that is not there stops it.
site: env  ## README and docs/ as a site that opens from disk, every link checked: target/site/html/
	@$(RUN)/python scripts/site_pages.py target/site/pages
	@$(UV) run --quiet --locked --isolated --only-group docs mkdocs build --strict -f docs/mkdocs.yml
	@echo target/site/html/docs/index.html

clean:  ## delete everything that can be made again (landing and receipts stay)
	rm -rf $(OFFICE)/data/typed $(OFFICE)/data/build $(OFFICE)/data/reports $(OFFICE)/data/built $(OFFICE)/data/dbt_target
