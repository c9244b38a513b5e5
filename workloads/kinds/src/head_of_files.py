"""The first line of each file of a mini-batch: what Azure ML's parallel runs call."""

from pathlib import Path


def init() -> None:
    """Nothing to load."""


def run(mini_batch: list[str]) -> list[str]:
    return [Path(file).read_text().splitlines()[0] for file in mini_batch]
