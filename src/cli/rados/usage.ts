export const USAGE = `\
usage: rados [OPTION]... COMMAND
It reads, and changes no data.

Of the cluster:
   lspools                          the names of pools
   df                               how full pools and cluster are; -p: one pool

Of a pool (-p POOL):
   ls [-]                           objects; --all: of all namespaces, --pgid PG: of one placement group
   lssnap                           snapshots
   bench SECONDS seq|rand           reads what an earlier \`rados bench ... write --no-cleanup\` has left

Of an object (-p POOL):
   get OBJECT FILE                  its bytes; FILE - is stdout
   stat OBJECT | stat2 OBJECT       size and time of change, in seconds or finer
   mapext OBJECT                    where it has bytes
   listxattr OBJECT
   getxattr OBJECT NAME
   listomapkeys OBJECT
   listomapvals OBJECT
   getomapval OBJECT KEY [FILE]
   getomapheader OBJECT [FILE]
   listsnaps OBJECT
   listwatchers OBJECT
   lock list OBJECT | lock info OBJECT LOCK

Options:
   -p, --pool POOL
   -N, --namespace NAMESPACE
   -s, --snap NAME                  as it was at a snapshot
   -S, --snapid ID
   -f, --format json|json-pretty|xml|xml-pretty
   -o, --output FILE                ls: where to
   -b, --block-size SIZE            get: bytes of one read
   --object-locator KEY             what is hashed in place of the name
   --obj-name-file FILE             a name that cannot be typed
   --omap-key-file FILE
   --pretty-format                  listsnaps: with names of snapshots
   --all, --default, --pgid PG      ls
   --striper                        objects of libradosstriper, locked while they are read:
                                    get, stat, stat2, ls, xattrs
   -t, --concurrent-ios N           bench, and --run-name, --no-verify, --no-hints, --show-time
   -c, --conf FILE                  and -m, -n, --id, -k, --cluster, and all options of ceph.conf:
                                    --client_mount_timeout 4
`;
