/** What Ceph answers to an edit that cannot be; names as in errno. */
export type CrushErrno =
  | 'ENOENT'
  | 'EEXIST'
  | 'EINVAL'
  | 'ELOOP'
  | 'ENOTEMPTY'
  | 'EBUSY'
  | 'EOVERFLOW';

/** An edit of a map that cannot be made. */
export class CrushEditError extends RangeError {
  override readonly name = 'CrushEditError';
  readonly errno: CrushErrno;

  constructor(errno: CrushErrno, reason: string) {
    super(reason);
    this.errno = errno;
  }
}
