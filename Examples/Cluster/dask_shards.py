"""A comparison's shards on a Dask cluster, like `ray_shards.py`.

    python Examples/Cluster/dask_shards.py --shards 8 --run run -- model.onnx --images test/ --calibration calibration/

All workers see the folder of --run under the same path, and have `calibrant` (or --calibrant). --scheduler names a running
cluster's; without it workers start here.
"""
import argparse
import subprocess
import sys

from dask.distributed import Client, LocalCluster


def score(calibrant, run, shard):
    done = subprocess.run(
        [calibrant, "compare", "--from", run, "--shard", shard, "--jobs", "1", "--quiet"],
        capture_output=True, text=True)
    # 64 to 78 are errors that the next try would meet again.
    if done.returncode and not 64 <= done.returncode < 79:
        raise RuntimeError(f"part {shard}: exit code {done.returncode}: {done.stderr.strip()}")
    return shard, done.stderr.strip() if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--run", default="run")
    parser.add_argument("--report", default="report")
    parser.add_argument("--calibrant", default="calibrant")
    parser.add_argument("--scheduler")
    parser.add_argument("compare", nargs="+", help="arguments of compare, after --")
    options = parser.parse_args()

    subprocess.run(
        [options.calibrant, "compare", *options.compare, "--make-only", "-o", options.run], check=True)
    client = Client(options.scheduler or LocalCluster(threads_per_worker=1, dashboard_address=None))
    tasks = [
        client.submit(score, options.calibrant, options.run, f"{index}/{options.shards}", retries=3)
        for index in range(1, options.shards + 1)
    ]
    for shard, error in client.gather(tasks):
        if error:
            sys.exit(f"part {shard}: {error}")
    client.close()
    sys.exit(subprocess.run([options.calibrant, "merge", options.run, "-o", options.report]).returncode)


if __name__ == "__main__":
    main()
