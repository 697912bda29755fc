"""Reading a YAML file of the office into a validated object.

Here: loading, where a key stands, turning validation errors into sentences. Not here: any schema.
Invariant: an error names file, line, column, key and what is allowed; a key written twice is an error, never a choice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, RootModel, ValidationError

from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]

# Eight times as quick as the one in Python; not every build of PyYAML has libyaml.
QUICK_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What is asked of a value, by pydantic's own name for the fault.
_WANTED = {
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "bool_parsing": "phải là true hoặc false",
    "bool_type": "phải là true hoặc false",
    "string_type": "phải là chữ (đặt trong ngoặc kép nếu là số hoặc ngày)",
    "list_type": "phải là danh sách (mỗi dòng bắt đầu bằng dấu -)",
    "dict_type": "phải là các khóa và giá trị",
    "model_type": "phải là các khóa và giá trị",
    "date_from_datetime_parsing": "phải là ngày, dạng 2021-03-14",
    "date_parsing": "phải là ngày, dạng 2021-03-14",
    "date_type": "phải là ngày, dạng 2021-03-14",
    "datetime_parsing": "phải là thời điểm, dạng 2021-03-14T08:00:00+07:00",
    "datetime_from_date_parsing": "phải là thời điểm, dạng 2021-03-14T08:00:00+07:00",
    "datetime_type": "phải là thời điểm, dạng 2021-03-14T08:00:00+07:00",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
    "string_too_short": "phải có ít nhất {min_length} ký tự",
    "string_pattern_mismatch": "không đúng dạng {pattern}",
    "union_tag_invalid": "không được phép; cho phép: {expected_tags}",
    "union_tag_not_found": "thiếu khóa {discriminator}",
}


def load_validated(path: Path, schema: type[Model]) -> Model:
    """Read one YAML file as `schema`.

    Raises:
        OfficeError: the file is missing, is not YAML, or a key is wrong or written twice.
    """
    node = _root(path)
    faults = [f"dòng {line}, cột {column}, khóa «{key}»: viết hai lần" for key, line, column in _twice(node, ())]
    try:
        content = {} if node is None else yaml.SafeLoader("").construct_document(node)
        loaded = schema.model_validate({} if content is None else content)
    except yaml.YAMLError as error:
        raise OfficeError(f"Tệp {path.name} không đọc được (YAML sai cú pháp): {_syntax(error)}") from error
    except ValidationError as error:
        faults += [f"{_place(node, problem)}: {_sentence(problem, schema)}" for problem in error.errors()]
        raise OfficeError(_faults_text(path, faults)) from error
    if faults:
        raise OfficeError(_faults_text(path, faults))
    return loaded


def place_of(path: Path, *location: int | str) -> str:
    """Return file, line, column and key of a place in a YAML file, as errors name it."""
    try:
        line, column = _position(_root(path), location)
    except OfficeError:
        return f"{path.name}, khóa «{_key(location)}»"
    return f"{path.name}, dòng {line}, cột {column}, khóa «{_key(location)}»"


def _faults_text(path: Path, faults: list[str]) -> str:
    return "\n".join([f"Tệp {path.name} có {len(faults)} chỗ sai:", *(f"  - {fault}" for fault in faults)])


def _root(path: Path) -> yaml.Node | None:
    if not path.is_file():
        raise OfficeError(f"Không có tệp {path.name} trong {path.parent}. Hãy kiểm tra thư mục đơn vị (--office).")
    try:
        return _composed(path.read_text(encoding="utf-8-sig"))
    except yaml.YAMLError as error:
        raise OfficeError(f"Tệp {path.name} không đọc được (YAML sai cú pháp): {_syntax(error)}") from error
    except UnicodeDecodeError as error:
        raise OfficeError(f"Tệp {path.name} không phải chữ UTF-8; lưu lại bằng mã UTF-8.") from error


def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text; what libyaml refuses the reader in Python reads, whose words our errors give."""
    if QUICK_LOADER is not yaml.SafeLoader:
        with contextlib.suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=QUICK_LOADER)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _syntax(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"dòng {mark.line + 1}, cột {mark.column + 1}: {problem}" if mark else problem


def _twice(node: yaml.Node | None, above: Location) -> Iterator[tuple[str, int, int]]:
    """Yield key, line and column of every key a mapping has a second time: YAML would keep the last one only."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            location = (*above, str(key.value))
            if str(key.value) in seen and key.value != "<<":
                yield _key(location), key.start_mark.line + 1, key.start_mark.column + 1
            seen.add(str(key.value))
            yield from _twice(value, location)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _twice(item, (*above, number))


def _position(node: yaml.Node | None, location: Location) -> tuple[int, int]:
    """Return line and column of the last part of a location that is in the file: of its key, or of its item."""
    line, column = 1, 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if str(key.value) == str(part)), None)
            if found is None:
                continue  # a tag of a union, or a key that is missing
            mark, node = found[0].start_mark, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
        else:
            continue
        line, column = mark.line + 1, mark.column + 1
    return line, column


def _place(node: yaml.Node | None, problem: Any) -> str:
    line, column = _position(node, problem["loc"])
    return f"dòng {line}, cột {column}, khóa «{_key(problem['loc'])}»"


def _key(location: Location) -> str:
    return ".".join(str(part) for part in location) or "(cả tệp)"


def _sentence(problem: Any, schema: type[BaseModel]) -> str:
    kind, given = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        allowed = _allowed(schema, problem["loc"])
        near = nearest(str(problem["loc"][-1]), allowed)
        return f"không có khóa này; cho phép: {', '.join(allowed)}{near}"
    if kind == "missing":
        return "thiếu khóa bắt buộc này"
    if kind == "literal_error":
        allowed = problem["ctx"]["expected"]
        names = [name.strip(" '") for name in allowed.replace(" or ", ", ").split(",")]
        return f"giá trị {given!r} không được phép; cho phép: {allowed}{nearest(str(given), names)}"
    if kind == "value_error":
        return str(problem["ctx"]["error"])
    wanted = _WANTED.get(kind)
    return f"giá trị {given!r}: {wanted.format(**problem.get('ctx', {})) if wanted else problem['msg']}"


def _allowed(schema: type[BaseModel], location: Location) -> list[str]:
    """Names allowed beside the wrong key, found by walking the schema down to its parent."""
    current = list(_models(schema.model_fields["root"].annotation)) if issubclass(schema, RootModel) else [schema]
    for part in location[:-1]:
        fields = [model.model_fields[str(part)] for model in current if str(part) in model.model_fields]
        if fields:
            current = [model for field in fields for model in _models(field.annotation)]
    return sorted({field.alias or name for model in current for name, field in model.model_fields.items()})


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models an annotation may hold: itself, or those inside a list, a mapping or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models(inside)
