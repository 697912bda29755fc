"""Settings of what counts and what reads: the engine of the models, the processes that read files.

Here: the schema of `warehouse` and `reading` in office.yaml. Not here: the engines (warehouse).
Invariant: no figure, document or key of an answer depends on them; no secret stands in them.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.office.secret_names import names_a_secret

# A folder, or an address in a storage; nothing that SQL, a shell's pattern or an address reads as something else.
_FOLDER = r"/[^\s'\"*?\[\]{}\\%#:]*"
_STORAGE = r"[a-z][a-z0-9+.-]*://[^\s'\"*?\[\]{}\\%#/:]+(:\d{1,5})?(/(?!\.{1,2}(/|$))[^\s'\"*?\[\]{}\\%#/:]+)*/?"
# A server of Spark Connect; of its parameters those that are no secret and name no session of somebody else.
_REMOTE = r"sc://[^\s/:;@]+(:\d{1,5})?(/(;(use_ssl|user_id|user_agent)=[^\s;]*)*)?"
# Where Spark itself may run, as it names the places.
_MASTER = r"local(\[(\d+|\*)(,\s*\d+)?\])?|yarn|(spark|k8s)://\S+"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WarehouseSection(_Strict):
    """The engine that builds the models; figures and documents are the same with either (docs/scale.md).

    Spark is one that a run begins and ends: `master` says where (local[2], spark://host:7077, yarn), `memory` is that
    of its driver, and every part of it must see the office's folder `data`. Or it is a server that is there: `remote`
    (Spark Connect); rows go to it and come back over the connection. Where `shared` is set, rows go and come through it
    in either case: a folder that both see under the same path, or an address in a storage that both reach (s3://bucket/…),
    with options and secrets from the environment. `options` go to Spark as they are.
    """

    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str = "local[2]"
    memory: str = Field("4g", pattern=r"^\d+[mg]$")
    remote: str | None = None
    shared: str | None = None
    options: dict[str, str | int | bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_spark(self) -> WarehouseSection:
        own = [name for name in ("master", "memory") if name in self.model_fields_set]
        if self.remote and own:
            raise ValueError(
                f"đã có remote (máy chủ Spark đang chạy) thì bỏ {' và '.join(own)}: chỉ cho Spark do kstt khởi động"
            )
        return self

    @field_validator("master")
    @classmethod
    def _master(cls, given: str) -> str:
        if not re.fullmatch(_MASTER, given):
            raise ValueError("master là local[2], local[*], yarn, spark://máy:7077 hoặc k8s://…")
        return given

    @field_validator("options")
    @classmethod
    def _open_options(cls, given: dict[str, str | int | bool]) -> dict[str, str | int | bool]:
        if "" in given:
            raise ValueError("options có một mục không tên")
        if secret := sorted(filter(names_a_secret, given)):
            raise ValueError(
                f"options chứa bí mật ({', '.join(secret)}); đặt ở cấu hình của Spark hoặc biến môi trường"
            )
        return given

    @field_validator("shared")
    @classmethod
    def _place(cls, given: str | None) -> str | None:
        if given is not None and not re.fullmatch(f"{_FOLDER}|{_STORAGE}", given):  # not shown: it may hold a secret
            raise ValueError(
                "shared là thư mục (/mnt/kstt) hoặc địa chỉ kho mà cả hai phía đều dùng (s3://bucket/thư-mục), "
                "không có dấu cách, ký tự đặc biệt, mật khẩu; tài khoản đặt ở biến môi trường"
            )
        return given

    @field_validator("remote")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        if given is not None and "token=" in given:  # the address itself is not shown: it holds the secret
            raise ValueError("remote chứa bí mật; bỏ token, đặt nó ở biến môi trường SPARK_CONNECT_AUTHENTICATE_TOKEN")
        if given is not None and not re.fullmatch(_REMOTE, given):
            raise ValueError("remote là địa chỉ Spark Connect: sc://máy-chủ:15002, hoặc sc://máy-chủ:443/;use_ssl=true")
        return given


class ReadingSection(_Strict):
    """Who reads files; what they say is the same (docs/scale.md).

    Processes of this machine, as many as `processes`; or tasks of the Spark that section `warehouse` names, as many as
    are worth it: every worker must have this software and see the office's folder `data` under the same path.
    """

    by: Literal["processes", "spark"] = "processes"
    processes: int = Field(1, ge=1, le=64)

    @model_validator(mode="after")
    def _one_way(self) -> ReadingSection:
        if self.by == "spark" and "processes" in self.model_fields_set:
            raise ValueError("by: spark thì bỏ processes: Spark tự chia số tác vụ")
        return self
