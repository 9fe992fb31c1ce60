#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    if sys.argv[1:2] == ["clock"]:  # the one command that runs for ever
        import django

        from config import telemetry

        django.setup()
        telemetry.begin("clock")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
