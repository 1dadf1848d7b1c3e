"""Striped objects by libradosstriper, as JSON from stdin says; then what libradosstriper says of each, to stdout.
striped.py CONF POOL"""
import ctypes, hashlib, json, sys
rados, striping = ctypes.CDLL('librados.so.2'), ctypes.CDLL('libradosstriper.so.1')
P, Z, U64, U32 = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64, ctypes.c_uint
cluster, io, striper = P(), P(), P()
assert rados.rados_create(ctypes.byref(cluster), None) == 0
assert rados.rados_conf_read_file(cluster, sys.argv[1].encode()) == 0
assert rados.rados_connect(cluster) == 0
assert rados.rados_ioctx_create(cluster, sys.argv[2].encode(), ctypes.byref(io)) == 0
assert striping.rados_striper_create(io, ctypes.byref(striper)) == 0

def content(seed, length):
    out = b''
    while len(out) < length: out += hashlib.sha256(b'%d %d' % (seed, len(out))).digest() * 64
    return out[:length]

answers = []
for one in json.load(sys.stdin):
    soid = one['soid'].encode()
    assert striping.rados_striper_set_object_layout_stripe_unit(striper, U32(one['unit'])) == 0
    assert striping.rados_striper_set_object_layout_stripe_count(striper, U32(one['count'])) == 0
    assert striping.rados_striper_set_object_layout_object_size(striper, U32(one['size'])) == 0
    for seed, (offset, length) in enumerate(one['writes']):
        assert striping.rados_striper_write(striper, soid, content(seed, length), Z(length), U64(offset)) == 0
    if 'trunc' in one: assert striping.rados_striper_trunc(striper, soid, U64(one['trunc'])) == 0
    for name, value in one.get('xattrs', {}).items():
        assert striping.rados_striper_setxattr(striper, soid, name.encode(), value.encode(), Z(len(value))) == 0
    size, mtime = U64(), ctypes.c_int64()
    assert striping.rados_striper_stat(striper, soid, ctypes.byref(size), ctypes.byref(mtime)) == 0
    read = ctypes.create_string_buffer(size.value + 1)
    n = striping.rados_striper_read(striper, soid, read, Z(size.value), U64(0))
    assert n == size.value, n
    answers.append({'size': size.value, 'mtime': mtime.value, 'sha256': hashlib.sha256(read.raw[:n]).hexdigest()})
json.dump(answers, sys.stdout)
striping.rados_striper_destroy(striper)
rados.rados_ioctx_destroy(io)
rados.rados_shutdown(cluster)
