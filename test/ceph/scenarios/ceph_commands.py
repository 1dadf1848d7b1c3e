"""Runs the stock `ceph` once for each list of words of a JSON list on standard input, one after the other.

Prints a JSON list of {code, stdout, stderr}. Each runs in a child of its own, which has the program loaded.
"""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import sys
import tempfile


def load_ceph():
    loader = importlib.machinery.SourceFileLoader('ceph_program', shutil.which('ceph'))
    spec = importlib.util.spec_from_loader('ceph_program', loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def end_like_a_program(ceph):
    try:
        code = ceph.main() or 0
    except SystemExit as exit:
        code = exit.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(ceph, words):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(stdout.fileno(), 1)
            os.dup2(stderr.fileno(), 2)
            sys.argv = ['ceph', *words]
            end_like_a_program(ceph)
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode('latin1'))
        return {'code': os.waitstatus_to_exitcode(status), 'stdout': texts[0], 'stderr': texts[1]}


if __name__ == '__main__':
    program = load_ceph()
    results = [run(program, words) for words in json.load(sys.stdin)]
    json.dump(results, sys.stdout)
