import { Encoder } from '../common/Encoder.ts';
import { utf8Encode } from '../common/utf8.ts';
import { CEPH_OSD_OP_CALL } from '../osd/rados.ts';
import type { Step } from './ObjectOperation.ts';

/** A method of an object class, which the OSD runs on the object. The names have 255 bytes at most. */
export function callStep(cls: string, method: string, input: Uint8Array): Step<Uint8Array> {
  const clsBytes = utf8Encode(cls);
  const methodBytes = utf8Encode(method);
  const enc = new Encoder();
  enc.raw(clsBytes);
  enc.raw(methodBytes);
  enc.raw(input);
  const args = {
    kind: 'cls',
    classLength: clsBytes.length,
    methodLength: methodBytes.length,
    inputLength: input.length,
  } as const;
  const op = { op: CEPH_OSD_OP_CALL, flags: 0, args, indata: enc.take() };
  return { op, decode: (out) => out };
}
