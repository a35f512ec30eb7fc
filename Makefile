# run: build everything and start the demo utility. test: install what the tests need and run all of them. speech: fetch the
# speech pack, which only `cargo xtask prompts` needs.
.PHONY: run test bench fmt speech

run:
	cargo run --release --package switchboard -- serve --demo

test:
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package speech --features kokoro --all-targets --locked -- -D warnings
	SWITCHBOARD_REQUIRE_PG=1 cargo nextest run --workspace --locked --no-tests=pass
	cargo nextest run --package speech --features kokoro --locked

bench:
	cargo run --release --package bench

fmt:
	cargo fmt

speech:
	cargo xtask speech
