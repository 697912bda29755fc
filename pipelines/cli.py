"""Command `kstt`.

Here: the list of commands, errors as sentences. Not here: what a command does (commands/, one module each).
Invariant: quick to start (nothing heavy imported before it is needed); an officer never sees a stack trace.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys

from pipelines.commands.argument_words import name_values, speak_vietnamese
from pipelines.commands.common import umask
from pipelines.commands.stopping import STOPPED, stoppable
from pipelines.ingest.memory import collect_seldom
from pipelines.office.errors import OfficeError
from pipelines.office.interruption import was_stopped

# In the order of `kstt --help`; command «what-if» is module commands/what_if.py.
COMMANDS = (
    "init", "check", "profile", "doctor",
    "run", "receive", "received", "units", "letters", "templates", "words", "inspect", "status", "board", "mend",
    "returns", "trace", "recount", "diff", "what-if", "issue", "sign", "versions", "numbers", "verify", "reproduce",
    "audit-copy", "send-up", "withdraw", "accept", "catalogue", "backup", "restore", "ui", "serve", "notify",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code (0 done, 1 something to mend, 2 wrong command line)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console of any code page takes our letters; tests have their own
            stream.reconfigure(encoding="utf-8", errors="replace")
    collect_seldom()
    parsed = _parser().parse_args(arguments)
    try:
        os.umask(umask(parsed))
        with stoppable():
            return int(parsed.command(parsed))
    except OfficeError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    # Whatever else is raised is our fault or the machine's: the officer reads a sentence, the log has the rest.
    except BaseException as error:
        if was_stopped(error):
            print("✗ Đã dừng theo yêu cầu. Chạy lại lệnh khi cần; việc dở dang không được tính.", file=sys.stderr)
            return STOPPED
        if not isinstance(error, Exception):  # a way out, not a fault
            raise
        from pipelines.commands.error_log import unexpected

        print(f"✗ {unexpected(parsed.office, parsed.name, error)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    speak_vietnamese()
    parser = argparse.ArgumentParser(prog="kstt", description="Kho số liệu và báo cáo kiểm soát thủ tục hành chính.")
    parser.add_argument("--office", default=None, help="thư mục đơn vị (mặc định: KSTT_OFFICE hoặc sample_office)")
    name_values(parser)
    commands = parser.add_subparsers(required=True, metavar="lệnh", dest="name")
    for name in COMMANDS:
        module = importlib.import_module(f"pipelines.commands.{name.replace('-', '_')}")
        command = commands.add_parser(name, help=module.HELP)
        module.arguments(command)
        name_values(command)
        command.set_defaults(command=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
