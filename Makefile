# `make run`: what the published data say about the claims on Kazakhstan's creative economy, then the
#   same in the browser, until Ctrl-C. The pages need Node.
# `make check`: the verdicts alone, for which Rust is enough.
# `make test`: all tests, those of the pages in a real browser too.

ACCOUNT ?= accounts/kazakhstan
LISTEN ?= 127.0.0.1:8080
TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := run
.PHONY: run check test bench pages toolchain node browser

run: pages
	@$(MAKE) --no-print-directory check
	@"$(TARGET)/quick/olshem" serve $(ACCOUNT) --listen $(LISTEN)

# 1 is an answer, not a fault: a claim fails or a target is missed. 2 is a fault.
check: toolchain
	cargo build --profile quick --package olshem-cli
	@"$(TARGET)/quick/olshem" check $(ACCOUNT) || { code=$$?; [ $$code -eq 1 ] || exit $$code; }

test: toolchain pages browser
	cargo test --workspace
	cd web && npm run check && OLSHEM="$(abspath $(TARGET))/debug/olshem" npm test

# The scripts and styles of the observatory, which the command is built with.
pages: web/dist/.vite/manifest.json

web/dist/.vite/manifest.json: web/node_modules/.package-lock.json web/vite.config.ts $(shell find web/src -type f)
	cd web && npm run build

web/node_modules/.package-lock.json: web/package-lock.json | node
	cd web && npm ci --no-audit --no-fund

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

node:
	@command -v npm >/dev/null 2>&1 || { \
	  echo "missing: npm, with Node 20.19 or newer. To install it: https://nodejs.org/en/download" >&2; \
	  exit 2; }

# Whoever may install it here without being asked is root on Debian or its like, such as CI.
browser:
	@[ -n "$$CHROMIUM" ] || command -v chromium >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy chromium; } || { \
	  echo "missing: Chromium, for the tests of the pages. To install it:" >&2; \
	  echo "  apt-get install chromium             (Debian), or name another in CHROMIUM" >&2; \
	  exit 2; }
