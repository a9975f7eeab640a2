"""How a printed sheet looks: A4, Japanese fonts that are usually there, black with one colour that a copier still shows."""

from __future__ import annotations

import re

CSS = """\
@page { size: A4 portrait; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #555; } }
* { box-sizing: border-box; }
html { font: 9.5pt/1.45 "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "BIZ UDPGothic", "Meiryo", "IPAPGothic", sans-serif; color: #16202a; }
body { margin: 0 auto; max-width: 180mm; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
header { display: grid; grid-template-columns: 1fr auto; align-items: end; border-bottom: 1.2pt solid #1f4e79; padding-bottom: 2.5mm; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0; letter-spacing: .08em; }
.period { font-size: 12pt; margin: 1mm 0 0; grid-row: 2; }
.maker { margin: 0; text-align: right; grid-row: 1 / span 2; grid-column: 2; }
.key { display: flex; justify-content: space-between; gap: 6mm; font-size: 8pt; color: #444; }
.key p { margin: 2mm 0 0; }
.warning { margin: 3mm 0 0; padding: 2mm 3mm; border: 1pt solid #16202a; font-weight: bold; }
section { margin-top: 5.5mm; }
h2 { font-size: 11.5pt; margin: 0 0 1.5mm; padding-left: 2.5mm; border-left: 1.6mm solid #1f4e79; line-height: 1.25; break-after: avoid; }
.figures { columns: 2; column-gap: 8mm; }
table { width: 100%; border-collapse: collapse; break-inside: avoid; margin: 0 0 3mm; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding: 0 0 .8mm; border-bottom: .6pt solid #1f4e79; }
caption .by { font-weight: normal; font-size: 8pt; color: #444; margin-left: 2mm; }
caption .sum { float: right; font-size: 9pt; }
th, td { border-bottom: .3pt solid #c3ccd5; padding: .7mm 0; font-weight: normal; text-align: left; vertical-align: middle; }
.whole tr:first-child > * { border-top: .6pt solid #1f4e79; }
.divided th { width: 40%; padding-left: 2mm; font-size: 9pt; overflow-wrap: anywhere; }
td.basis { width: 10mm; }
b.basis { display: inline-block; font-size: 7pt; font-weight: normal; line-height: 1.3; padding: 0 1.2mm; border: .4pt solid #6b7783; border-radius: 1mm; color: #333; }
b.actual { background: #1f4e79; border-color: #1f4e79; color: #fff; }
td.number { width: 14mm; text-align: right; font-weight: bold; }
td.nought { font-weight: normal; color: #77818b; }
td.kept { font-weight: normal; font-size: 8pt; }
td.unit { width: 11mm; padding-left: 1.2mm; font-size: 8pt; color: #444; white-space: nowrap; }
td.bar { padding: 0 2mm 0 1mm; }
td.bar svg { display: block; width: 100%; height: 2.6mm; }
.ground { fill: #eef2f6; }
.drawn { fill: #2e75b6; }
footer { margin-top: 7mm; padding-top: 2mm; border-top: .6pt solid #6b7783; font-size: 7.5pt; color: #333; break-inside: avoid; }
footer h2 { font-size: 9pt; margin-bottom: .8mm; }
footer p { margin: 0 0 1mm; }
dl { margin: 0; }
dl div { display: flex; gap: 3mm; }
dt { flex: 0 0 42mm; color: #555; }
dd { margin: 0; overflow-wrap: anywhere; font-family: "DejaVu Sans Mono", "Consolas", "Menlo", "Noto Sans CJK JP", "IPAGothic", monospace; }
@media screen { html { background: #dfe4ea; } body { background: #fff; max-width: 210mm; padding: 16mm 15mm; margin: 6mm auto; } }"""

_SAFE = re.compile(r"[^\w　 ーー年月日（）()・\-]")


def page_title(text: str) -> str:
    """The rule that puts a text at the foot of each page; anything but letters, digits and blanks becomes a code of CSS."""
    coded = _SAFE.sub(lambda found: f"\\{ord(found[0]):06x}", text)
    return f'@page {{ @bottom-left {{ content: "{coded}"; font: 8pt "Noto Sans CJK JP", "IPAPGothic", sans-serif; color: #555; }} }}'
