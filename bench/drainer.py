"""One drainer in a process of its own: for each line it reads it drains the lane, and writes what that took."""

from __future__ import annotations

import json
import sys
import time


def main(platform: str, account_key: str, lane: str) -> None:
    import django

    django.setup()
    from channels_meta.drain import drain
    from config.memory import settle

    settle()  # as a worker does
    for _ in sys.stdin:
        began, used = time.perf_counter(), time.process_time()
        parts = drain(platform, account_key, lane, seconds=600)
        took = {"parts": parts, "seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
