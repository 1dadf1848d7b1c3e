"""Lists as librados does: page by page, by slices, from hash positions, with a filter; names in hexadecimal.
list_objects.py CONF POOL POSITIONS"""
import ctypes, json, sys
rados = ctypes.CDLL('librados.so.2')
P, Z = ctypes.c_void_p, ctypes.c_size_t
cluster, io = P(), P()
assert rados.rados_create(ctypes.byref(cluster), None) == 0
assert rados.rados_conf_read_file(cluster, sys.argv[1].encode()) == 0
assert rados.rados_connect(cluster) == 0
assert rados.rados_ioctx_create(cluster, sys.argv[2].encode(), ctypes.byref(io)) == 0
rados.rados_ioctx_set_namespace(io, b'\x01')
class Item(ctypes.Structure):
    _fields_ = [('oidLength', Z), ('oid', P), ('nspaceLength', Z), ('nspace', P), ('locatorLength', Z), ('locator', P)]
for name in ('begin', 'end'): getattr(rados, 'rados_object_list_' + name).restype = P
text = lambda at, length: ctypes.string_at(at, length).hex() if length else ''
def listed(start, finish, count, filter):
    items, next = (Item * count)(), P(rados.rados_object_list_begin(io))
    n = rados.rados_object_list(io, P(start), P(finish), Z(count), filter, Z(len(filter)), items, ctypes.byref(next))
    assert n >= 0, n
    out = [[text(i.nspace, i.nspaceLength), text(i.oid, i.oidLength), text(i.locator, i.locatorLength)] for i in items[:n]]
    rados.rados_object_list_free(Z(n), items)
    return out, next.value
def every(start, finish, count, filter=b''):
    out = []
    while not rados.rados_object_list_is_end(io, P(start)) and rados.rados_object_list_cursor_cmp(io, P(start), P(finish)) < 0:
        some, start = listed(start, finish, count, filter)
        out += some
    return out
begin, end = rados.rados_object_list_begin(io), rados.rados_object_list_end(io)
def part(n, m):
    a, b = P(rados.rados_object_list_begin(io)), P(rados.rados_object_list_begin(io))
    rados.rados_object_list_slice(io, P(begin), P(end), Z(n), Z(m), ctypes.byref(a), ctypes.byref(b))
    return every(a.value, b.value, 100)
def seek(position):
    list = P()
    assert rados.rados_nobjects_list_open(io, ctypes.byref(list)) == 0
    rados.rados_nobjects_list_seek(list, ctypes.c_uint32(position))
    oid, key, nspace, a, b, c = P(), P(), P(), Z(), Z(), Z()
    assert rados.rados_nobjects_list_next2(list, *map(ctypes.byref, (oid, key, nspace, a, b, c))) == 0
    found = [text(nspace.value, c.value), text(oid.value, a.value), text(key.value, b.value)]
    rados.rados_nobjects_list_close(list)
    return found
le = lambda s: len(s).to_bytes(4, 'little') + s
json.dump({
    'all': every(begin, end, 1000),
    'parts': [part(n, 5) for n in range(5)],
    'seeks': [seek(p) for p in json.loads(sys.argv[3])],
    'filtered': every(begin, end, 1000, le(b'plain') + le(b'_colour') + le(b'red')),
}, sys.stdout)
rados.rados_shutdown(cluster)
