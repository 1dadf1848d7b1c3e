"""What stock librados gets from a cluster, op by op, printed: the same script on two clusters prints the same.

Usage: librados_ops.py CONF POOL
"""
import struct
import sys

import rados

CONF, POOL = sys.argv[1:]


def attempt(what, call):
    try:
        result = call()
    except rados.Error as error:
        result = f'{type(error).__name__} {error.errno}'
    except Exception as error:  # what python-rados itself refuses
        result = f'{type(error).__name__} {error}'
    print(f'  {what}: {result!r}')
    return result


def stat(ioctx, oid):
    attempt(f'stat {oid}', lambda: ioctx.stat(oid)[0])


def read(ioctx, oid, length=8192, offset=0):
    attempt(f'read {oid} {offset}~{length}', lambda: ioctx.read(oid, length, offset))


def write_op(ioctx, oid, *steps, flags=0):
    def run():
        with rados.WriteOpCtx() as op:
            for step in steps:
                step(op)
            ioctx.operate_write_op(op, oid, flags=flags)
        return ioctx.get_last_version() >= 0

    return run


def omap(ioctx, oid, start='', prefix='', count=100):
    def run():
        with rados.ReadOpCtx() as op:
            values, ret = ioctx.get_omap_vals(op, start, prefix, count)
            ioctx.operate_read_op(op, oid)
            return list(values), ret

    return run


def data(ioctx):
    attempt('write', lambda: ioctx.write('d', b'0123456789', 4))
    read(ioctx, 'd')
    stat(ioctx, 'd')
    attempt('write over', lambda: ioctx.write('d', b'abc', 6))
    read(ioctx, 'd')
    read(ioctx, 'd', 3, 5)
    read(ioctx, 'd', 3, 13)
    read(ioctx, 'd', 3, 14)
    read(ioctx, 'd', 3, 1000)
    attempt('append', lambda: ioctx.append('d', b'END'))
    read(ioctx, 'd')
    attempt('trunc', lambda: ioctx.trunc('d', 5))
    read(ioctx, 'd')
    attempt('trunc up', lambda: ioctx.trunc('d', 9))
    read(ioctx, 'd')
    attempt('trunc of nothing', lambda: ioctx.trunc('none', 9))
    stat(ioctx, 'none')
    attempt('write_full', lambda: ioctx.write_full('d', b'whole'))
    read(ioctx, 'd')
    attempt('write_full empty', lambda: ioctx.write_full('d', b''))
    stat(ioctx, 'd')
    attempt('writesame', lambda: ioctx.writesame('d', b'xy', 10, 3))
    read(ioctx, 'd')
    attempt('writesame uneven', lambda: ioctx.writesame('d', b'xyz', 10, 3))
    attempt('append to nothing', lambda: ioctx.append('fresh', b'first'))
    read(ioctx, 'fresh')
    attempt('remove', lambda: ioctx.remove_object('d'))
    attempt('remove again', lambda: ioctx.remove_object('d'))
    read(ioctx, 'd')
    stat(ioctx, 'd')
    attempt('too far', lambda: ioctx.write('far', b'x', 128 * 1024 * 1024))
    attempt('trunc too far', lambda: ioctx.trunc('fresh', 1 << 40))
    attempt('write very far', lambda: ioctx.write('fresh', b'x', 1 << 62))
    for offset in (1 << 53, 1 << 62, (1 << 64) - 1):
        read(ioctx, 'fresh', 10, offset)
    attempt('trunc very far', lambda: ioctx.trunc('fresh', 1 << 63))
    attempt('no name', lambda: ioctx.write('', b'x'))
    attempt('long name', lambda: ioctx.write('n' * 2049, b'x'))
    attempt('longest name', lambda: ioctx.write('n' * 2000, b'x'))


def write_ops(ioctx):
    attempt('create', write_op(ioctx, 'w', lambda op: op.new(rados.LIBRADOS_CREATE_EXCLUSIVE)))
    attempt('create again', write_op(ioctx, 'w', lambda op: op.new(rados.LIBRADOS_CREATE_EXCLUSIVE)))
    attempt('create not exclusive', write_op(ioctx, 'w', lambda op: op.new(rados.LIBRADOS_CREATE_IDEMPOTENT)))
    attempt('write, append, zero', write_op(
        ioctx, 'w', lambda op: op.write(b'0123456789'), lambda op: op.append(b'abc'), lambda op: op.zero(2, 3)))
    read(ioctx, 'w')
    attempt('zero to the end', write_op(ioctx, 'w', lambda op: op.zero(8, 100)))
    read(ioctx, 'w')
    attempt('zero behind the end', write_op(ioctx, 'w', lambda op: op.zero(50, 10)))
    stat(ioctx, 'w')
    attempt('truncate', write_op(ioctx, 'w', lambda op: op.truncate(3)))
    read(ioctx, 'w')
    attempt('cmpext same', write_op(ioctx, 'w', lambda op: op.cmpext(b'01', 0), lambda op: op.write(b'Z', 0)))
    read(ioctx, 'w')
    attempt('cmpext other', write_op(ioctx, 'w', lambda op: op.cmpext(b'Z9', 0), lambda op: op.write(b'Y', 0)))
    read(ioctx, 'w')
    attempt('cmpext read', lambda: ioctx.cmpext('w', b'Z1', 0))
    attempt('cmpext read other', lambda: ioctx.cmpext('w', b'Z9', 0))
    attempt('remove', write_op(ioctx, 'w', lambda op: op.remove()))
    attempt('remove and write', write_op(ioctx, 'w', lambda op: op.write_full(b'x'), lambda op: op.remove()))
    stat(ioctx, 'w')
    attempt('remove then create', write_op(
        ioctx, 'fresh', lambda op: op.remove(), lambda op: op.new(rados.LIBRADOS_CREATE_IDEMPOTENT), lambda op: op.write(b'new')))
    read(ioctx, 'fresh')


def xattrs(ioctx):
    attempt('get of nothing', lambda: ioctx.get_xattr('x', 'a'))
    attempt('set', lambda: ioctx.set_xattr('x', 'b', b'two'))
    attempt('set', lambda: ioctx.set_xattr('x', 'a', b'one\0\xff'))
    attempt('set empty', lambda: ioctx.set_xattr('x', 'c', b''))
    attempt('get', lambda: ioctx.get_xattr('x', 'a'))
    attempt('get empty', lambda: ioctx.get_xattr('x', 'c'))
    attempt('get missing', lambda: ioctx.get_xattr('x', 'z'))
    attempt('all', lambda: list(ioctx.get_xattrs('x')))
    attempt('rm', lambda: ioctx.rm_xattr('x', 'a'))
    attempt('rm missing', lambda: ioctx.rm_xattr('x', 'zz'))
    attempt('rm of nothing', lambda: ioctx.rm_xattr('none', 'a'))
    attempt('all', lambda: list(ioctx.get_xattrs('x')))
    attempt('long name', lambda: ioctx.set_xattr('x', 'n' * 101, b'v'))
    attempt('longest name', lambda: ioctx.set_xattr('x', 'n' * 100, b'v'))
    stat(ioctx, 'x')


def omaps(ioctx):
    attempt('of nothing', omap(ioctx, 'o'))
    attempt('set', write_op(ioctx, 'o', lambda op: ioctx.set_omap(op, ('b', 'a', 'c', 'ab'), (b'2', b'1', b'', b'12'))))
    attempt('all', omap(ioctx, 'o'))
    attempt('after a', omap(ioctx, 'o', 'a'))
    attempt('prefix a', omap(ioctx, 'o', '', 'a'))
    attempt('one', omap(ioctx, 'o', '', '', 1))

    def keys():
        with rados.ReadOpCtx() as op:
            found, ret = ioctx.get_omap_keys(op, 'a', 2)
            ioctx.operate_read_op(op, 'o')
            return list(found), ret

    def by_keys(wanted):
        def run():
            with rados.ReadOpCtx() as op:
                found, ret = ioctx.get_omap_vals_by_keys(op, wanted)
                ioctx.operate_read_op(op, 'o')
                return list(found), ret

        return run

    attempt('keys', keys)
    attempt('by keys', by_keys(('c', 'none', 'a')))
    attempt('rm keys', write_op(ioctx, 'o', lambda op: ioctx.remove_omap_keys(op, ('a', 'none'))))
    attempt('all', omap(ioctx, 'o'))
    many = [f'k{i:04}' for i in range(1500)]
    attempt('set many', write_op(ioctx, 'o', lambda op: ioctx.set_omap(op, many, [b'v'] * len(many))))

    def count(start):
        with rados.ReadOpCtx() as op:
            found, _ = ioctx.get_omap_vals(op, start, 'k', 2000)
            ioctx.operate_read_op(op, 'o')
            names = [name for name, _ in found]
            return len(names), names[-1:]

    attempt('first page', lambda: count(''))
    attempt('second page', lambda: count('k1023'))
    if hasattr(ioctx, 'remove_omap_range2'):
        attempt('rm range', write_op(ioctx, 'o', lambda op: ioctx.remove_omap_range2(op, 'k0001', 'k1499')))
        attempt('all', omap(ioctx, 'o'))
    attempt('clear', write_op(ioctx, 'o', lambda op: ioctx.clear_omap(op)))
    attempt('all', omap(ioctx, 'o'))
    attempt('clear of nothing', write_op(ioctx, 'none', lambda op: ioctx.clear_omap(op)))
    attempt('clear and set', write_op(
        ioctx, 'o', lambda op: ioctx.clear_omap(op), lambda op: ioctx.set_omap(op, ('n',), (b'new',))))
    attempt('all', omap(ioctx, 'o'))
    for cmp in (rados.LIBRADOS_CMPXATTR_OP_EQ, rados.LIBRADOS_CMPXATTR_OP_GT, rados.LIBRADOS_CMPXATTR_OP_LT):
        attempt(f'omap_cmp {cmp}', write_op(
            ioctx, 'o', lambda op: op.omap_cmp('n', 'new', cmp), lambda op: op.write_full(b'guarded')))


def listing(ioctx):
    names = [f'l{i}' for i in range(60)] + ['umlaut-äöü', 'with space', 'sl/ash', 'new\nline', 'quote"']
    for name in names:
        ioctx.write_full(name, name.encode())
    ioctx.set_namespace('ns')
    ioctx.write_full('in ns', b'')
    ioctx.set_namespace('')
    ioctx.set_locator_key('key')
    ioctx.write_full('by key', b'k')
    ioctx.set_locator_key('')
    attempt('without its key', lambda: ioctx.read('by key'))
    attempt('all', lambda: [(o.key, o.nspace) for o in ioctx.list_objects()])
    ioctx.set_namespace('ns')
    attempt('of a namespace', lambda: [(o.key, o.nspace) for o in ioctx.list_objects()])
    ioctx.set_namespace(rados.LIBRADOS_ALL_NSPACES)
    attempt('of all', lambda: sorted((o.key, o.nspace or '') for o in ioctx.list_objects()))
    ioctx.set_namespace('')


def snapshots(ioctx):
    """With snapshot ids that no monitor has given: an OSD does not ask."""
    ioctx.write_full('s', b'zero')
    ioctx.set_xattr('s', 'a', b'0')
    ioctx.set_self_managed_snap_write([4])
    ioctx.write('s', b'FOUR', 2)
    ioctx.set_xattr('s', 'a', b'4')
    ioctx.set_self_managed_snap_write([7, 5, 4])
    ioctx.append('s', b'7')
    attempt('bad context', lambda: ioctx.set_self_managed_snap_write([4, 7]))
    ioctx.set_self_managed_snap_write([7, 5, 4])
    for snap in (rados.LIBRADOS_SNAP_HEAD, 4, 5, 6, 7, 3, 9):
        ioctx.set_read(snap)
        print(f'  at {snap}')
        read(ioctx, 's')
        stat(ioctx, 's')
        attempt('xattr', lambda: ioctx.get_xattr('s', 'a'))
    ioctx.set_read(rados.LIBRADOS_SNAP_HEAD)
    ioctx.rollback_self_managed_snap('s', 4)
    read(ioctx, 's')
    attempt('xattr', lambda: ioctx.get_xattr('s', 'a'))
    ioctx.rollback_self_managed_snap('s', 7)
    read(ioctx, 's')
    attempt('remove', lambda: ioctx.remove_object('s'))
    attempt('remove again', lambda: ioctx.remove_object('s'))
    read(ioctx, 's')
    attempt('listed', lambda: [o.key for o in ioctx.list_objects() if o.key == 's'])
    ioctx.set_read(7)
    read(ioctx, 's')
    ioctx.set_read(rados.LIBRADOS_SNAP_HEAD)
    ioctx.rollback_self_managed_snap('s', 4)
    read(ioctx, 's')
    attempt('rollback of nothing', lambda: ioctx.rollback_self_managed_snap('none', 4))
    ioctx.set_self_managed_snap_write([])


def clones(ioctx):
    """Left behind for `rados listsnaps`."""
    ioctx.write_full('many clones', b'0123456789')
    ioctx.set_self_managed_snap_write([2])
    ioctx.write('many clones', b'X', 2)
    ioctx.set_self_managed_snap_write([5, 4, 2])
    ioctx.write('many clones', b'YZ', 9)
    ioctx.set_self_managed_snap_write([6, 5, 4, 2])
    ioctx.write('many clones', b'W')
    ioctx.set_self_managed_snap_write([8, 6, 5, 4, 2])
    ioctx.trunc('many clones', 4)
    ioctx.set_self_managed_snap_write([9, 8, 6, 5, 4, 2])
    ioctx.rollback_self_managed_snap('many clones', 2)
    ioctx.set_self_managed_snap_write([11, 9, 8, 6, 5, 4, 2])
    attempt('zero', write_op(ioctx, 'many clones', lambda op: op.zero(1, 3)))
    ioctx.set_self_managed_snap_write([12, 11, 9, 8, 6, 5, 4, 2])
    ioctx.write_full('many clones', b'less')
    ioctx.set_self_managed_snap_write([13, 12, 11, 9, 8, 6, 5, 4, 2])
    ioctx.set_xattr('many clones', 'a', b'b')
    ioctx.set_self_managed_snap_write([])


def classes(ioctx):
    execute = lambda oid, cls, method, data: attempt(  # noqa: E731
        f'{cls}.{method} {oid}', lambda: ioctx.execute(oid, cls, method, data))
    execute('c', 'hello', 'say_hello', b'')
    execute('c', 'hello', 'record_hello', b'me')
    execute('c', 'hello', 'record_hello', b'me')
    execute('c', 'hello', 'say_hello', b'you')
    execute('c', 'hello', 'say_hello', b'x' * 101)
    execute('c', 'hello', 'replay', b'')
    execute('c', 'hello', 'turn_it_to_11', b'')
    execute('c', 'hello', 'replay', b'')
    execute('c', 'hello', 'write_return_data', b'')
    execute('c', 'hello', 'write_return_data', b'in')
    execute('c', 'hello', 'bad_reader', b'')
    execute('c', 'hello', 'bad_writer', b'')
    execute('c', 'hello', 'none', b'')
    execute('c', 'none', 'none', b'')
    string = lambda text: struct.pack('<I', len(text)) + text  # noqa: E731
    for number in (b'5', b'-1.5', b'1e20', b'nonsense'):
        execute('c', 'numops', 'add', string(b'n') + string(number))
        attempt('n', omap(ioctx, 'c'))
    execute('c', 'numops', 'mul', string(b'n') + string(b'3'))
    attempt('n', omap(ioctx, 'c'))
    ref = lambda tag: b'\1\1' + struct.pack('<I', len(tag) + 5) + string(tag) + b'\0'  # noqa: E731
    execute('c', 'refcount', 'get', ref(b'a'))
    execute('c', 'refcount', 'get', ref(b'b'))
    execute('c', 'refcount', 'read', b'\1\1\1\0\0\0\0')
    execute('c', 'refcount', 'put', ref(b'a'))
    execute('c', 'refcount', 'put', ref(b'none'))
    execute('c', 'refcount', 'put', ref(b'b'))
    stat(ioctx, 'c')
    execute('v', 'version', 'read', b'')
    version = b'\1\1\x0f\0\0\0' + struct.pack('<Q', 7) + string(b'tag')
    execute('v', 'version', 'set', b'\1\1' + struct.pack('<I', len(version)) + version)
    execute('v', 'version', 'read', b'')
    cond = lambda c: b'\1\1' + struct.pack('<I', len(version) + 4) + version + struct.pack('<I', c)  # noqa: E731
    for c in range(9):
        conds = version + struct.pack('<I', 1) + cond(c)
        execute('v', 'version', 'check_conds', b'\1\1' + struct.pack('<I', len(conds)) + conds)
    conds = version + struct.pack('<I', 1) + cond(1)
    execute('v', 'version', 'inc_conds', b'\1\1' + struct.pack('<I', len(conds)) + conds)
    execute('v', 'version', 'read', b'')


def locks(ioctx):
    attempt('lock', lambda: ioctx.lock_exclusive('k', 'name', 'cookie', 'why'))
    attempt('lock again', lambda: ioctx.lock_exclusive('k', 'name', 'cookie', 'why'))
    attempt('lock other', lambda: ioctx.lock_exclusive('k', 'name', 'cookie2', 'why'))
    attempt('shared', lambda: ioctx.lock_shared('k', 'name', 'cookie2', 'tag', 'why'))
    attempt('unlock other', lambda: ioctx.unlock('k', 'name', 'cookie2'))
    attempt('unlock', lambda: ioctx.unlock('k', 'name', 'cookie'))
    attempt('unlock again', lambda: ioctx.unlock('k', 'name', 'cookie'))
    attempt('shared', lambda: ioctx.lock_shared('k', 'name', 'c1', 'tag', 'why'))
    attempt('shared', lambda: ioctx.lock_shared('k', 'name', 'c2', 'tag', 'why'))
    attempt('shared other tag', lambda: ioctx.lock_shared('k', 'name', 'c3', 'tag2', 'why'))
    attempt('exclusive', lambda: ioctx.lock_exclusive('k', 'name', 'c3', 'why'))
    attempt('renew', lambda: ioctx.lock_shared('k', 'name', 'c1', 'tag', 'why', None, 1))
    attempt('unlock of nothing', lambda: ioctx.unlock('none', 'name', 'cookie'))
    attempt('xattrs', lambda: [name for name, _ in ioctx.get_xattrs('k')])


def versions(ioctx):
    ioctx.write_full('ver', b'1')
    first = ioctx.get_last_version()
    ioctx.write_full('ver', b'2')
    second = ioctx.get_last_version()
    print('  grows', second > first)
    ioctx.read('ver')
    print('  read tells', ioctx.get_last_version() == second)
    attempt('write to another', lambda: ioctx.write_full('other', b''))
    ioctx.stat('ver')
    print('  stat tells', ioctx.get_last_version() == second)


def notifies(ioctx):
    ioctx.write_full('n', b'')
    attempt('notify nobody', lambda: ioctx.notify('n', 'hi', 5000))
    attempt('notify of nothing', lambda: ioctx.notify('none', 'hi', 5000))
    seen = []
    watch = ioctx.watch('n', lambda notify_id, notifier, cookie, payload: seen.append(payload))
    attempt('notify', lambda: ioctx.notify('n', 'hello', 5000))
    print('  seen', seen)
    watch.close()
    attempt('notify', lambda: ioctx.notify('n', 'bye', 5000))
    print('  seen', seen)


def aio(ioctx):
    done = [ioctx.aio_write_full(f'a{i}', bytes([i]) * 5000) for i in range(50)]
    for completion in done:
        completion.wait_for_complete_and_cb()
    print('  written', {completion.get_return_value() for completion in done})
    found = {}
    reads = [ioctx.aio_read(f'a{i}', 8192, 0, lambda _, got, i=i: found.update({i: got})) for i in range(51)]
    for completion in reads:
        completion.wait_for_complete_and_cb()
    print('  right', all(found[i] == bytes([i]) * 5000 for i in range(50)), reads[50].get_return_value())
    same = [ioctx.aio_append('a0', bytes([65 + i])) for i in range(26)]
    for completion in same:
        completion.wait_for_complete_and_cb()
    print('  in order', ioctx.read('a0')[5000:])
    removed = [ioctx.aio_remove(f'a{i}') for i in range(51)]
    for completion in removed:
        completion.wait_for_complete_and_cb()
    print('  removed', [completion.get_return_value() for completion in removed][-2:])


def namespaces(ioctx):
    ioctx.write_full('same', b'default')
    ioctx.set_namespace('a')
    read(ioctx, 'same')
    ioctx.write_full('same', b'a')
    ioctx.set_namespace('')
    read(ioctx, 'same')
    ioctx.set_namespace('n' * 257)
    attempt('long namespace', lambda: ioctx.write_full('same', b'x'))
    ioctx.set_namespace('')


SCENARIOS = [
    data, write_ops, xattrs, omaps, listing, snapshots, clones, classes, locks, versions, notifies, aio, namespaces,
]

with rados.Rados(conffile=CONF) as cluster:
    with cluster.open_ioctx(POOL) as ioctx:
        for scenario in SCENARIOS:
            print(scenario.__name__)
            scenario(ioctx)
