#!/usr/bin/env bash
# A comparison under mpirun: every process scores the part of its rank. Nothing is sent between them; mpirun only starts them.
#
#   Examples/Cluster/mpirun.sh -n 8 --hostfile hosts -- model.onnx --images test/ --calibration calibration/ --max-drop 1
#
# What stands before -- goes to mpirun. RUN (run, a folder that all hosts see), REPORT (report) and CALIBRANT (calibrant) may be
# set. The same command again scores only the parts that are missing.
set -euo pipefail
run=${RUN:-run} report=${REPORT:-report} calibrant=${CALIBRANT:-calibrant}

mpi=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do mpi+=("$1"); shift; done
[ "${1:-}" = -- ] || { echo "usage: mpirun.sh MPIRUN-OPTIONS -- COMPARE-OPTIONS" >&2; exit 64; }
shift

[ -e "$run/plan.json" ] || "$calibrant" compare "$@" --make-only -o "$run"
mpirun "${mpi[@]}" "$calibrant" compare --from "$run" --shard auto/auto --jobs 1 --quiet
exec "$calibrant" merge "$run" -o "$report"
