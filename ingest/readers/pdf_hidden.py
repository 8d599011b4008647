"""Takes text out of a sheet of a PDF that nobody sees on it, before anything reads it.

Not seen is: text in the invisible mode (also the layer that text recognition lays over a scan),
text of an optional layer that is off, and white text with nothing dark painted below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pypdf.generic import ContentStream, NameObject

# What the bytes of a sheet must hold for any of its text to be invisible; most hold none of it.
_SUSPECT = re.compile(
    rb"[37]\s+Tr\b|/OC\b|\b1(?:\.0*)?\s+g\b|\b1(?:\.0*)?\s+1(?:\.0*)?\s+1(?:\.0*)?\s+(?:rg|scn?)\b"
    rb"|\b0(?:\.0*)?\s+0(?:\.0*)?\s+0(?:\.0*)?\s+0(?:\.0*)?\s+(?:k|scn?)\b|\b1(?:\.0*)?\s+scn?\b"
    rb"|\b0?\.9\d"
)
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDS_PATH = _FILLS | {b"S", b"s", b"n"}
_INVISIBLE_MODES = frozenset({3, 7})
_NEARLY_WHITE = 0.93
_MAX_DEPTH = 5  # forms within forms

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _State:
    matrix: Matrix = _UNIT
    white: bool = False
    mode: int = 0


def without_hidden_text(page: Any, hidden_layers: frozenset[int]) -> None:
    """Cut invisible text out of a sheet, in place.

    Args:
        hidden_layers: numbers of the objects of layers that are off, as `layers_off` gives them.
    """
    contents = page.get_contents()
    if contents is not None:
        resources = page.get("/Resources")
        kept = _filtered(contents, resources, page.pdf, hidden_layers, _UNIT, [], 0)
        if kept is not None:
            page[NameObject("/Contents")] = kept


def layers_off(root: Any) -> frozenset[int]:
    """Numbers of the objects of the optional layers that a reader does not show."""
    properties = root.get("/OCProperties")
    properties = properties.get_object() if properties is not None else {}
    default = properties.get("/D")
    default = default.get_object() if default is not None else {}
    off = [ref.idnum for ref in default.get("/OFF", []) if hasattr(ref, "idnum")]
    if default.get("/BaseState") == "/OFF":
        on = {ref.idnum for ref in default.get("/ON", []) if hasattr(ref, "idnum")}
        every = [ref.idnum for ref in properties.get("/OCGs", []) if hasattr(ref, "idnum")]
        off += [number for number in every if number not in on]
    return frozenset(off)


def _filtered(
    stream: Any,
    resources: Any,
    pdf: Any,
    hidden_layers: frozenset[int],
    matrix: Matrix,
    painted: list[Box],
    depth: int,
) -> ContentStream | None:
    """The stream without invisible text; None where there is none in it."""
    resources = resources.get_object() if resources is not None else {}
    forms = _forms(resources)
    if not forms and not _SUSPECT.search(stream.get_data()):
        return None
    content = stream if isinstance(stream, ContentStream) else ContentStream(stream, pdf)
    state, stack = _State(matrix), []
    line: Matrix = _UNIT
    layers: list[bool] = []
    path: list[tuple[float, float]] = []
    kept: list[tuple[list[Any], bytes]] = []
    for operands, operator in content.operations:
        numbers = [float(x) for x in operands if isinstance(x, int | float)]
        if operator == b"q":
            stack.append(state)
        elif operator == b"Q":
            state = stack.pop() if stack else state
        elif operator == b"cm" and len(numbers) == 6:
            state = replace(state, matrix=_times(tuple(numbers), state.matrix))  # type: ignore[arg-type]
        elif operator == b"Tr" and numbers:
            state = replace(state, mode=int(numbers[0]))
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn") and numbers:
            state = replace(state, white=_is_white(numbers))
        elif operator in (b"cs", b"CS"):
            state = replace(state, white=False) if operator == b"cs" else state
        elif operator == b"BT":
            line = _UNIT
        elif operator == b"Tm" and len(numbers) == 6:
            line = tuple(numbers)  # type: ignore[assignment]
        elif operator in (b"Td", b"TD") and len(numbers) == 2:
            line = _times((1, 0, 0, 1, numbers[0], numbers[1]), line)
        elif operator in (b"BDC", b"BMC"):
            layers.append(_is_off(operands, resources, hidden_layers))
        elif operator == b"EMC" and layers:
            layers.pop()
        elif operator == b"re" and len(numbers) == 4:
            x, y, w, h = numbers
            path += [_apply(state.matrix, px, py) for px in (x, x + w) for py in (y, y + h)]
        elif operator in (b"m", b"l", b"c", b"v", b"y") and len(numbers) >= 2:
            path.append(_apply(state.matrix, numbers[-2], numbers[-1]))
        elif operator in _ENDS_PATH:
            if operator in _FILLS and path and not state.white:
                painted.append(_box(path))
            path = []
        elif operator == b"Do" and operands:
            if any(layers):
                continue
            form = forms.get(operands[0])
            if form is not None and depth < _MAX_DEPTH:
                if _off_object(form, hidden_layers):
                    continue
                _filter_form(form, pdf, hidden_layers, state.matrix, painted, depth)
            else:
                painted.append(_box([_apply(state.matrix, x, y) for x in (0, 1) for y in (0, 1)]))
        if operator in _SHOWS and (
            any(layers)
            or state.mode in _INVISIBLE_MODES
            or (state.white and not _lies_on(_times(line, state.matrix), painted))
        ):
            continue
        kept.append((operands, operator))
    if len(kept) == len(content.operations):
        return None
    content.operations = kept
    return content


def _filter_form(
    form: Any, pdf: Any, hidden: frozenset[int], matrix: Matrix, painted: list[Box], depth: int
) -> None:
    own = [float(x) for x in form.get("/Matrix", [])]
    inner = _times(tuple(own), matrix) if len(own) == 6 else matrix  # type: ignore[arg-type]
    kept = _filtered(form, form.get("/Resources"), pdf, hidden, inner, painted, depth + 1)
    if kept is not None:
        form.set_data(kept.get_data())


def _forms(resources: Any) -> dict[str, Any]:
    found = resources.get("/XObject")
    every = found.get_object() if found is not None else {}
    named = {name: each.get_object() for name, each in every.items()}
    return {name: each for name, each in named.items() if each.get("/Subtype") == "/Form"}


def _is_off(operands: list[Any], resources: Any, hidden: frozenset[int]) -> bool:
    """Whether marked content begins here that belongs to a layer which is off."""
    if not hidden or len(operands) < 2 or operands[0] != "/OC":
        return False
    properties = resources.get("/Properties")
    named = properties.get_object() if properties is not None else None
    if named is None or operands[1] not in named:
        return False
    return _is_hidden_layer(named.raw_get(operands[1]), hidden)


def _off_object(form: Any, hidden: frozenset[int]) -> bool:
    return bool(hidden) and "/OC" in form and _is_hidden_layer(form.raw_get("/OC"), hidden)


def _is_hidden_layer(named: Any, hidden: frozenset[int]) -> bool:
    if named is None:
        return False
    if getattr(named, "idnum", None) in hidden:
        return True
    group = named.get_object()
    members = group.get("/OCGs") if group.get("/Type") == "/OCMD" else None
    if members is None:
        return False
    listed = members if isinstance(members, list) else [group.raw_get("/OCGs")]
    return all(getattr(each, "idnum", None) in hidden for each in listed)


def _is_white(numbers: list[float]) -> bool:
    if len(numbers) == 4:  # cyan, magenta, yellow, black: ink, not light
        return max(numbers) <= 1 - _NEARLY_WHITE
    return min(numbers) >= _NEARLY_WHITE


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _box(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _lies_on(matrix: Matrix, painted: list[Box]) -> bool:
    x, y = matrix[4], matrix[5]
    return any(a - 1 <= x <= c + 1 and b - 1 <= y <= d + 1 for a, b, c, d in painted)
