"""That a wheel's library and command run on any processor of their kind, and need no Swift.

python .ci/baseline.py WHEEL: refuses instructions that not all x86-64 processors have. What is
compiled for the processor at hand is the engine's code, where it runs.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

# x86-64 is SSE2. What AVX and its successors add is spelled with a v in front, or names registers
# of theirs; the rest is of SSE3 to SSE4.2 and BMI. (`tzcnt` is how `rep bsf` is shown.)
BEYOND = re.compile(
    r"\t(v[a-z0-9]+|popcnt|crc32[bwlq]?|lzcnt|bextr|mulx|pdep|pext|andn|blsr|[sr][ah][rl]x|p?shufb|"
    r"h(?:add|sub)p[sd]|round[sp][sd]|p?blend\w+|ptest|pmulld|pcmpgtq|pcmpeqq|pinsr[bdq]|pextr[bdq]|"
    r"insertps|extractps|dpp[sd]|pmovzx\w+|pmovsx\w+|palignr|lddqu|movddup|movs[hl]dup)\s|%[yz]mm"
)


def binaries(folder: pathlib.Path) -> list[pathlib.Path]:
    """The ELF files below a folder."""
    files = [each for each in sorted(folder.rglob("*")) if each.is_file()]
    return [each for each in files if each.read_bytes()[:4] == b"\x7fELF"]


def main() -> None:
    (wheel,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(wheel).extractall(folder)
        found = binaries(pathlib.Path(folder))
        if not found:
            sys.exit(f"{wheel} has nothing compiled in it")
        for binary in found:
            name = binary.relative_to(folder)
            dynamic = subprocess.run(
                ["readelf", "--dynamic", str(binary)], check=True, capture_output=True, text=True
            ).stdout
            needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
            if any("swift" in each for each in needed):
                sys.exit(f"{name} needs {', '.join(needed)}: expected Swift's runtime inside")
            code = subprocess.Popen(
                ["objdump", "--disassemble", "--no-show-raw-insn", str(binary)],
                stdout=subprocess.PIPE,
                text=True,
            )
            count = 0
            for line in code.stdout:
                count += 1
                if BEYOND.search(line):
                    sys.exit(f"{name} has an instruction beyond the baseline:{line.rstrip()}")
            if code.wait():
                sys.exit(f"objdump could not read {name}")
            print(f"{name}: {count} lines of code, all of the baseline; needs {', '.join(needed)}")


if __name__ == "__main__":
    main()
