"""Words (言葉): what a value means, always as a word: 正常, 注意 or 至急. A colour only goes with the word."""

from __future__ import annotations

from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    DashboardRangeMapOptions,
    DashboardSpecialValueMapOptions,
    RangeMap,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

WELL, CARE, STOP = "正常", "注意", "至急"
COLOURS = {WELL: "green", CARE: "orange", STOP: "red"}
UNKNOWN = "不明"
Mapping = ValueMap | RangeMap | SpecialValueMap


@dataclass(frozen=True, slots=True)
class Limits:
    """From which value on a sign needs care, and from which it must be seen to at once; ``falling``: when the value is below. None: never."""

    care: float | None = None
    stop: float | None = None
    falling: bool = False

    def mappings(self) -> list[Mapping]:
        """The word in place of the number: the first range that holds counts, so the worst (or, falling, the best) comes first."""
        ranges = [RangeMap(options=DashboardRangeMapOptions(from_val=low, to=None, result=_word(word, place))) for place, (word, low) in enumerate(self._upwards())]
        return [*ranges, SpecialValueMap(options=DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL_AND_NAN, result=ValueMappingResult(text=UNKNOWN, color="text")))]

    def thresholds(self) -> ThresholdsConfig:
        """The same as steps of colour."""
        steps = [Threshold(value=low, color=COLOURS[word]) for word, low in reversed(self._upwards())]
        return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)

    def level(self, expression: str) -> str:
        """0 正常, 1 注意, 2 至急 of an expression that has one value."""
        sign = "<" if self.falling else ">="
        steps = [f"(({expression}) {sign} bool {limit:g})" for limit in (self.care, self.stop) if limit is not None]
        only_stop = self.care is None
        return f"2 * {steps[0]}" if only_stop else " + ".join(steps)

    def lines(self, unit: str) -> list[tuple[str, float]]:
        """Name and value of each limit, to be drawn as a line."""
        side = "未満" if self.falling else "以上"
        return [(f"{word}の線（{limit:g}{unit}{side}）", limit) for word, limit in ((CARE, self.care), (STOP, self.stop)) if limit is not None]

    def _upwards(self) -> list[tuple[str, float | None]]:
        """Words with the value that each begins at, the highest first; the last begins anywhere."""
        if self.falling:
            known = [(WELL, self.care if self.care is not None else self.stop), *([(CARE, self.stop)] if self.care is not None and self.stop is not None else [])]
            return [*known, (STOP if self.stop is not None else CARE, None)]
        known = [(word, limit) for word, limit in ((STOP, self.stop), (CARE, self.care)) if limit is not None]
        return [*known, (WELL, None)]


LEVELS = Limits(care=1, stop=2)
"""Of an expression that says the level itself."""


def named(words: dict[str, tuple[str, str]]) -> list[Mapping]:
    """A word and a colour for single values."""
    return [ValueMap(options={value: ValueMappingResult(text=word, color=colour, index=place) for place, (value, (word, colour)) in enumerate(words.items())})]


def _word(word: str, place: int) -> ValueMappingResult:
    return ValueMappingResult(text=word, color=COLOURS[word], index=place)
