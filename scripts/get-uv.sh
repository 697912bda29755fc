#!/bin/sh
# Make sure uv is there: on PATH, in .tools, or installed into .tools by whatever this machine has.
set -eu
command -v uv >/dev/null 2>&1 && exit 0
[ -x .tools/bin/uv ] && exit 0
# What pip has to say of itself is nothing for the officer.
export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_WARN_SCRIPT_LOCATION=1
echo "· Cài uv (công cụ tạo môi trường Python) vào .tools …"
if python3 -m venv .tools 2>/dev/null && .tools/bin/python -m pip install --quiet uv; then exit 0; fi
rm -rf .tools
# Debian without python3-venv: pip alone can install into a folder of its own.
if python3 -m pip --version >/dev/null 2>&1 && python3 -m pip install --quiet --target .tools uv; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    rm -rf .tools && python3 -m venv .tools && .tools/bin/python -m pip install --quiet uv && exit 0
fi
echo "✗ Không cài được uv. Hãy cài gói python3-venv (apt-get install python3-venv) rồi chạy lại." >&2
exit 1
