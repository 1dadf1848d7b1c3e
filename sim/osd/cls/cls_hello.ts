import { EEXIST, EINVAL } from '../../../src/common/errno.ts';
import { utf8Encode } from '../../../src/common/utf8.ts';
import { entityNameToString } from '../../../src/msg/msg_types.ts';
import type { ClassContext } from './ClassContext.ts';
import { type ClassMethod, type ClassMethods, METHOD_READS, METHOD_WRITES } from './ClassMethod.ts';

const INPUT_MAX = 100;
const READ_MAX = 1100;
const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

function greeting(input: Uint8Array): Uint8Array {
  const whom = input.length === 0 ? utf8Encode('world') : input;
  return Uint8Array.of(...utf8Encode('Hello, '), ...whom, ...utf8Encode('!'));
}

/** `client.4123 v1:127.0.0.1:0/77`: an entity_inst_t. */
function whoAsks({ origin }: ClassContext): Uint8Array {
  return utf8Encode(`${entityNameToString(origin.client)} ${origin.addr}`);
}

const sayHello: ClassMethod['run'] = (_ctx, input) =>
  input.length > INPUT_MAX ? { rval: -EINVAL } : { rval: 0, out: greeting(input) };

const recordHello: ClassMethod['run'] = (ctx, input) => {
  if (input.length > INPUT_MAX) return { rval: -EINVAL };
  if (ctx.exists) return { rval: -EEXIST };
  const rval = ctx.writeFull(greeting(input));
  return { rval: rval < 0 ? rval : ctx.setXattr('said_by', whoAsks(ctx)) };
};

const writeReturnData: ClassMethod['run'] = (ctx, input) => {
  ctx.setXattr('foo', utf8Encode('bar'));
  if (input.length > 0) return { rval: -EINVAL, out: utf8Encode('too much input data!') };
  return { rval: 42, out: utf8Encode('you might see this') };
};

const writeTooMuchReturnData: ClassMethod['run'] = (ctx) => {
  ctx.setXattr('foo', utf8Encode('bar'));
  const text = 'you should not see this because it is toooooo long. ';
  return { rval: 42, out: utf8Encode(text.repeat(10)) };
};

const replay: ClassMethod['run'] = (ctx) => {
  const { rval, out } = ctx.read(0, READ_MAX);
  return rval < 0 ? { rval } : { rval: 0, out };
};

const turnItTo11: ClassMethod['run'] = (ctx, input) => {
  if (input.length !== 0) return { rval: -EINVAL };
  const { rval, out } = ctx.read(0, READ_MAX);
  if (rval < 0) return { rval };
  const isLower = (byte: number): boolean => byte >= LOWER_A && byte <= LOWER_Z;
  ctx.writeFull(out.map((byte) => (isLower(byte) ? byte - 0x20 : byte)));
  return { rval: ctx.setXattr('amplified_by', whoAsks(ctx)) };
};

const badReader: ClassMethod['run'] = (ctx) => ctx.read(0, INPUT_MAX);
const badWriter: ClassMethod['run'] = (ctx, input) => ({ rval: ctx.writeFull(input) });

/** Ceph: src/cls/hello/cls_hello.cc. */
export const HELLO: ClassMethods = {
  say_hello: { flags: METHOD_READS, run: sayHello },
  record_hello: { flags: METHOD_WRITES, run: recordHello },
  write_return_data: { flags: METHOD_WRITES, run: writeReturnData },
  writes_dont_return_data: { flags: METHOD_WRITES, run: writeReturnData },
  write_too_much_return_data: { flags: METHOD_WRITES, run: writeTooMuchReturnData },
  replay: { flags: METHOD_READS, run: replay },
  turn_it_to_11: { flags: METHOD_READS | METHOD_WRITES, run: turnItTo11 },
  bad_reader: { flags: METHOD_WRITES, run: badReader },
  bad_writer: { flags: METHOD_READS, run: badWriter },
};
