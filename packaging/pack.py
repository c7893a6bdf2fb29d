#!/usr/bin/env python3
"""Packs the program with what belongs to it as a wheel and as a tarball.

    packaging/pack.py PARTS OUT

PARTS holds the program `calibrant` and the folder `licenses`. The same parts make the same bytes. The wheel's tag is the lowest
manylinux that has all the symbols that the program takes from the C library; a program that needs another library is refused.
"""

import base64
import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from manpages import manual_pages

ROOT = Path(__file__).parent.parent
EPOCH = (2026, 1, 1, 0, 0, 0)
"""The time of every file: that of the build would change the bytes."""

ALLOWED = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s)\.so\.\d+|ld-linux.*\.so\.\d+")
"""The libraries that PEP 600 lets a wheel take from the system."""

COMPLETIONS = {
    "bash": "share/bash-completion/completions/calibrant",
    "zsh": "share/zsh/site-functions/_calibrant",
    "fish": "share/fish/vendor_completions.d/calibrant.fish",
}

METADATA = """\
Metadata-Version: 2.4
Name: calibrant
Version: {version}
Summary: Measures what quantizing an ONNX vision model costs, and makes it cost less.
License-Expression: MIT
{licenses}
Requires-Python: >=3.10
Provides-Extra: arrays
Requires-Dist: numpy; extra == "arrays"
Provides-Extra: frames
Requires-Dist: pandas; extra == "frames"
Description-Content-Type: text/markdown

{description}"""

WHEEL = """\
Wheel-Version: 1.0
Generator: packaging/pack.py
Root-Is-Purelib: false
Tag: {tag}
"""


def objdump(option, program):
    return subprocess.run(["objdump", option, program], check=True, capture_output=True, text=True).stdout


def platform_tag(program):
    """manylinux_2_34_x86_64 for a program that takes nothing newer than GLIBC_2.34."""
    headers = objdump("-p", program)
    for library in re.findall(r"NEEDED\s+(\S+)", headers):
        if not ALLOWED.fullmatch(library):
            raise SystemExit(f"{program} needs {library}, which is not on every system")
    versions = [tuple(map(int, version)) for version in re.findall(r"GLIBC_(\d+)\.(\d+)", headers)]
    return "manylinux_{}_{}_{}".format(*max(versions), platform.machine())


def output(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def shared_files(program, version):
    """What lies beside the program in both archives, by its path under the prefix."""
    completions = {path: output(program, "--generate-completion-script", shell) for shell, path in COMPLETIONS.items()}
    pages = manual_pages(output(program, "--experimental-dump-help"), version)
    texts = completions | {f"share/man/man1/{name}": page for name, page in pages.items()}
    return {path: text.encode() for path, text in texts.items()}


def wheel_files(parts, version, tag, shared):
    """The wheel's files by path, in order, each with whether it is executable."""
    data, info = f"calibrant-{version}.data", f"calibrant-{version}.dist-info"
    licenses = sorted((parts / "licenses").iterdir())
    for path in sorted((ROOT / "python/calibrant").glob("*")):
        if path.is_file():
            yield f"calibrant/{path.name}", path.read_bytes(), False
    yield f"{data}/scripts/calibrant", (parts / "calibrant").read_bytes(), True
    for path, content in shared.items():
        yield f"{data}/data/{path}", content, False
    for path in licenses:
        yield f"{info}/licenses/{path.name}", path.read_bytes(), False
    listed = "\n".join(f"License-File: {path.name}" for path in licenses)
    description = (ROOT / "python/README.md").read_text(encoding="utf-8")
    metadata = METADATA.format(version=version, licenses=listed, description=description)
    yield f"{info}/METADATA", metadata.encode(), False
    yield f"{info}/WHEEL", WHEEL.format(tag=tag).encode(), False


def zip_entry(path, is_executable=False):
    entry = zipfile.ZipInfo(path, EPOCH)
    entry.external_attr = (0o100755 if is_executable else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def record_line(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def write_wheel(parts, out, version, platform_name, shared):
    tag = f"py3-none-{platform_name}"
    target = out / f"calibrant-{version}-{tag}.whl"
    record = ""
    with zipfile.ZipFile(target, "w", compresslevel=9) as archive:
        for path, content, is_executable in wheel_files(parts, version, tag, shared):
            archive.writestr(zip_entry(path, is_executable), content, compresslevel=9)
            record += record_line(path, content)
        path = f"calibrant-{version}.dist-info/RECORD"
        archive.writestr(zip_entry(path), record + f"{path},,\n", compresslevel=9)
    return target


def write_tarball(parts, out, version, shared):
    name = f"calibrant-{version}-linux-{platform.machine()}"
    target = out / f"{name}.tar.xz"
    files = {"bin/calibrant": (parts / "calibrant").read_bytes(), **shared}
    files |= {f"licenses/{path.name}": path.read_bytes() for path in sorted((parts / "licenses").iterdir())}
    with tarfile.open(target, "w:xz") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime = len(content), 1767225600
            entry.mode = 0o755 if path.startswith("bin/") else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return target


def main(parts, out):
    program = os.fspath(parts / "calibrant")
    version = output(program, "--version").strip()
    shared = shared_files(program, version)
    for target in (
        write_wheel(parts, out, version, platform_tag(program), shared),
        write_tarball(parts, out, version, shared),
    ):
        print(f"{target.stat().st_size:>12,} bytes  {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
