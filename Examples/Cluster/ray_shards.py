"""A comparison's shards on a Ray cluster: parts go to any node, and again to another one where a node is lost.

    python Examples/Cluster/ray_shards.py --shards 8 --run run -- model.onnx --images test/ --calibration calibration/

All nodes see the folder of --run under the same path, and have `calibrant` (or --calibrant). The exit code is that of
`calibrant merge`: 0 PASS, 1 FAIL, 2 INCONCLUSIVE, 64 and more an error.
"""
import argparse
import subprocess
import sys

import ray

# Wrong options or damaged files: the next try fails as this one did.
PERMANENT = range(64, 79)


@ray.remote(max_retries=3, retry_exceptions=[RuntimeError])
def score(calibrant, run, shard, cpus):
    done = subprocess.run(
        [calibrant, "compare", "--from", run, "--shard", shard, "--jobs", str(cpus), "--quiet"],
        capture_output=True, text=True)
    if done.returncode in PERMANENT:
        return shard, done.stderr.strip()
    if done.returncode:
        raise RuntimeError(f"part {shard}: exit code {done.returncode}: {done.stderr.strip()}")
    return shard, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--run", default="run")
    parser.add_argument("--report", default="report")
    parser.add_argument("--calibrant", default="calibrant")
    parser.add_argument("--address", help="of a running cluster; without it Ray starts here")
    parser.add_argument("--cpus", type=int, default=1, help="per shard")
    parser.add_argument("compare", nargs="+", help="arguments of compare, after --")
    options = parser.parse_args()

    subprocess.run(
        [options.calibrant, "compare", *options.compare, "--make-only", "-o", options.run], check=True)
    ray.init(address=options.address, log_to_driver=False)
    tasks = [
        score.options(num_cpus=options.cpus).remote(
            options.calibrant, options.run, f"{index}/{options.shards}", options.cpus)
        for index in range(1, options.shards + 1)
    ]
    for shard, error in ray.get(tasks):
        if error:
            sys.exit(f"part {shard}: {error}")
    sys.exit(subprocess.run([options.calibrant, "merge", options.run, "-o", options.report]).returncode)


if __name__ == "__main__":
    main()
