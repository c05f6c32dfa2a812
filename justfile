# Recipes for contributors and the gate (.ci/run). `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

_list:
    @just --list --unsorted

# Check format, lints and docs
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --quiet

# The tests that need only Rust, or those whose names contain a word
test *names:
    cargo test --locked -- {{ names }}

# The ignored tests: long ones, and those that need other programs. Run the one for Varnish by hand, because the package of Varnish starts a server
long *names:
    RUST_TEST_THREADS="$(nproc)" cargo test --locked --test suite -- --ignored --skip varnish {{ names }}

# Compare with nginx (`just bench answering`) or with larger files (`just bench building`)
bench name *options:
    cargo bench --locked --bench {{ name }} -- {{ options }}

# Fuzz each target for some seconds, two targets at a time; a seed other than 0 repeats the same inputs. Needs the
# nightly compiler and cargo-fuzz
fuzz seconds="60" seed="0" targets="list import markdown revisions request conditional":
    mkdir -p fuzz/corpus/{list,import,markdown,revisions,request,conditional}
    cp tests/invalid/*.toml sessions.toml fuzz/corpus/list/
    cp tests/import/*.ics fuzz/corpus/import/
    cp fuzz/seeds/markdown*.txt fuzz/corpus/markdown/
    cp fuzz/seeds/revisions*.json fuzz/corpus/revisions/
    cp fuzz/seeds/request.txt fuzz/corpus/request/
    cp fuzz/seeds/conditional.txt fuzz/corpus/conditional/
    cargo +nightly fuzz build
    printf '%s\n' {{ targets }} | xargs -P 2 -I TARGET \
      cargo +nightly fuzz run TARGET -- -max_total_time={{ seconds }} -seed={{ seed }} -max_len=4096 -timeout=20 -verbosity=0

# Build, install, try and remove the packages
packages:
    bash .ci/packages

# Check licenses and sources of the dependencies; needs cargo-deny
licenses:
    cargo deny --offline check bans licenses sources

# The gate: everything above except the benches; first installs the programs that it needs
ci:
    bash .ci/run
