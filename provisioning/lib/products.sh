# shellcheck shell=bash disable=SC2034,SC2154  # names are shared with the scripts that source this
# The programs, and how they are built to run anywhere: the one place for these flags.

products=(cms-controller cms-agent cms-client)

# The Swift runtime goes into each program, so that a guest needs none.
release_flags=(--configuration release --static-swift-stdlib)

# Where the finished programs are.
distribution="$repository/.build/dist"
