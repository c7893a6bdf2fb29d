"""What a command found, as its JSON says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

if TYPE_CHECKING:
    import pandas


class Result:
    """A JSON object whose keys are attributes: `result.top1`, `result.arms[0].name`; `result["no-vnni"]` for others."""

    exit_code: int
    """Of a command's own result: 0, or 1 or 2 where that is its verdict."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {key: _wrapped(value) for key, value in values.items()}

    def __getattr__(self, name: str) -> Any:
        # Copying and unpickling ask for attributes before there are any.
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"this result has no '{name}'; it has {', '.join(values)}")

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        return f"Result({', '.join(f'{key}={_short(value)}' for key, value in self._values.items())})"

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {key: _unwrapped(value) for key, value in self._values.items()}

    def frame(self, key: str | None = None) -> pandas.DataFrame:
        """One row for each object of the list `key`, by default the first list of objects: arms, classes, layers, models.

        A result without such a list is a frame of one row. Needs pandas.
        """
        import pandas

        if key is None:
            key = next((name for name, value in self._values.items() if _is_table(value)), None)
        rows = [self] if key is None else self._values[key]
        return pandas.DataFrame([row.to_dict() for row in rows])


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(row, Result) for row in value)


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Result(value)
    return [_wrapped(element) for element in value] if isinstance(value, list) else value


def _unwrapped(value: Any) -> Any:
    if isinstance(value, Result):
        return value.to_dict()
    return [_unwrapped(element) for element in value] if isinstance(value, list) else value


def _short(value: Any) -> str:
    if isinstance(value, Result):
        return "{…}" if len(value) else "{}"
    if isinstance(value, list) and len(value) > 4:
        return f"[… {len(value)}]"
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    return repr(value)
