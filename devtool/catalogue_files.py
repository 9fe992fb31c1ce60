"""Which compiled catalogues are out of date, told without the packages that compile them."""

from pathlib import Path

from devtool.paths import ROOT


def stale(root: Path = ROOT) -> list[Path]:
    return [source for source in sources(root) if _older(source.with_suffix(".mo"), source)]


def sources(root: Path = ROOT) -> list[Path]:
    return sorted(root.glob("locale/*/LC_MESSAGES/*.po"))


def _older(compiled: Path, source: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns
