"""The frames of the command line's help and errors in Vietnamese: what argparse itself says.

Here: its English sentences and ours. Not here: what each command takes (commands/).
Invariant: a sentence without a translation is shown as argparse has it; nothing changes before a parser is made.
"""

from __future__ import annotations

import argparse

_WORDS = {
    "usage: ": "cách dùng: ",
    "positional arguments": "tham số",
    "options": "tùy chọn",
    "show this help message and exit": "in hướng dẫn này",
    "%(prog)s: error: %(message)s\n": "✗ %(prog)s: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "thiếu %s",
    "one of the arguments %s is required": "cần một trong các tham số %s",
    "unrecognized arguments: %s": "không có tham số %s",
    "not allowed with argument %s": "không dùng cùng với %s",
    "ignored explicit argument %r": "không nhận giá trị %r",
    "expected one argument": "cần một giá trị",
    "expected at most one argument": "chỉ nhận một giá trị",
    "expected at least one argument": "cần ít nhất một giá trị",
    "expected %s argument": "cần %s giá trị",
    "expected %s arguments": "cần %s giá trị",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s viết tắt của nhiều tùy chọn: %(matches)s",
    "invalid %(type)s value: %(value)r": "giá trị %(value)r không đúng dạng",
    "invalid choice: %(value)r (choose from %(choices)s)": "không có %(value)r; chọn một trong: %(choices)s",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "không có lệnh %(parser_name)r; các lệnh: %(choices)s",
}
# What stands for a value in the help, by the name of the value.
_VALUES = {
    "as_of": "NGÀY", "as_of_new": "NGÀY", "as_of_old": "NGÀY", "by": "HỌ_TÊN", "column": "CỘT", "file": "tệp",
    "form": "biểu", "limit": "SỐ", "name": "TÊN", "new": "mới", "number": "SỐ", "office": "THƯ_MỤC", "old": "cũ",
    "parent": "CẤP_TRÊN", "place": "ĐỊA_DANH", "port": "CỔNG", "reason": "LÝ_DO", "received_by": "LÚC", "row": "DÒNG",
    "seal": "DẤU", "signed_on": "NGÀY", "signer": "HỌ_TÊN", "unit": "ĐƠN_VỊ", "units": "đơn_vị", "version": "SỐ",
    "why": "LÝ_DO",
}  # fmt: skip


def name_values(parser: argparse.ArgumentParser) -> None:
    """Give every value of a command that has no name of its own for the reader one in Vietnamese."""
    for action in parser._actions:
        if action.metavar is None and action.choices is None and action.nargs != 0:
            period = "KỲ" if action.option_strings else "kỳ"
            action.metavar = period if action.dest == "period" else _VALUES.get(action.dest)


def speak_vietnamese() -> None:
    """Have argparse take its sentences from here; it asks for each by its English text."""
    vars(argparse).update(_=_said, ngettext=_counted)


def _said(text: str) -> str:
    return _WORDS.get(text, text)


def _counted(one: str, many: str, count: int) -> str:
    return _said(one if count == 1 else many)
