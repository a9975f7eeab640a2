"""Text of ``docs/events.md``: every event type in Japanese and English, with an example, from the schema set. Pure: schemas in, text out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from cli.contracts import samples, travel
from cli.contracts.render import FUNCTIONS, named_types
from cli.contracts.rules import MAX_ITEMS, MAX_PERSONAL, MAX_PUBLIC
from cli.contracts.source import SCHEMA_FOLDER, Source, newest
from cli.contracts.travel import BETWEEN, GATE, REGISTRY, Channel

_FUNCTION_NAMES = {
    "consultation": "包括的相談支援 Consultation", "outreach": "アウトリーチ等を通じた継続的支援 Outreach", "coordination": "多機関協働 Coordination",
    "participation": "参加支援 Participation", "community": "地域づくり Community", GATE: "同意と関門 Consent and the gate", REGISTRY: "登録 Registry",
    "reporting": "報告 Reporting",
    BETWEEN: "機能どうしの連絡 Between our functions",
}
ANOTHER = "coordinator"
"""The agency that the examples name; whoever sends them is another one."""
_PARTS = {
    "required": "要る required: 事例に関わりのある機関だけ",
    "opens": "関わりを得る opens: 最初に送った機関が関わりを得る",
    "none": "要らない none",
}
_SUBJECTS = {"person": samples.PERSON, "agency": samples.AGENCY}


def text(sources: list[Source]) -> str:
    """The whole page."""
    latest = sorted(newest(sources), key=_place)
    channels = travel.channels(sources)
    everybody = travel.kinds(sources)
    parts = [_INTRODUCTION.format(kinds=", ".join(everybody)), _contents(latest)]
    for function, group in groupby(latest, key=lambda source: source.schema["function"]):
        parts.append(_function(function, list(group), channels, everybody))
    return "\n\n".join([*parts, *_appendix(list(named_types(latest).values()))]) + "\n"


def subject(source: Source) -> str:
    """The subject of the type's example."""
    return _SUBJECTS.get(source.schema["key"], "c" * 32)


def _place(source: Source) -> tuple[int, str, str]:
    """Support functions first, the machinery last; a function that is new to this page between them."""
    function = source.schema["function"]
    known = (*FUNCTIONS, GATE, REGISTRY)
    return known.index(function) if function in known else len(known) + (function == BETWEEN), function, source.name


def _contents(latest: list[Source]) -> str:
    lines = []
    for function, group in groupby(latest, key=lambda source: source.schema["function"]):
        links = " · ".join(f"[{source.name}](#{_anchor(source.name)})" for source in group)
        lines.append(f"- **[{_named(function)}](#function-{function})**: {links}")
    return "\n".join([*lines, "- **[選択肢 Choices](#choices)** · **[組 Records](#records)** · **[理由コード Refusal codes](#refusals)**"])


def _function(function: str, group: list[Source], channels: list[Channel], everybody: list[str]) -> str:
    rows = [
        (f"[{source.name}](#{_anchor(source.name)})", source.schema["title_ja"], _senders(source, everybody), source.schema["part"], source.schema["key"])
        for source in group
    ]
    table = _table(("種別 Type", "題 Title", "送る機関 Sent by", "関わり Part", "キー Key"), rows)
    return "\n\n".join([
        f'## <a id="function-{function}"></a>{_named(function)}', table, *(_type(source, channels, everybody) for source in group),
    ])


def _type(source: Source, channels: list[Channel], everybody: list[str]) -> str:
    schema = source.schema
    file = f"../{SCHEMA_FOLDER.as_posix()}/{source.folder}/{source.name}.v{source.version}.avsc"
    facts = [
        f"送る機関 Sent by: {_senders(source, everybody)}",
        f"関わり Part: {_PARTS.get(schema['part'], schema['part'])}" if schema["publishers"] else "",
        f"キー Key: {schema['key']}",
        f"行き先 Travels: {_travels(source, channels)}",
        f"知らせる先 Told to: the agency in `{schema['told']}`" if "told" in schema else "",
        f"保存 Retention: {schema['retention']}" if "retention" in schema else "",
        f"[{source.full_name} v{source.version}]({file})",
    ]
    fields = _table(("項目 Field", "値 Value", "意味 Meaning", "区分 Category"), map(_field, schema["fields"]))
    return "\n\n".join([
        f'### <a id="{_anchor(source.name)}"></a>{source.name} {schema["title_ja"]}',
        f"{schema['meaning_ja']}  \n{schema['doc']}",
        "\n".join(f"- {fact}" for fact in facts if fact),
        *([fields] if schema["fields"] else []),
        _example(source),
    ])


def _example(source: Source) -> str:
    """One message as ``tsunagu send`` takes it, a field a line."""
    body = samples.as_json(samples.record(source.schema, ANOTHER))
    lines = ",\n".join(f"  {_json(name)}: {_json(value)}" for name, value in body.items())
    return f'```json\n{{"type": {_json(source.name)}, "subject": {_json(subject(source))}, "body": {{\n{lines}\n}}}}\n```'


def _senders(source: Source, everybody: list[str]) -> str:
    publishers = source.schema["publishers"]
    if not publishers:
        return "– 機能だけ our functions only"
    return "すべて every kind" if set(everybody) <= set(publishers) else ", ".join(publishers)


def _travels(source: Source, channels: list[Channel]) -> str:
    if source.schema["function"] == BETWEEN and not {"told", "reaches_agencies"} & source.schema.keys():
        return "機能の受信箱と記録 inboxes and logs of our functions"
    passed = [f"`{channel.short}`" for channel in channels if source in channel.types]
    order = sorted(passed, key=lambda name: (".outbox" not in name, "agency" in name, ".log" in name))
    everywhere = "; 関門の全区画へ to every partition of the gate's inbox" if source.schema.get("broadcast") else ""
    return (" → ".join(order) or "まだない as yet nowhere") + everywhere


def _field(field: dict[str, Any]) -> tuple[str, ...]:
    return f"`{field['name']}`", _value(field), field.get("doc", ""), _category(field)


def _category(field: dict[str, Any]) -> str:
    """What is sealed, under whose key; a star where the event is useless without it."""
    named = field.get("category") or (f"`{field['category_field']}` of each" if "category_field" in field else "")
    return f"{named} ({field['person']}){' ★' if field.get('essential') else ''}" if named else ""


def _value(field: dict[str, Any]) -> str:
    avro, optional, many = field["type"], "", ""
    if isinstance(avro, list):
        avro, optional = next(branch for branch in avro if branch != "null"), " / null"
    if isinstance(avro, dict) and avro["type"] == "array":
        avro, many = avro["items"], f"[{field.get('min_items', 0)}…{field.get('max_items', MAX_ITEMS)}] "
    return f"{many}{_single(avro, field)}{optional}"


def _single(avro: Any, field: dict[str, Any]) -> str:
    match avro:
        case {"type": "record" | "enum", "name": name}:
            return f"[{name}](#{_anchor(name)})"
        case {"logicalType": "date"}:
            limits = [*(["終わっていない not over"] if "lasts" in field else []), *([f"≥ {field['not_before']}"] if "not_before" in field else [])]
            return f"日 date{''.join(f', {limit}' for limit in limits)}"
        case "int" | "long":
            return " ".join([f"{field['minimum']}…{field['maximum']}" if "minimum" in field else avro, *([field["unit"]] if "unit" in field else [])])
        case "string":
            return _text(field)
        case str() if "." in avro:
            return f"[{avro.rpartition('.')[2]}](#{_anchor(avro.rpartition('.')[2])})"
        case _:
            return str(avro)


def _text(field: dict[str, Any]) -> str:
    """What a text may hold: its form or pattern where it has one, else its sort and how long it may be."""
    if "pattern" in field or "form" in field:
        return f"`{field['pattern']}`" if "pattern" in field else field["form"]
    match field.get("holds", "personal" if "category" in field else None):
        case None:
            return "text"
        case "public_text":
            return f"公開文 public text ≤ {field.get('max_length', MAX_PUBLIC)}"
        case "personal":
            return f"文 text ≤ {field.get('max_length', MAX_PERSONAL)}"
        case sort:
            return sort


def _appendix(types: list[dict[str, Any]]) -> Iterator[str]:
    enums = [each for each in types if each["type"] == "enum"]
    yield '## <a id="choices"></a>選択肢 Choices'
    yield "`UNMAPPED` を送ることはできない。新しい版の選択肢を古い読み手が読むとこれになる。  \nNobody may send `UNMAPPED`; an older reader sees it for a symbol of a newer version."
    rows = [(_target(each), each["doc"], ", ".join(f"`{symbol}`" for symbol in each["symbols"] if symbol != "UNMAPPED")) for each in enums if "sentences" not in each]
    yield _table(("名 Name", "意味 Meaning", "値 Values"), rows)
    yield '## <a id="records"></a>組 Records'
    for each in (each for each in types if each["type"] == "record"):
        yield f"### {_target(each)}\n\n{each['doc']}"
        yield _table(("項目 Field", "値 Value", "意味 Meaning", "区分 Category"), map(_field, each["fields"]))
    yield '## <a id="refusals"></a>理由コード Refusal codes'
    for each in (each for each in enums if "sentences" in each):
        yield f"{_target(each)}: {each['doc']}"
        yield _table(("コード Code", "送った機関への説明 What the sender is told"), ((f"`{code}`", sentence) for code, sentence in each["sentences"].items()))


def _target(named: dict[str, Any]) -> str:
    return f'<a id="{_anchor(named["name"])}"></a>{named["name"]}'


def _anchor(name: str) -> str:
    """Not the heading's own, which would change with the Japanese title."""
    return f"type-{name}"


def _named(function: str) -> str:
    return _FUNCTION_NAMES.get(function, function)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ").strip()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_INTRODUCTION = """\
<!-- GENERATED by `tsunagu contracts build` from schemas/avro. Do not edit: change the schema and build again. -->
# イベントの一覧 Event types

何が起きたとき、誰が、何を送るか。送り方は [agencies.md](agencies.md)、機械で読む形は [asyncapi.yaml](asyncapi.yaml)。
What is reported when, by whom. How to send it: [agencies.md](agencies.md); for machines: [asyncapi.yaml](asyncapi.yaml).

- **区分 Category** のある項目は個人情報で、受付口で封をする。括弧は、誰の情報かを示す項目。関門が認めた区分だけが他の機関に渡り、ほかは空になる。
  ★ は必須: 渡せないときは事象全体を保留する。区分のない項目は誰に関するものかを仮名でしか示さない。
  A field with a category is sealed at the front door, under the key of the person named by the field in brackets. Only the categories
  that the gate permits cross to another agency; the others arrive null or empty. ★ essential: where it may not cross, the event is held.
- **person** は本人などの仮名、**id** は事例などの番号: どちらも小文字の十六進数32桁。**agency** は登録機関の番号。**公開文** には電話番号や住所を書けない。
  **municipality_code** と **corporate_number** は検査数字まで確かめる。
  **person** is a pseudonym, **id** the number of a case or thing: 32 lower-case hex digits. **agency** is a registered agency. A **public text** holds no
  telephone number or address. The check digits of **municipality_code** (市町村コード) and **corporate_number** (法人番号) are checked. `[0…200]`: a list of so many. `/ null`: may be left out.
- **関わり Part**: 事例を開いた、つながれた、役割がある、のどれかに当たる機関に「関わり」がある。
  An agency has a part in a case that it opened, was linked to, or has a role in.
- **例** はそのまま `tsunagu send` に渡せる形。番号は仮のもの。The examples have the shape that `tsunagu send` takes; their numbers are made up.
- 機関の種別 Kinds of agency: {kinds}.

## 目次 Contents"""
