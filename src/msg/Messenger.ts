import type { CephContext } from '../common/CephContext.ts';
import { AsyncMessenger } from './async/AsyncMessenger.ts';
import type { MessengerOptions, SimplePolicyMessenger } from './SimplePolicyMessenger.ts';
import { SimpleMessenger } from './simple/SimpleMessenger.ts';
import { XioMessenger } from './xio/XioMessenger.ts';

export type Messenger = SimplePolicyMessenger;

export const Messenger: {
  /** A messenger of the type that `ms_type` names. Ceph: Messenger::create. */
  create(cct: CephContext, type: string, options: MessengerOptions): Messenger;
} = {
  create(cct, type, options) {
    if (type === 'simple') return new SimpleMessenger(cct, options);
    if (type === 'async' || type === 'async+posix') return new AsyncMessenger(cct, options);
    if (type === 'xio') return new XioMessenger(cct, options);
    throw new RangeError(`unrecognized ms_type '${type}'`);
  },
};
