# run: build everything and start the demo utility. test: install what the tests need and run all of them. fuzz: feed the
# readers of foreign input with what breaks readers, a minute each. bench: the figures. fmt: put the sources in form.
# speech: fetch the speech pack, which only `cargo xtask prompts` needs.
.PHONY: run test bench fmt speech pages build-packages test-packages fuzz e2e
.NOTPARALLEL:

# libopus is built from source, with cmake.
BUILD_PACKAGES := build-essential cmake git pkg-config
# Beside the compiler: real peers (SIPp, baresip), a second database, a browser with Chinese letters, a second reader of WAV.
TEST_PACKAGES := $(BUILD_PACKAGES) postgresql sip-tester baresip-core chromium fonts-noto-cjk sox sqlite3 strace
PROGRAM := $(or $(CARGO_TARGET_DIR),target)/release/switchboard
SCREENS := $(shell find web rooms/*/ui -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')

run: build-packages pages
	cargo build --release --locked --package switchboard
	exec $(PROGRAM) serve --demo $(ARGS)

# Cheap and strict things first; the runners' counts last.
test: test-packages
	cargo fmt --check
	cargo xtask tidy
	$(MAKE) --no-print-directory pages
	cd web && npm run --silent types && npm run --silent lint
	cargo clippy --workspace --all-targets --features speech/kokoro --locked -- -D warnings
	cargo xtask try-new-room
	cd web && npm run --silent test
	SWITCHBOARD_REQUIRE_PG=1 cargo nextest run --workspace --features speech/kokoro --locked
	cargo build --workspace --features speech/kokoro --locked
	cd web && npm run --silent e2e

# The last of these alone: a browser walks through a real centre while calls go on.
e2e: test-packages pages
	cargo build --workspace --features speech/kokoro --locked
	cd web && npm run --silent e2e

fuzz: build-packages
	fuzz/run

# The bench needs SIPp and sqlite3 beside the two programs.
bench: test-packages
	cargo build --release --locked --package switchboard
	cargo run --release --locked --package bench $(ARGS)

fmt:
	cargo fmt

speech:
	cargo xtask speech

# What browsers load; made again only when a screen is newer.
pages: web/dist/assets

web/dist/assets: web/node_modules/.installed $(SCREENS)
	cd web && npm run build
	touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@node --version > /dev/null || { echo "Node 20.19 or later is missing: https://nodejs.org"; exit 1; }
	cd web && npm ci
	touch $@

build-packages:
	@.config/install $(BUILD_PACKAGES)
	@cargo --version > /dev/null || { echo "Rust is missing: https://rustup.rs"; exit 1; }

test-packages:
	@.config/install $(TEST_PACKAGES)
	@cargo nextest --version > /dev/null 2>&1 || cargo install --locked cargo-nextest
