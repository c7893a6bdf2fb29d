#!/usr/bin/env python3
"""Every command that writes, against a full disk, streams that cannot be written, and SIGKILL.

Files must be whole or absent (or still the old ones), exit codes as documented: 73 where something that the command had to
say or to write was lost, else the command's own. After a kill the same command must give the same files, with no
leftovers. Prints a row per command.

    scripts/python scripts/check_outputs.py [--calibrant PROGRAM] [--kills 8] [--only COMMAND]

A full disk is a small tmpfs, which takes the right to mount; without it, a limit on the size of files.
Exit code: 0 all hold, 1 something does not.
"""
import argparse
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

IMAGES = "--images demo/test --resize none --crop none --limit 40"
CALIBRATION = "demo/calibration"

# Written files are below `out`, which is another file system when the disk is full.
COMMANDS = {
    "info": "info m.onnx --json out/i.json",
    "run": "run m.onnx --input images=x.npy --output-dir out/o --json out/r.json",
    "evaluate": f"evaluate m.onnx {IMAGES} --json out/e.json --predictions out/p.csv -o out/report",
    "quantize": "quantize m.onnx -o out/q.onnx --json out/q.json",
    "calibrate": f"calibrate m.onnx --data {CALIBRATION} --resize none --crop none -o out/q.onnx --json out/c.json",
    "calibrate --statistics": f"calibrate m.onnx --data {CALIBRATION} --resize none --crop none -o out/q.onnx --statistics out/s.json",
    "compare": f"compare m.onnx {IMAGES} --calibration {CALIBRATION} --schemes w8a8 -o out/report --json out/c.json",
    "validate": "validate m.onnx q.onnx --json out/v.json",
    "inspect": "inspect m.onnx q.onnx --data demo/test --resize none --crop none --limit 20 --html out/i.html --json out/i.json -o out/report",
    "doctor": f"doctor m.onnx {IMAGES} --json out/d.json",
    "diff": "diff e1.json e1.json --json out/d.json -o out/report",
    "merge": "merge e1.json e2.json --json out/m.json",
    "merge (statistics)": "merge s1.json s2.json --json out/s.json",
    "check": "check cases --json out/k.json",
    "bench": "bench m.onnx --seconds 0.2 --repeats 2 --save out/b.json --json out/j.json",
    "demo": "demo -o out/demo --json out/d.json",
}

# What becomes of standard output (1) and error (2); `4` is a pipe that nobody reads.
STREAMS = [">&-", ">/dev/full", ">&4", "2>&-", "2>/dev/full", "2>&4", ">&- 2>&- <&-"]
DEAD_PIPE = "d=$(mktemp -u); mkfifo $d; exec 3<>$d; exec 4>$d; exec 3<&-; rm $d"


class Trial:
    """One command in a folder of its own inputs."""

    def __init__(self, name, program, folder):
        self.name, self.folder, self.out = name, folder, folder / "out"
        self.command = f"{shlex.quote(str(program))} {COMMANDS[name]}"
        self.codes, self.faults, self.count = {}, [], 0

    def run(self, redirection="", limit=None, kill_after=None):
        def prepare():
            os.setsid()
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        shell = f"{DEAD_PIPE}; exec {self.command} {redirection}" if redirection else f"exec {self.command}"
        process = subprocess.Popen(
            ["bash", "-c", shell], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=prepare)
        try:
            output, errors = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
        self.count += 1
        self.codes[process.returncode] = self.codes.get(process.returncode, 0) + 1
        return process.returncode, output, errors.decode(errors="replace")

    def files(self):
        return {str(p.relative_to(self.out)): p.read_bytes() for p in sorted(self.out.rglob("*")) if p.is_file()}

    def clear(self):
        for entry in self.out.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def reference(self):
        """What the command writes and says; files that differ from run to run (times) are checked by their form."""
        start = time.time()
        self.code, output, errors = self.run()
        self.seconds = time.time() - start
        self.said = {1: bool(output), 2: bool(errors)}
        self.whole = self.files()
        self.clear()
        self.run()
        again = self.files()
        self.varying = {name for name in self.whole if again.get(name) != self.whole[name]}
        self.clear()
        if set(again) != set(self.whole):
            self.fault("twice", f"files differ: {sorted(set(again) ^ set(self.whole))}")

    def fault(self, case, text):
        self.faults.append(f"{case}: {text}")

    def judge(self, case, old=b"", leftovers=(".layers",)):
        """What a killed run leaves is removed by the next; a journal of solved layers stays where a run was cut short."""
        for name, data in self.files().items():
            if any(part in name for part in leftovers) or (old and data == old):
                continue
            if name not in self.whole:
                self.fault(case, f"{name} is left behind ({len(data)} bytes)")
            elif data != self.whole[name] and not (name in self.varying and is_whole(name, data, self.whole[name])):
                self.fault(case, f"{name} is not whole: {len(data)} of {len(self.whole[name])} bytes")

    def streams(self):
        for redirection in STREAMS:
            code, _, _ = self.run(redirection)
            lost = any(self.said[n] for n, mark in ((1, " >"), (2, " 2>")) if mark in " " + redirection)
            if code != (73 if lost else self.code):
                self.fault(redirection, f"exit code {code}")
            if set(self.files()) != set(self.whole):
                self.fault(redirection, f"files missing: {sorted(set(self.whole) - set(self.files()))}")
            self.judge(redirection)
            self.clear()

    def full_disk(self, share):
        size = max(4096, int(sum(map(len, self.whole.values())) * share) // 4096 * 4096)
        case = f"{size} bytes of disk"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.out], capture_output=True).returncode == 0
        code, _, errors = self.run(limit=None if mounted else size)
        fits = set(self.files()) == set(self.whole)
        if code != (self.code if fits else 73):
            self.fault(case, f"exit code {code}: {errors.strip()[:200]}")
        if not fits and "cannot write" not in errors:
            self.fault(case, f"says {errors.strip()[:200]!r}")
        self.judge(case)
        if mounted:
            subprocess.run(["umount", "-l", self.out], check=True)
        self.clear()

    def kill(self, moment):
        case = f"killed after {moment:.2f} s"
        old = b"old\n"
        for name in self.whole:
            # Statistics that exist are read, and a folder of an earlier demo or report is a different case.
            if "/" not in name and name != "s.json":
                (self.out / name).write_bytes(old)
        code, _, errors = self.run(kill_after=moment)
        if code not in (self.code, -signal.SIGKILL):
            self.fault(case, f"exit code {code}: {errors.strip()[:200]}")
        self.judge(case, old, leftovers=(".layers", ".partial"))
        code, _, errors = self.run()
        if code != self.code:
            self.fault(case, f"run again: exit code {code}: {errors.strip()[:200]}")
        self.judge(case + ", run again", leftovers=())
        missing = set(self.whole) - set(self.files())
        if missing:
            self.fault(case, f"run again: no {sorted(missing)}")
        self.clear()


def is_whole(name, data, reference):
    """Of a file that holds times, and so is another one in every run."""
    if name.endswith(".json"):
        parse = json.loads
    elif name.endswith(".xml"):
        parse = ElementTree.fromstring
    else:
        return data.splitlines()[-1:] == reference.splitlines()[-1:] and data[-1:] == b"\n"
    try:
        parse(data)
    except (ValueError, ElementTree.ParseError):
        return False
    return True


def prepare(program, folder):
    """The inputs of all commands."""
    def run(line):
        subprocess.run([program, *line.split()], cwd=folder, check=True, capture_output=True)

    run("demo -o demo")
    shutil.copy(folder / "demo/demo.onnx", folder / "m.onnx")
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 32, 32), }"
    header += b" " * (64 - (10 + len(header) + 1) % 64) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(4 * 2 * 3 * 32 * 32)
    (folder / "x.npy").write_bytes(array)
    run("quantize m.onnx -o q.onnx")
    for number, part in enumerate("12"):
        for kind in ("test", "calibration"):
            for index, image in enumerate(sorted((folder / "demo" / kind).rglob("*.*"))):
                if index % 2 == number:
                    copy = folder / f"{kind}{part}" / image.relative_to(folder / "demo" / kind)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(image, copy)
        plain = "--resize none --crop none"
        run(f"evaluate m.onnx --images test{part} {plain} --json e{part}.json")
        run(f"calibrate m.onnx --data calibration{part} {plain} -o c{part}.onnx --statistics s{part}.json")
    shutil.copytree(Path(__file__).parent / "../Tests/EngineTests/Conformance/test_abs", folder / "cases/test_abs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calibrant", default=".build/release/calibrant")
    parser.add_argument("--kills", type=int, default=8, help="moments at which each command is killed")
    parser.add_argument("--only", help="one command of the list")
    options = parser.parse_args()
    program = Path(options.calibrant).resolve()
    faults = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prepare(program, folder)
        print(f"{'command':24}{'files':>6}{'runs':>6}  exit codes")
        for name in [options.only] if options.only else COMMANDS:
            trial = Trial(name, program, folder)
            trial.out.mkdir(exist_ok=True)
            trial.reference()
            trial.streams()
            for share in (0, 0.3, 0.6, 0.9):
                trial.full_disk(share)
            for step in range(options.kills):
                trial.kill(trial.seconds * (step + 0.5) / options.kills)
            codes = ", ".join(f"{count} × {'killed' if code == -9 else code}" for code, count in sorted(trial.codes.items()))
            print(f"{name:24}{len(trial.whole):6}{trial.count:6}  {codes}", flush=True)
            for fault in trial.faults:
                print(f"    {fault}", flush=True)
            faults += len(trial.faults)
    print("all hold" if faults == 0 else f"{faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
