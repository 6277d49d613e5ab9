"""Make or renew .venv: `set_up.py requirements.lock [requirements-dev.lock]`. Only the standard library is here yet.

A copy of each installed lock is kept in .venv, so nothing is installed twice and an interrupted set-up is redone.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(locks: list[str]) -> None:
    if sys.version_info < (3, 11):
        sys.exit(
            "The shop needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12"
        )
    if all(is_installed(lock) for lock in locks) and works():
        return
    os.umask(0o022)  # as root, PostgreSQL runs as another user and must be able to read its own programs
    with open(ROOT / ".venv.lock", "a") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not works():
            make_venv()
        for lock in locks:
            if not is_installed(lock):
                install(lock)


def works() -> bool:
    """Whether .venv has a Python with pip, of a version that still exists."""
    return PYTHON.exists() and bool(list(VENV.glob("lib/python*/site-packages/pip/__main__.py")))


def make_venv() -> None:
    print(f"Making .venv with Python {sys.version.split()[0]} …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, ImportError, OSError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f".venv cannot be made: {error}\nOn Debian and Ubuntu, install the package python3-venv.")


def stamp(lock: str) -> Path:
    return VENV / f"installed-{lock}"


def is_installed(lock: str) -> bool:
    return stamp(lock).exists() and stamp(lock).read_bytes() == (ROOT / lock).read_bytes()


def install(lock: str) -> None:
    print(f"Installing {lock} (a minute or two the first time) …", flush=True)
    stamp(lock).unlink(missing_ok=True)
    content = (ROOT / lock).read_bytes()
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--require-hashes"]
    if subprocess.run([*pip, "-r", lock], cwd=ROOT, check=False).returncode:
        sys.exit(f"{lock} could not be installed; pip says above why.")
    new = stamp(lock).with_suffix(".new")
    new.write_bytes(content)
    new.replace(stamp(lock))


if __name__ == "__main__":
    main(sys.argv[1:])
