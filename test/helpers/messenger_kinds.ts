import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2 } from '../../src/msg/msg_types.ts';

/** One way in which messengers talk: which of them, in which protocol. */
export interface MessengerKind {
  readonly name: string;
  /** As in the option of this name. */
  readonly ms_type: string;
  /** Of the addresses that are bound. */
  readonly addrType: number;
  readonly isSecure: boolean;
}

export const MESSENGER_KINDS: readonly MessengerKind[] = [
  { name: 'simple', ms_type: 'simple', addrType: ADDR_TYPE_LEGACY, isSecure: false },
  { name: 'async v1', ms_type: 'async', addrType: ADDR_TYPE_LEGACY, isSecure: false },
  { name: 'async v2 crc', ms_type: 'async', addrType: ADDR_TYPE_MSGR2, isSecure: false },
  { name: 'async v2 secure', ms_type: 'async', addrType: ADDR_TYPE_MSGR2, isSecure: true },
  { name: 'xio', ms_type: 'xio', addrType: ADDR_TYPE_LEGACY, isSecure: false },
];
