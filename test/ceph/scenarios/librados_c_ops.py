"""Compound ops by way of librados' C API, each step with its own result, printed.

Usage: librados_c_ops.py CONF POOL
"""
import ctypes
import sys
from ctypes import byref, c_char, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_uint64, c_void_p

CONF, POOL = sys.argv[1:]
lib = ctypes.CDLL('librados.so.2')
for name in ('rados_create_write_op', 'rados_create_read_op'):
    getattr(lib, name).restype = c_void_p

FAILOK = 2
RETURNVEC = 1024
EQ, NE, GT, GTE, LT, LTE = range(1, 7)
XXHASH32, XXHASH64, CRC32C = range(3)


def check(result):
    if result < 0:
        raise SystemExit(f'setup: {result}')


cluster, io = c_void_p(), c_void_p()
check(lib.rados_create2(byref(cluster), b'ceph', b'client.admin', c_uint64(0)))
check(lib.rados_conf_read_file(cluster, CONF.encode()))
check(lib.rados_connect(cluster))
check(lib.rados_ioctx_create(cluster, POOL.encode(), byref(io)))


class Write:
    def __init__(self, oid):
        self.oid, self.op, self.rvals = oid, c_void_p(lib.rados_create_write_op()), []

    def rval(self):
        self.rvals.append(c_int(-9999))
        return byref(self.rvals[-1])

    def __getattr__(self, name):
        call = getattr(lib, f'rados_write_op_{name}')

        def step(*args):
            call(self.op, *args)
            return self

        return step

    def bytes(self, name, data, *rest):
        getattr(lib, f'rados_write_op_{name}')(self.op, data, c_size_t(len(data)), *rest)
        return self

    def run(self, what, flags=0):
        result = lib.rados_write_op_operate(self.op, io, self.oid, None, c_int(flags))
        print(f'  {what}: {result} {[rval.value for rval in self.rvals]}')
        lib.rados_release_write_op(self.op)


class Read:
    def __init__(self, oid):
        self.oid, self.op, self.outs = oid, c_void_p(lib.rados_create_read_op()), []

    def read(self, offset, length):
        buf, got, rval = (c_char * max(length, 1))(), c_size_t(), c_int(-9999)
        lib.rados_read_op_read(self.op, c_uint64(offset), c_size_t(length), buf, byref(got), byref(rval))
        self.outs.append(lambda: (buf.raw[:got.value], rval.value))
        return self

    def stat(self):
        size, rval = c_uint64(), c_int(-9999)
        lib.rados_read_op_stat(self.op, byref(size), None, byref(rval))
        self.outs.append(lambda: (size.value, rval.value))
        return self

    def checksum(self, kind, init, offset, length, chunk, room):
        buf, rval = (c_char * room)(), c_int(-9999)
        lib.rados_read_op_checksum(
            self.op, c_int(kind), init, c_size_t(len(init)), c_uint64(offset), c_size_t(length),
            c_size_t(chunk), buf, c_size_t(room), byref(rval))
        self.outs.append(lambda: (buf.raw.hex(), rval.value))
        return self

    def cmpext(self, data, offset):
        rval = c_int(-9999)
        lib.rados_read_op_cmpext(self.op, data, c_size_t(len(data)), c_uint64(offset), byref(rval))
        self.outs.append(lambda: rval.value)
        return self

    def call(self, cls, method, data):
        buf, used, rval = (c_char * 200)(), c_size_t(), c_int(-9999)
        lib.rados_read_op_exec_user_buf(
            self.op, cls, method, data, c_size_t(len(data)), buf, c_size_t(200), byref(used), byref(rval))
        self.outs.append(lambda: (buf.raw[:used.value], rval.value))
        return self

    def cmpxattr(self, name, how, value):
        lib.rados_read_op_cmpxattr(self.op, name, c_uint8(how), value, c_size_t(len(value)))
        return self

    def assert_version(self, version):
        lib.rados_read_op_assert_version(self.op, c_uint64(version))
        return self

    def flags(self, flags):
        lib.rados_read_op_set_flags(self.op, c_int(flags))
        return self

    def run(self, what):
        result = lib.rados_read_op_operate(self.op, io, self.oid, c_int(0))
        print(f'  {what}: {result} {[out() for out in self.outs]}')
        lib.rados_release_read_op(self.op)


def cmp(op, name, how, value):
    lib.rados_write_op_cmpxattr(op.op, name, c_uint8(how), value, c_size_t(len(value)))
    return op


def setx(op, name, value):
    lib.rados_write_op_setxattr(op.op, name, value, c_size_t(len(value)))
    return op


def call(op, cls, method, data):
    lib.rados_write_op_exec(op.op, cls, method, data, c_size_t(len(data)), op.rval())
    return op


def cmpext(op, data, offset):
    lib.rados_write_op_cmpext(op.op, data, c_size_t(len(data)), c_uint64(offset), op.rval())
    return op


def version_after(call):
    call()
    lib.rados_get_last_version.restype = c_uint64
    return lib.rados_get_last_version(io)


print('writes')
setx(Write(b'x').bytes('write_full', b'0123456789'), b'a', b'mm').run('set up')
for how in (EQ, NE, GT, GTE, LT, LTE, 7):
    for value in (b'mm', b'm', b'mmm', b'n', b''):
        setx(cmp(Write(b'x'), b'a', how, value), b'b', b'').run(f'cmpxattr {how} {value}')
cmp(Write(b'x'), b'none', EQ, b'').run('cmpxattr of none')
cmp(Write(b'none'), b'a', EQ, b'').run('cmpxattr of nothing')
Write(b'none').assert_exists().bytes('append', b'x').run('assert_exists of nothing')
Write(b'x').assert_exists().bytes('append', b'A').run('assert_exists')
version = version_after(lambda: Write(b'x').bytes('append', b'B').run('append'))
for offset in (-1, 1, 0):
    op = Write(b'x')
    op.assert_version(c_uint64(version + offset)).bytes('append', b'V').run(f'assert_version {offset:+}')
cmpext(cmpext(Write(b'x'), b'0123', 0), b'9x', 9).bytes('append', b'C').run('cmpext')
cmpext(Write(b'none'), b'\0\0', 0).bytes('append', b'C').run('cmpext of nothing')
Write(b'failok').remove().set_flags(c_int(FAILOK)).bytes('append', b'x').run('remove that may fail')
Write(b'failok').create(c_int(1), None).set_flags(c_int(FAILOK)).bytes('append', b'y').run('create that may fail')
call(Write(b'cls'), b'hello', b'record_hello', b'you').run('call')
call(Write(b'cls'), b'hello', b'record_hello', b'you').run('call again')
call(Write(b'cls'), b'hello', b'write_return_data', b'').run('returns data')
call(Write(b'cls'), b'hello', b'write_return_data', b'').run('returns data, vec', RETURNVEC)
call(Write(b'cls'), b'hello', b'write_return_data', b'in').run('returns an error, vec', RETURNVEC)
call(Write(b'cls'), b'hello', b'write_too_much_return_data', b'').run('returns too much, vec', RETURNVEC)
Write(b'hint').set_alloc_hint(c_uint64(4 << 20), c_uint64(4096)).run('alloc hint')
Write(b'hint').truncate(c_uint64(100)).zero(c_uint64(10), c_uint64(10)).run('truncate and zero')
Write(b'empty').run('no steps')
Write(b'same').bytes('writesame', b'ab', c_size_t(6), c_uint64(1)).run('writesame')

print('reads')
Read(b'x').stat().read(0, 100).read(3, 4).read(100, 4).run('stat, reads')
Read(b'x').cmpxattr(b'a', EQ, b'mm').run('cmpxattr')
Read(b'x').cmpxattr(b'a', EQ, b'mm').stat().run('cmpxattr, stat')
Read(b'x').cmpxattr(b'a', EQ, b'mm').read(0, 2).run('cmpxattr, read')
Read(b'x').read(0, 2).cmpxattr(b'a', EQ, b'n').read(2, 2).run('a step that fails')
Read(b'x').read(0, 2).cmpxattr(b'a', EQ, b'n').flags(FAILOK).read(2, 2).run('a step that may fail')
Read(b'x').cmpext(b'0123', 0).run('cmpext')
Read(b'x').cmpext(b'0124', 0).read(0, 1).run('cmpext other')
Read(b'x').cmpext(b'89ABV\0\0', 8).run('cmpext beyond the end')
Read(b'x').call(b'hello', b'say_hello', b'me').read(0, 1).call(b'hello', b'replay', b'').run('calls')
Read(b'none').stat().run('of nothing')
for offset in (-1, 1):
    Read(b'x').assert_version(version + offset).stat().run(f'assert_version {offset:+}')
Read(b'x').assert_version(0).stat().run('assert_version 0')
ones = b'\xff' * 4
for kind, init, size in ((XXHASH32, b'\1\2\3\4', 4), (XXHASH64, b'\1\2\3\4\5\6\7\x08', 8), (CRC32C, ones, 4)):
    Read(b'hint').checksum(kind, init, 0, 0, 0, size + 4).run(f'checksum {kind}')
    Read(b'x').checksum(kind, init, 1, 8, 4, 2 * size + 4).run(f'checksum {kind} of chunks')
    Read(b'x').checksum(kind, init, 0, 9, 4, size + 4).run(f'checksum {kind} uneven')
    Read(b'x').checksum(kind, init, 8, 8, 4, size + 4).run(f'checksum {kind} beyond the end')
    Read(b'x').checksum(kind, init, 100, 8, 4, size + 4).run(f'checksum {kind} behind the end')
Read(b'x').checksum(CRC32C, ones, 0, 0, 4, 8).run('checksum of chunks of all')

lib.rados_ioctx_destroy(io)
lib.rados_shutdown(cluster)
