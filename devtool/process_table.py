"""config/processes.py, loaded by its path: importing the package would need Django."""

import importlib.util
import sys
from typing import TYPE_CHECKING

from devtool.paths import PYTHON, ROOT

if TYPE_CHECKING:
    from config.processes import Process


def load_processes() -> "tuple[Process, ...]":
    name = "devtool_config_processes"
    spec = importlib.util.spec_from_file_location(name, ROOT / "config" / "processes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    table: tuple[Process, ...] = module.PROCESSES
    return table


def command(process: "Process", host: str, port: int) -> list[str]:
    """With the virtual environment's Python in the place of `python`."""
    program, *rest = process.argv(host=host, port=port)
    return [str(PYTHON) if program == "python" else program, *rest]
