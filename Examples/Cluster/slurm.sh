#!/usr/bin/env bash
# A comparison as a Slurm array: one job makes the arms' files, SHARDS tasks score the images, one job joins them.
#
#   Examples/Cluster/slurm.sh model.onnx --images test/ --calibration calibration/ --schemes w8,w8a8 --max-drop 1
#
# SHARDS (8), RUN (run, a folder that all nodes see), REPORT (report), CALIBRANT (calibrant) and SBATCH (options for sbatch,
# such as --partition) may be set. A task that was lost is submitted again by itself, and then the join:
#   sbatch --array=3 --wrap "calibrant compare --from run --shard auto/8 --shard-base 1"
#   sbatch --wrap "calibrant merge run -o report"
set -euo pipefail
shards=${SHARDS:-8} run=${RUN:-run} report=${REPORT:-report} calibrant=${CALIBRANT:-calibrant}

submit() { sbatch --parsable ${SBATCH:-} "$@"; }

make=$(submit --job-name=make --wrap "$(printf '%q ' "$calibrant" compare "$@" --make-only -o "$run")")
score=$(submit --job-name=score --dependency="afterok:$make" --array="1-$shards" \
  --wrap "$calibrant compare --from $run --shard auto/$shards --shard-base 1 --quiet")
join=$(submit --job-name=join --dependency="afterok:$score" --wrap "$calibrant merge $run -o $report")
echo "$make $score $join"
