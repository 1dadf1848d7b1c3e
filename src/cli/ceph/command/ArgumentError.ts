/** How an argument fails; what is done about it differs. Ceph: the exceptions of src/pybind/ceph_argparse.py. */
export type ArgumentErrorKind =
  | 'number'
  | 'format'
  | 'missing'
  | 'valid'
  | 'tooFew'
  | 'prefix'
  | 'unused';

/** An argument that does not fit its command. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly kind: ArgumentErrorKind;

  constructor(kind: ArgumentErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
