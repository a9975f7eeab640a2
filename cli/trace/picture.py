"""The picture: the notice's support flow chart (支援フロー) with the arrows that a case has taken, as an SVG to print on one A4 page.

What was taken is a thick line with a filled number, a count and its first day; what was not is thin and dashed: nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from cli.agency.message import JAPAN
from cli.trace.arrows import ARROWS, Arrow, Step, taken
from contracts.consultation import SignalReceived
from contracts.shared import Channel

WIDTH, HEIGHT = 1123, 794
"""A4 landscape at 96 dots an inch."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the chart: where its upper left corner is, how large, and its lines of text."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How an arrow runs, and where its number stands; its count stands to the right of that."""

    points: tuple[tuple[int, int], ...]
    number: tuple[int, int]


CHANNELS = {
    Channel.RESIDENT: "地域住民", Channel.MEETING: "各種会議", Channel.SUPPORT_AGENCY: "支援関係機関", Channel.OTHER_FIELD: "他分野の機関",
    Channel.SELF_VISIT: "本人の来所",
}
LANES = (("プラン", "実行", "モニタリング", "終結"), ("訪問・相談", "関係構築", "つなぎ", "終結"), ("ニーズの見立て", "体験", "定着支援", "終了"))
BOXES = (
    Box(255, 110, 160, 130, ("包括的相談支援", "（相談の受け止め）")),
    Box(525, 110, 160, 130, ("多機関協働", "（課題の整理・", "役割分担・方向性）")),
    Box(790, 110, 150, 130, ("重層的支援会議", "支援会議")),
    Box(1010, 60, 98, 60, ("紹介元・", "適切な機関")),
    Box(1010, 210, 98, 70, ("社会資源の", "充足・開発", "（地域づくり）")),
    Box(255, 410, 685, 70, ("多機関協働",)),
    Box(255, 510, 685, 70, ("アウトリーチ",)),
    Box(255, 610, 685, 70, ("参加支援",)),
)
WAYS = {
    "a1": Way(((150, 178), (250, 178)), (175, 158)),
    "a2": Way(((415, 190), (520, 190)), (436, 168)),
    "a3": Way(((685, 190), (785, 190)), (702, 168)),
    "a4": Way(((940, 130), (975, 130), (975, 90), (1005, 90)), (958, 160)),
    "a5": Way(((865, 110), (865, 62), (335, 62), (335, 105)), (590, 48)),
    "a6": Way(((560, 240), (560, 505)), (575, 330)),
    "a7": Way(((650, 240), (650, 605)), (665, 375)),
    "a8": Way(((300, 240), (300, 300), (225, 300), (225, 545), (250, 545)), (243, 345)),
    "a9": Way((), (330, 392)),
    "a10": Way(((940, 545), (975, 545), (975, 320), (865, 320), (865, 245)), (880, 300)),
    "a11": Way(((940, 220), (1005, 240)), (955, 262)),
}


def draw(title: str, steps: Sequence[Step], source: str) -> str:
    """The chart of one case as the text of an SVG file; ``source``: from which log positions it was drawn."""
    found = taken(steps)
    return "\n".join((
        (f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="\'Noto Sans CJK JP\',\'Hiragino Sans\',\'Yu Gothic\',sans-serif">'),
        f"<title>{escape(f'支援フロー {title}')}</title>",
        ('<defs><marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"'
        ' orient="auto"><path d="M0 0 10 5 0 10z" fill="#111"/></marker></defs>'),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(20, 30, f"支援フロー（{title}）", 18, bold=True),
        *_channels(found["a1"]),
        *(_line(WAYS[arrow.id].points, bool(found[arrow.id])) for arrow in ARROWS if WAYS[arrow.id].points),
        *(part for box in BOXES for part in _box(box)),
        *_lanes(found["a9"]),
        *(part for arrow in ARROWS for part in _number(arrow, found[arrow.id])),
        *_legend(source),
        "</svg>\n",
    ))


def first_day(found: Sequence[Step]) -> str:
    """The day in Japan of the first of some steps."""
    return datetime.fromtimestamp(min(step.at for step in found) / 1000, UTC).astimezone(JAPAN).strftime("%Y-%m-%d")


def _channels(noticed: Sequence[Step]) -> Iterator[str]:
    """The four channels of the notice, and who comes alone; a filled mark where a signal came that way."""
    used = [step.fact.event.channel for step in noticed if isinstance(step.fact.event, SignalReceived)]
    for row, (channel, label) in enumerate(CHANNELS.items()):
        mark = f"● {used.count(channel)}" if channel in used else "○"
        yield from _box(Box(20, 96 + 34 * row, 130, 28, (f"{mark} {label}",)))


def _lanes(carried_out: Sequence[Step]) -> Iterator[str]:
    """In each lane the stages in a row; a lane in which something was carried out has thick arrows and its count."""
    lanes = ("coordination", "outreach", "participation")
    for row, (log, stages) in enumerate(zip(lanes, LANES, strict=True)):
        done = [step for step in carried_out if step.fact.log == log]
        y = 460 + 100 * row
        for place, stage in enumerate(stages):
            x = 330 + 165 * place
            yield _text(x, y, stage, 13)
            if place:
                yield _line(((x - 165 + 14 * len(stages[place - 1]), y - 5), (x - 8, y - 5)), bool(done))
        if done:
            yield _text(830, y - 24, f"✓ {len(done)} 件 {first_day(done)}", 12, bold=True)


def _number(arrow: Arrow, found: Sequence[Step]) -> Iterator[str]:
    x, y = WAYS[arrow.id].number
    fill, ink = ("#111", "#fff") if found else ("#fff", "#666")
    yield f'<circle cx="{x}" cy="{y}" r="12" fill="{fill}" stroke="#111" stroke-width="1"/>'
    yield f'<text x="{x}" y="{y + 4}" font-size="11" text-anchor="middle" fill="{ink}">{arrow.id}</text>'
    if found:
        yield _text(x + 15, y - 1, f"✓{len(found)}件", 11, bold=True)
        yield _text(x + 15, y + 11, first_day(found)[5:], 11)


def _line(points: Sequence[tuple[int, int]], thick: bool) -> str:
    listed = " ".join(f"{x},{y}" for x, y in points)
    style = 'stroke-width="3"' if thick else 'stroke-width="1" stroke-dasharray="4 4"'
    return f'<polyline points="{listed}" fill="none" stroke="#111" {style} marker-end="url(#end)"/>'


def _box(box: Box) -> Iterator[str]:
    yield f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" fill="#fff" stroke="#111" stroke-width="1.2" rx="4"/>'
    wide = box.width > 400
    top = box.y + (22 if wide else box.height / 2 - 9 * (len(box.lines) - 1) + 5)
    for row, line in enumerate(box.lines):
        x, anchor = (box.x + 12, "start") if wide else (box.x + box.width / 2, "middle")
        yield f'<text x="{x:g}" y="{top + 18 * row:g}" font-size="14" text-anchor="{anchor}">{escape(line)}</text>'


def _legend(source: str) -> Iterator[str]:
    yield _line(((20, 720), (70, 720)), True)
    yield _text(80, 724, "通った矢印（件数と最初の日）", 12)
    yield _line(((300, 720), (350, 720)), False)
    yield _text(360, 724, "通っていない矢印", 12)
    for row, half in enumerate((ARROWS[:6], ARROWS[6:])):
        yield _text(20, 748 + 16 * row, "　".join(f"{arrow.id} {arrow.title_ja}" for arrow in half), 11)
    yield _text(20, 784, f"ログだけから描いた: {source}", 9)


def _text(x: float, y: float, text: str, size: int, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}"{weight}>{escape(text)}</text>'
