const INT_MAX = 0x7fffffff;

export interface ReadInteger {
  /** With a complaint: what the original goes on with where it does not look at complaints. */
  readonly number: number;
  /** Empty: there is none. */
  readonly complaint: string;
}

/** The value of an option that takes an int. Ceph: ceph_argparse_witharg, strict_strtol. */
export function readInteger(text: string): ReadInteger {
  if (/^-(?![0-9])/.test(text)) return { number: 1, complaint: 'Missing option value' };
  if (!/^-?[0-9]*\.?[0-9]*$/.test(text)) {
    return { number: 1, complaint: `The option value '${text}' is invalid` };
  }
  if (!/^-?[0-9]+$/.test(text)) {
    return { number: 0, complaint: `Expected option value to be integer, got '${text}'` };
  }
  const number = Number(text);
  if (number > INT_MAX || number < -INT_MAX - 1) {
    return { number: 0, complaint: `The option value '${text}' seems to be invalid` };
  }
  return { number, complaint: '' };
}
