"""Writes objects with any UTF-8, control bytes, what cursors escape and bytes that are no UTF-8 in their names.
put_many.py CONF POOL COUNT NAMESPACE..."""
import ctypes, json, random, sys
rados = ctypes.CDLL('librados.so.2')
cluster, io = ctypes.c_void_p(), ctypes.c_void_p()
assert rados.rados_create(ctypes.byref(cluster), None) == 0
assert rados.rados_conf_read_file(cluster, sys.argv[1].encode()) == 0
assert rados.rados_connect(cluster) == 0
assert rados.rados_ioctx_create(cluster, sys.argv[2].encode(), ctypes.byref(io)) == 0
pick = random.Random(7)
alphabet = ['a', 'Z', '0', '%', ':', '/', '_', '.', '\x01', '\t', '\x1f', '\x7f', 'ä', 'λ', '漢', '🐙', ' ', '\\']
pending = []
for i in range(int(sys.argv[3])):
    nspace = sys.argv[4:][i % len(sys.argv[4:])]
    name = ('%d' % i).encode() + ''.join(pick.choices(alphabet, k=pick.randrange(12))).encode()
    if i % 100 == 0: name += bytes([0xff, 0x80, 0xc3])
    key = b'' if i % 10 else b'key%d' % (i % 70)
    rados.rados_ioctx_set_namespace(io, nspace.encode())
    rados.rados_ioctx_locator_set_key(io, key or None)
    done = ctypes.c_void_p()
    rados.rados_aio_create_completion2(None, None, ctypes.byref(done))
    rados.rados_aio_write_full(io, name, done, b'x', ctypes.c_size_t(1))
    pending.append(done)
for done in pending:
    rados.rados_aio_wait_for_complete(done)
    assert rados.rados_aio_get_return_value(done) == 0
rados.rados_ioctx_destroy(io)
rados.rados_shutdown(cluster)
