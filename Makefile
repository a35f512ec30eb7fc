# run: build everything and start the demo utility. test: install what the tests need and run all of them.
.PHONY: run test bench fmt

run:
	cargo run --release --package switchboard -- serve --demo

test:
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo nextest run --workspace --locked --no-tests=pass

bench:
	cargo run --release --package bench

fmt:
	cargo fmt
