"""Where the files beside the package are: in a wheel under ``_bundle``, else in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_BUNDLE = _PACKAGE / "_bundle"
_ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent


def templates() -> Path:
    """The folder of the templates."""
    return _ROOT / "templates"


def migrations() -> Path:
    """The folder of the migrations."""
    return _ROOT / "migrations"


def config_file() -> Path:
    """``config.py``."""
    return _ROOT / "config.py"
