import type { WatchInfo } from '../store/ObjectState.ts';

export interface NewNotify {
  readonly notifyId: bigint;
  readonly cookie: bigint;
  readonly timeoutSeconds: number;
  readonly payload: Uint8Array;
}

export interface NotifyAck {
  readonly notifyId: bigint;
  /** Undefined: of all watches of the client. */
  readonly cookie: bigint | undefined;
  readonly reply: Uint8Array;
}

/** What comes of an op when it has succeeded, besides its object. Ceph: what do_osd_op_effects does. */
export class OpEffects {
  readonly connects: { readonly watch: WatchInfo; readonly willPing: boolean }[] = [];
  /** `send`: the client is told. */
  readonly disconnects: { readonly watch: WatchInfo; readonly send: boolean }[] = [];
  readonly notifies: NewNotify[] = [];
  readonly acks: NotifyAck[] = [];
}
