#!/usr/bin/env python3
"""Measures the LZX encoder by two cabinets of Microsoft's encoder, with their files in their order.

usage: marks.py WIX.GIT

WIX.GIT is a git directory of https://github.com/wixtoolset/wix with the tag v6.0.2. Needs cabextract. The files go into a
temporary folder and are not kept. Microsoft: 199,888 and 130,188 bytes.
"""
import os
import struct
import subprocess
import sys
import tempfile

DATA = "v6.0.2:src/wix/test/WixToolsetTest.CoreIntegration/TestData/.Data/"


def blob(repository, name):
    return subprocess.run(["git", "--git-dir", repository, "show", DATA + name], check=True, capture_output=True).stdout


def names(cabinet):
    """The files of a cabinet, in their order."""
    at, count = struct.unpack_from("<I", cabinet, 16)[0], struct.unpack_from("<H", cabinet, 28)[0]
    found = []
    for _ in range(count):
        end = cabinet.index(0, at + 16)
        found.append(cabinet[at + 16:end].decode("latin-1"))
        at = end + 1
    return found


def measure(title, cabinet, folder):
    path = os.path.join(folder, title + ".cab")
    with open(path, "wb") as file:
        file.write(cabinet)
    out = os.path.join(folder, title)
    subprocess.run(["cabextract", "-q", "-d", out, path], check=True, stderr=subprocess.DEVNULL)
    size = struct.unpack_from("<I", cabinet, 8)[0]
    print(f"{title}: {size} bytes by Microsoft", flush=True)
    files = [os.path.join(out, name) for name in names(cabinet)]
    methods = ["lzx:21:fast", "lzx:21:balanced", "lzx:21:max"]
    subprocess.run(["cargo", "bench", "-q", "-p", "installer-cab", "--", *methods, "--", *files], check=True)


def main():
    repository = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        measure("engine", blob(repository, "signed_wix314_4118_engine.exe")[880_640:], folder)
        update = os.path.join(folder, "update.msu")
        with open(update, "wb") as file:
            file.write(blob(repository, "Windows8.1-KB2937592-x86.msu"))
        inner = "Windows8.1-KB2937592-x86.cab"
        subprocess.run(["cabextract", "-q", "-d", folder, "-F", inner, update], check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, inner), "rb") as file:
            measure("update", file.read(), folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
