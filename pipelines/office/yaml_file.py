"""Reading a YAML file of the office into a validated object.

Here: loading and turning validation errors into sentences. Not here: any schema.
Invariant: an error names the file, the key and what is allowed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.office.errors import OfficeError

Model = TypeVar("Model", bound=BaseModel)


def load_validated(path: Path, schema: type[Model]) -> Model:
    """Read one YAML file as `schema`.

    Raises:
        OfficeError: the file is missing, is not YAML, or a key is wrong.
    """
    if not path.is_file():
        raise OfficeError(f"Không có tệp {path.name} trong {path.parent}. Hãy kiểm tra thư mục đơn vị (--office).")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise OfficeError(f"Tệp {path.name} không đọc được (YAML sai cú pháp): {error}") from error
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        lines = [f"Tệp {path.name} có {error.error_count()} chỗ sai:"]
        lines += [f"  - khóa «{_key(problem['loc'])}»: {_sentence(problem, schema)}" for problem in error.errors()]
        raise OfficeError("\n".join(lines)) from error


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(cả tệp)"


def _sentence(problem: object, schema: type[BaseModel]) -> str:
    assert isinstance(problem, dict)
    if problem["type"] == "extra_forbidden":
        return f"không có khóa này; cho phép: {', '.join(_allowed(schema, problem['loc']))}"
    if problem["type"] == "missing":
        return "thiếu khóa bắt buộc này"
    if problem["type"] == "literal_error":
        return f"giá trị {problem['input']!r} không được phép; cho phép: {problem['ctx']['expected']}"
    return f"giá trị {problem['input']!r}: {problem['msg']}"


def _allowed(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Names allowed beside the wrong key, found by walking the schema down to its parent."""
    current: type[BaseModel] = schema
    for part in location[:-1]:
        field = current.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        current = annotation
    return sorted(field.alias or name for name, field in current.model_fields.items())
