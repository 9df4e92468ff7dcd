"""The packages have plain names (geo, data, …): nothing else on the machine may stand before them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import PACKAGES, ROOT


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_of_the_environment_are_those_of_this_checkout(package: str, tmp_path: Path) -> None:
    question = f"import {package}; print({package}.__file__)"
    answer = subprocess.run(
        [sys.executable, "-c", question], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == str(ROOT / package / "__init__.py")
