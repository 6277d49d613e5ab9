"""How fast people are let in, known again and sent off, beside what the same machine can do at all.

    .venv/bin/python -m benchmarks.accounts

It makes a shop of its own in var/benchmark-accounts, serves it as `make run` does, with every middleware on, and asks
it with wrk (Debian: `apt install wrk`). The limits are measured in the same run: a view of Django REST framework that
says hello without any middleware, behind the same server, and the password hash alone on every core. On a machine
that does other things too, the processor time of a request (the server's processes, not PostgreSQL's and Redis's)
says more than requests a second.
"""

import argparse
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import ROOT, cpu_seconds, served

PORT, HELLO_PORT = 8096, 8095
NEVER = "1000000/minute"
HASHES = 40  # by each core


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=6, help="for each measurement")
    parser.add_argument("--sessions", type=int, default=10_000, help="to be ended at once")
    parser.add_argument("--rounds", type=int, default=2, help="of everything; the best counts")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark-accounts")
    return parser.parse_args()


@dataclass(frozen=True)
class Figure:
    """One measurement: answers a second, milliseconds of processor time for each, and how many were refused."""

    rate: float
    cpu: float
    refused: int = 0


def main() -> None:
    options = arguments()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian: apt install wrk).")
    os.environ |= {
        "DATA_DIR": str(options.data_dir.resolve()),
        "RATE_LIMIT_TRUSTED": "127.0.0.1",
        "RATE_LIMIT_SIGN_IN": NEVER,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        from benchmarks.people import prepare

        prepare()
        rounds = [measure(options) for _ in range(options.rounds)]
        ended, took = end_many(options)
    best = {name: max((figures[name] for figures in rounds), key=lambda figure: figure.rate) for name in rounds[0]}
    report(best, options)
    print(f"\n{ended:,} sessions of {ended // 2:,} users were ended at once in {took:.2f} s.")


def measure(options: argparse.Namespace) -> dict[str, Figure]:
    from benchmarks.people import access_tokens, logins, refresh_tokens

    figures = {}
    with served(HELLO_PORT, options.data_dir, "benchmarks.hello_drf:application") as server:
        run_wrk(f"http://127.0.0.1:{HELLO_PORT}/hello/", options, None, seconds=1)
        figures["hello through DRF"] = wrk(server, f"http://127.0.0.1:{HELLO_PORT}/hello/", options)
    with served(PORT, options.data_dir) as server:
        auth, me = f"http://127.0.0.1:{PORT}/api/v1/auth", f"http://127.0.0.1:{PORT}/api/v1/me/"
        warm_up(options, me, auth)
        known, new = access_tokens(100), access_tokens(2_500 * (options.seconds + 2))
        figures["GET /me/"] = wrk(server, me, options, bearing(known, options))
        figures["GET /me/, each token for the first time"] = wrk(server, me, options, bearing(new, options))
        bodies = [{"refresh": token} for token in refresh_tokens(700 * (options.seconds + 2))]
        figures["POST /auth/refresh/"] = wrk(server, f"{auth}/refresh/", options, posting(bodies, options))
        figures["POST /auth/login/"] = wrk(server, f"{auth}/login/", options, posting(logins(), options, again=True))
    figures["the password hash alone"] = hash_alone()
    return figures


def warm_up(options: argparse.Namespace, me: str, auth: str) -> None:
    """Every worker has met what is to be measured."""
    from benchmarks.people import access_tokens, logins, refresh_tokens

    bodies = [{"refresh": token} for token in refresh_tokens(100)]
    run_wrk(me, options, bearing(access_tokens(100), options), seconds=2)
    run_wrk(f"{auth}/refresh/", options, posting(bodies, options), seconds=2)
    run_wrk(f"{auth}/login/", options, posting(logins(), options, again=True), seconds=2)


def bearing(tokens: list[str], options: argparse.Namespace) -> Path:
    """What makes wrk send these tokens one after the other, and again from the first."""
    return script(options, tokens, """function request()
  n = n % #lines + 1
  return wrk.format("GET", nil, {["Authorization"] = "Bearer " .. lines[n]})
end""")  # fmt: skip


def posting(bodies: list[dict[str, str]], options: argparse.Namespace, *, again: bool = False) -> Path:
    """What makes wrk post these bodies one after the other; without `again` it stops after the last."""
    after_last = "n = 0" if again else "wrk.thread:stop()"
    return script(options, [json.dumps(body) for body in bodies], f"""function request()
  n = n + 1
  local body = lines[n] or ""
  if n >= #lines then {after_last} end
  return wrk.format("POST", nil, {{["Content-Type"] = "application/json"}}, body)
end""")  # fmt: skip


def script(options: argparse.Namespace, lines: list[str], request: str) -> Path:
    data, lua = options.data_dir / "run" / "lines.txt", options.data_dir / "run" / "accounts.lua"
    data.write_text("\n".join(lines) + "\n")
    lua.write_text(f'n, lines = 0, {{}}\nfor line in io.lines("{data}") do lines[#lines + 1] = line end\n{request}\n')
    return lua


def wrk(
    server: "subprocess.Popen[bytes]", address: str, options: argparse.Namespace, lua: Path | None = None
) -> Figure:
    before = cpu_seconds(server)
    printed = run_wrk(address, options, lua, options.seconds)
    used = cpu_seconds(server) - before
    count = int(re.search(r"(\d+) requests in", printed)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    return Figure(rate, used * 1000 / count, int(refused[1]) if refused else 0)


def run_wrk(address: str, options: argparse.Namespace, lua: Path | None, seconds: int) -> str:
    scripted = ["-s", str(lua)] if lua else []
    command = ["wrk", "-t1", f"-c{options.clients}", f"-d{seconds}", *scripted, address]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def hash_alone() -> Figure:
    """Passwords checked on all cores at once, and nothing else."""
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(check_passwords, [1] * cores)  # everybody has started
        began = time.perf_counter()
        used = pool.map(check_passwords, [HASHES] * cores, chunksize=1)
        took = time.perf_counter() - began
    return Figure(cores * HASHES / took, sum(used) * 1000 / (cores * HASHES))


def check_passwords(times: int) -> float:
    from accounts.hashers import Argon2idHasher

    hasher = Argon2idHasher()
    encoded = hasher.encode("three-quiet-lamps", hasher.salt())
    began = time.process_time()
    for _ in range(times):
        hasher.verify("three-quiet-lamps", encoded)
    return time.process_time() - began


def end_many(options: argparse.Namespace) -> tuple[int, float]:
    from accounts import services
    from accounts.models import DeviceSession
    from benchmarks.people import many_with_two_sessions

    users = many_with_two_sessions(options.sessions // 2)
    began = time.perf_counter()
    ended = services.end_sessions_of(users, DeviceSession.Reason.SIGNED_OUT_EVERYWHERE)
    return ended, time.perf_counter() - began


def report(figures: dict[str, Figure], options: argparse.Namespace) -> None:
    hello = figures["hello through DRF"]
    print(f"{options.clients} clients, {options.seconds} s each, the best of {options.rounds}\n")
    print(f"| {'':40} |    a second | of hello | CPU ms each | × hello's |")
    print(f"|{'-' * 42}|{'-' * 12}:|{'-' * 9}:|{'-' * 12}:|{'-' * 10}:|")
    for name, figure in figures.items():
        shares = f"{figure.rate / hello.rate:8.1%} | {figure.cpu:11.2f} | {figure.cpu / hello.cpu:9.1f}"
        refused = f"  {figure.refused} refused" if figure.refused else ""
        print(f"| {name:40} | {figure.rate:11,.0f} | {shares} |{refused}")


if __name__ == "__main__":
    main()
