# One line of Maven for each; tools/maven finds a JDK 25 or newer and Maven. MODEL names the model of run.
MAVEN = tools/maven --no-transfer-progress
MODEL ?= default
FUZZ_SECONDS ?= 60
SOAK_MINUTES ?= 10
OUVERTURE_BENCH_MODELS ?= ../ouverture-bench
BENCH_JAVA = tools/jdk java --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
	-cp 'benchmarks/target/classes:benchmarks/target/dependency/*'
BENCH_COMMIT = $$(git rev-parse --short HEAD)$$(git diff --quiet HEAD -- core kernels server cli benchmarks/src || echo ' with changes')

.DEFAULT_GOAL := help
.PHONY: help build check test format card fuzz golden bench bench-train bench-build bench-models bench-peers bench-server bench-smoke doc run soak clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[a-z -]*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

build: ## the jars, with every check of the compiler, without tests
	$(MAVEN) -DskipTests package

check: ## all gates: compiler, Error Prone, NullAway, tests, architecture, tidiness, format
	$(MAVEN) verify

test: ## the tests alone
	$(MAVEN) -Dspotless.check.skip verify

format: ## format the sources
	$(MAVEN) spotless:apply

fuzz: ## the fuzz tests for FUZZ_SECONDS each, guided by coverage
	JAZZER_FUZZ=1 JAZZER_MAX_DURATION=$(FUZZ_SECONDS)s $(MAVEN) -pl core -Dspotless.check.skip -DreuseForks=false -Dtest="*FuzzTest" verify

soak: ## a server under mixed load for SOAK_MINUTES: every answer compared, nothing left behind
	$(MAVEN) -pl server -am -Dspotless.check.skip -Dsurefire.failIfNoSpecifiedTests=false -Dtest=SoakTest \
		-Douverture.soak.minutes=$(SOAK_MINUTES) -Douverture.test.jvm="-Xms256m -Xmx256m -XX:+AlwaysPreTouch" verify
	@cat server/target/soak.txt

golden: ## fine-tune MODEL on examples/desk and write what it learned into docs/howto/fine-tune.md: minutes
	$(MAVEN) -pl train -am -Dspotless.check.skip -Dsurefire.failIfNoSpecifiedTests=false -Dtest=DeskTuningTest \
		-Douverture.golden.model="$(if $(filter-out file,$(origin MODEL)),$(MODEL),default-model/model.gguf)" verify

bench-train: bench-build ## what share of the kernels' speed a training has, for networks of usual shapes
	$(BENCH_JAVA) ouverture.benchmarks.training.BenchTraining

bench: bench-build ## the kernels' speed (BENCH: a pattern of benchmark names); ./ouverture bench MODEL measures a model
	$(BENCH_JAVA) org.openjdk.jmh.Main $(BENCH)

bench-build:
	$(MAVEN) -q -DskipTests -pl benchmarks -am package dependency:copy-dependencies -DincludeScope=runtime

bench-models: bench-build ## write the models that bench-peers measures, 11 GB, to OUVERTURE_BENCH_MODELS
	$(BENCH_JAVA) ouverture.benchmarks.models.BenchModels "$(OUVERTURE_BENCH_MODELS)"

bench-peers: bench-build ## measure what is missing against llama.cpp, 40 minutes: docs/performance.md (PEERS: more options, or --help)
	$(BENCH_JAVA) ouverture.benchmarks.peers.BenchPeers --models "$(OUVERTURE_BENCH_MODELS)" \
		--commit "$(BENCH_COMMIT)" --json benchmarks/results/latest.json --page docs/performance.md \
		--command 'make bench-peers$(if $(PEERS), PEERS="$(subst ','\'',$(PEERS))")' $(PEERS)

bench-server: bench-build ## measure the server against llama.cpp's, 8 minutes: docs/serving-speed.md (SERVER: more options, such as "--llama-server FILE")
	$(BENCH_JAVA) ouverture.benchmarks.serving.BenchServer --models "$(OUVERTURE_BENCH_MODELS)" \
		--commit "$(BENCH_COMMIT)" --json benchmarks/results/serving.json --page docs/serving-speed.md \
		--command 'make bench-server$(if $(SERVER), SERVER="$(subst ','\'',$(SERVER))")' $(SERVER)

bench-smoke: bench-build ## whether bench-peers works: seconds, tiny models, no peer, results in benchmarks/target/smoke
	$(BENCH_JAVA) ouverture.benchmarks.peers.BenchPeers --smoke --fresh --no-peer --warm-up 0 --repetitions 1 \
		--models benchmarks/target/smoke --json benchmarks/target/smoke/latest.json --page benchmarks/target/smoke/performance.md \
		--command 'make bench-smoke'

doc: ## the Javadoc of core, in core/target/reports/apidocs
	$(MAVEN) -pl core -Dmaven.test.skip -Dspotless.check.skip -Ddoclint=none package javadoc:javadoc

card: ## the figures of default-model's card: examine its model, or go on with that; RUN (a folder of ./ouverture train) brings its record
	./ouverture train recipes/default --score --model default-model/model.gguf --out default-model
	$(if $(RUN),cp "$(RUN)/loss.svg" default-model/)
	$(if $(RUN),sed 's|\("model" *: *"\).*/|\1|' "$(RUN)/record.json" >default-model/record.json)
	$(if $(RUN),awk 'NR % 20 == 0' "$(RUN)/log.jsonl" >default-model/log.jsonl)

run: ## a conversation with MODEL, or with the default model
	./ouverture chat $(MODEL)

clean: ## remove what was built
	$(MAVEN) clean
	rm -rf .build
