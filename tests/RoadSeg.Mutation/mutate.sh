#!/usr/bin/env bash
# Puts COUNT mistakes, which SEED chooses, into a copy of this tree and sees which of them the tests of the functions notice.
# usage: mutate.sh FOLDER [SEED] [COUNT]    FOLDER holds the copy and what was found; run again, it goes on where it stopped
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mkdir -p "$1" && cd "$1" && pwd) seed=${2:-20261128} count=${3:-200}
copy=$work/tree tests=tests/RoadSeg.Functions.Tests name=bin/Release/net10.0
tool() { dotnet "$root/tests/RoadSeg.Mutation/$name/RoadSeg.Mutation.dll" "$@"; }

if [ ! -f "$work/mutants.jsonl" ]; then
  dotnet build "$root/tests/RoadSeg.Mutation" -c Release -v quiet --nologo
  dotnet build "$root/$tests" -c Release -v quiet --nologo
  rm -rf "$copy" && mkdir "$copy"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf -) | tar -xf - -C "$copy"
  cp -a "$root/infra/packages/node_modules" "$copy/infra/packages/"
  for part in functions shared; do cp -a "$root/$part/obj" "$copy/$part/"; done
  # Woven code is not written as people write.
  sed -i 's|<TreatWarningsAsErrors>true|<TreatWarningsAsErrors>false|; s|<EnforceCodeStyleInBuild>true|<EnforceCodeStyleInBuild>false|; s|</LangVersion>|&<RunAnalyzers>false</RunAnalyzers>|' \
    "$copy/Directory.Build.props"
  tool plant "$copy" "$root/$tests/$name" "$work/mutants.jsonl" "$seed" "$count"
  dotnet build "$copy/$tests" -c Release -v quiet --nologo
fi

# Classes that start whole workers or fill the memory to its limits take long and reach nothing that the others do not.
classes=$(dotnet exec "$copy/$tests/$name/RoadSeg.Functions.Tests.dll" -list classes | grep -o 'RoadSeg[A-Za-z.]*Tests$' | sort -u | grep -v -E 'Fairness\.(FairSlots|PhotoSlots|RequestBody)|RenderedResults|Hosting\.(Start|FunctionMetadata|HostLogLevel)|TraceTests')
# shellcheck disable=SC2086
tool reach "$copy/$tests/$name/RoadSeg.Functions.Tests.dll" "$work/reached" $classes
tool run "$work/mutants.jsonl" "$work/reached" "$work/verdicts.jsonl" 600
tool table "$work/mutants.jsonl" "$work/verdicts.jsonl"
