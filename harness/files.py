"""Files that are whole, even after an interruption."""

from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """At once or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content.encode() if isinstance(content, str) else content)
    part.replace(path)
