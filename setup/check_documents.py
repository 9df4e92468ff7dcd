"""Compares the documents that are written by the code with what the code says today; --update writes them anew."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each document, and the module that prints it: `python -m MODULE`.
WRITTEN_BY = {
    "docs/access.md": "webmap.access",
    "docs/layers.md": "webmap.documents",
    "docs/settings.md": "webmap.settings",
}


def text_from(module: str) -> str:
    """What the module prints; raises CalledProcessError if it fails, after its own words on standard error."""
    command = [sys.executable, "-m", module]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout


def main() -> int:
    stale = []
    for name, module in WRITTEN_BY.items():
        path, text = ROOT / name, text_from(module)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--update" in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale and "--update" not in sys.argv:
        print(f"Stale: {', '.join(stale)}. Run `make docs`.")
        return 1
    print(f"Written: {', '.join(stale)}." if stale else "Documents are fresh.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
