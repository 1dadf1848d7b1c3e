"""What python-rados says of a pool's snapshots, and of an object in each.
pool_snaps.py CONF POOL OBJECT"""
import json, rados, sys
with rados.Rados(conffile=sys.argv[1]) as cluster, cluster.open_ioctx(sys.argv[2]) as ioctx:
    snaps = [{'id': s.snap_id, 'name': s.name, 'stamp': int(s.get_timestamp().timestamp())} for s in ioctx.list_snaps()]
    for snap in snaps:
        assert ioctx.lookup_snap(snap['name']).snap_id == snap['id']
        ioctx.set_read(snap['id'])
        try:
            snap['text'] = ioctx.read(sys.argv[3]).decode()
            snap['xattrs'] = {name: value.decode() for name, value in ioctx.get_xattrs(sys.argv[3])}
        except rados.ObjectNotFound:
            snap['text'] = None
    json.dump(snaps, sys.stdout)
