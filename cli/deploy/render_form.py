"""The form of a rule file: groups of rules, each with what it needs, an expression whose brackets and quotes are closed, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from cli.deploy.render_input import Broken, unbalanced

SEVERITIES = ("page", "ticket")
_GROUP = frozenset({"name", "interval", "limit", "rules"})
_ALERT = frozenset({"alert", "expr", "for", "keep_firing_for", "labels", "annotations"})
_RECORD = frozenset({"record", "expr", "labels"})
_LABELS, _NOTES = ("severity", "audience"), ("summary", "description", "runbook_url")
_TIME = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")


class _Fault(Exception):
    def __init__(self, line: int, says: str) -> None:
        super().__init__(f"{line}: {says}")


class Lined(dict[str, Any]):
    """A mapping that knows where it stands: ``line`` its first line, ``lines`` those of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line, self.lines = line, dict[str, int]()


class _Loader(yaml.CSafeLoader):
    """Tells a key that is written twice; YAML's own would keep the last."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Lined:
    found = Lined(node.start_mark.line + 1)
    for key, value in node.value:
        name, line = str(loader.construct_object(key, deep=True)), key.start_mark.line + 1
        if name in found:
            raise _Fault(line, f"{name} stands there twice")
        found.lines[name] = line
        found[name] = loader.construct_object(value, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def loaded(name: str, text: str) -> Any:
    """A YAML text, its mappings as Lined. Raises Broken where it is none."""
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        says = getattr(problem, "problem", None) or getattr(problem, "reason", None) or problem
        raise Broken(f"{name}{f':{mark.line + 1}' if mark else ''} is no YAML: {says}") from problem
    except ValueError as problem:
        raise Broken(f"{name} is no YAML: {problem}") from problem
    except RecursionError as problem:
        raise Broken(f"{name} is no YAML: too many brackets") from problem
    except _Fault as problem:
        raise Broken(f"{name}:{problem}") from problem


def rules(name: str, text: str) -> list[Lined]:
    """The rules of one file. Raises Broken where one of them, or the file, has another form."""
    if not re.sub(r"(?m)#.*$", "", text).strip():
        raise Broken(f"{name} is empty")
    try:
        return list(_well_formed(loaded(name, text)))
    except _Fault as problem:
        raise Broken(f"{name}:{problem}") from problem


def _well_formed(content: Any) -> Iterator[Lined]:
    if not isinstance(content, Lined) or {"groups"} != {*content} or not isinstance(content["groups"], list) or not content["groups"]:
        raise _Fault(getattr(content, "line", 1), "a file of rules is `groups:` with groups in it, nothing else")
    names: set[str] = set()
    for group in content["groups"]:
        _has_keys(group, _GROUP, content.line, "group")
        if not _is_text(group.get("name")) or group["name"] in names:
            raise _Fault(group.line, "a group needs a name of its own")
        names.add(group["name"])
        if not isinstance(group.get("rules"), list) or not group["rules"]:
            raise _Fault(group.line, f"the group {group['name']} has no rules")
        for rule in group["rules"]:
            _is_rule(rule, group.line)
            yield rule


def _is_rule(rule: Any, line: int) -> None:
    kind = "alert" if isinstance(rule, dict) and "alert" in rule else "record"
    _has_keys(rule, _ALERT if kind == "alert" else _RECORD, line, "rule")
    if not _is_text(rule.get(kind)):
        raise _Fault(rule.line, "a rule is an `alert` or a `record`, and says which")
    if not _is_text(rule.get("expr")):
        raise _Fault(rule.line, f"{rule[kind]} has no expression")
    if open_one := unbalanced(rule["expr"]):
        raise _Fault(rule.lines["expr"], f"the expression of {rule[kind]} does not end well: {open_one}")
    for key in {"for", "keep_firing_for"} & {*rule}:
        if not _TIME.fullmatch(str(rule[key])):
            raise _Fault(rule.lines[key], f"`{key}` is a time, as 5m, not {rule[key]!r}")
    if kind == "alert":
        _has_texts(rule, "labels", _LABELS)
        _has_texts(rule, "annotations", _NOTES)
        if (severity := rule["labels"]["severity"]) not in SEVERITIES:
            raise _Fault(rule["labels"].lines["severity"], f"severity is {' or '.join(SEVERITIES)}, not {severity}")


def _has_keys(part: Any, known: frozenset[str], line: int, kind: str) -> None:
    if not isinstance(part, Lined):
        raise _Fault(line, f"there is no {kind} where one is expected")
    for key in part.keys() - known:
        raise _Fault(part.lines[key], f"a {kind} has no key `{key}`")


def _has_texts(rule: Lined, key: str, needed: tuple[str, ...]) -> None:
    texts = rule.get(key)
    if not isinstance(texts, Lined) or not all(_is_text(each) for each in texts.values()) or not {*needed} <= {*texts}:
        raise _Fault(rule.lines.get(key, rule.line), f"{key} of {rule['alert']} must say {', '.join(needed)}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
