import { Decoder } from '../../../src/common/Decoder.ts';
import { EBADMSG, EINVAL } from '../../../src/common/errno.ts';
import { utf8Decode, utf8Encode } from '../../../src/common/utf8.ts';
import { type ClassMethod, type ClassMethods, METHOD_READS, METHOD_WRITES } from './ClassMethod.ts';

const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
/** As many digits as a stream is told to write. */
const PRECISION = 10;

function parse(text: string): number | undefined {
  if (text === '') return 0;
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** As a C++ stream writes a double of that precision (%g). */
function format(value: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(PRECISION - 1).split('e')[1]);
  if (exponent >= -4 && exponent < PRECISION) return String(Number(value.toPrecision(PRECISION)));
  const [digits = '0'] = value.toExponential(PRECISION - 1).split('e');
  const sign = exponent < 0 ? '-' : '+';
  return `${Number(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Asked: string key, string number. */
function change(combine: (a: number, b: number) => number): ClassMethod {
  return {
    flags: METHOD_READS | METHOD_WRITES,
    run: (ctx, input) => {
      const dec = new Decoder(input, 'numops');
      const key = dec.string('key');
      const given = parse(dec.string('number'));
      if (given === undefined) return { rval: -EINVAL };
      const there = parse(utf8Decode(ctx.omapGet(key) ?? new Uint8Array()));
      if (there === undefined) return { rval: -EBADMSG };
      ctx.omapSet(key, utf8Encode(format(combine(there, given))));
      return { rval: 0 };
    },
  };
}

/** Ceph: src/cls/numops/cls_numops.cc. */
export const NUMOPS: ClassMethods = {
  add: change((a, b) => a + b),
  mul: change((a, b) => a * b),
};
