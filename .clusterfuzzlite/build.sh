#!/usr/bin/env bash
# Builds the fuzz targets as ClusterFuzzLite and OSS-Fuzz ask for it: with the compiler and flags of
# the environment ($CXX, $CXXFLAGS, $LIB_FUZZING_ENGINE), into $OUT. Each target stands there with
# its dictionary and its corpus, and the distribution's libraries beside it: where targets run there
# are none.
set -euo pipefail
cd "$SRC/lvslab"

# The distribution's C++ libraries are made with libstdc++; mixing it with libc++ cannot work.
export CXXFLAGS="${CXXFLAGS//-stdlib=libc++/}"
build="${WORK:-/tmp}/lvslab"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DLVSLAB_BENCH=OFF \
  -DLVSLAB_FUZZING_ENGINE="$LIB_FUZZING_ENGINE"
targets=()
for file in tests/fuzz/fuzz_*.cc; do
  name=${file##*/fuzz_}
  targets+=("${name%.cc}")
done
ninja -C "$build" "${targets[@]/#/fuzz_}"

mkdir -p "$OUT/lib"
for target in "${targets[@]}"; do
  program="$OUT/fuzz_$target"
  cp "$build/tests/fuzz_$target" "$program"
  ldd "$program" | awk '$3 ~ /^\// {print $3}' | grep -vE '/(libc|libm|ld-linux[^/]*)\.so' |
    xargs -r cp -n -L -t "$OUT/lib"
  patchelf --set-rpath '$ORIGIN/lib' "$program"
  [ ! -f "tests/fuzz/$target.dict" ] || cp "tests/fuzz/$target.dict" "$program.dict"
  [ ! -d "tests/fuzz/corpus/$target" ] ||
    (cd "tests/fuzz/corpus/$target" && zip -q -r "${program}_seed_corpus.zip" .)
done
