# `make run`: what the published data say about the claims on Kazakhstan's creative economy.
# `make test`: all tests.
# `make serve`: the same in the browser; builds the pages first, for which it needs Node.

ACCOUNT ?= accounts/kazakhstan
TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := run
.PHONY: run test serve pages bench toolchain

# 1 is an answer, not a fault: a claim fails or a target is missed. 2 is a fault.
run: toolchain
	cargo build --profile quick --package olshem-cli
	@"$(TARGET)/quick/olshem" check $(ACCOUNT) || { code=$$?; [ $$code -eq 1 ] || exit $$code; }

test: toolchain
	cargo test --workspace

serve: toolchain pages
	cargo build --profile quick --package olshem-cli
	"$(TARGET)/quick/olshem" serve $(ACCOUNT)

# The scripts and styles of the observatory, which the command is built with.
pages:
	@command -v npm >/dev/null 2>&1 || { \
	  echo "missing: npm, with Node 20.19 or newer. To install it: https://nodejs.org/en/download" >&2; \
	  exit 2; }
	cd web && npm ci --no-audit --no-fund && npm run build

# Time and peak memory of a cold check: benches/check/README.md.
bench: toolchain
	cargo build --release --package olshem-cli
	@OLSHEM="$(TARGET)/release/olshem" bash benches/check/run.sh $(ACCOUNT)

toolchain:
	@command -v cargo >/dev/null 2>&1 || { \
	  echo "missing: cargo, the Rust toolchain (1.94 or newer). To install it:" >&2; \
	  echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" >&2; \
	  exit 2; }
	@command -v cc >/dev/null 2>&1 || { \
	  echo "missing: cc, a C compiler and linker. To install it:" >&2; \
	  echo "  apt-get install build-essential      (Debian, Ubuntu)" >&2; \
	  echo "  dnf install gcc                      (Fedora)" >&2; \
	  echo "  xcode-select --install               (macOS)" >&2; \
	  exit 2; }
	@version=$$(rustc --version | cut -d' ' -f2); \
	  oldest=$$(printf '%s\n1.94.0\n' "$$version" | sort -V | head -n1); \
	  [ "$$oldest" = 1.94.0 ] || { \
	    echo "missing: Rust 1.94 or newer (this is $$version). To install it:" >&2; \
	    echo "  rustup update stable" >&2; \
	    exit 2; }
