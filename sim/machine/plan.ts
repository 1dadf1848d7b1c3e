import type { Options } from '../../src/common/options.ts';
import type { MsType } from '../cluster_options.ts';

/** All that is to happen in one run, as plain data. Times are milliseconds from its beginning. */
export interface Plan {
  readonly seed: string;
  readonly msType: MsType;
  readonly osds: number;
  readonly hosts: number;
  readonly clients: number;
  readonly pools: readonly PlannedPool[];
  /** Bytes of each at the beginning; below 0: it is not there. They are shared out over the pools. */
  readonly objects: readonly number[];
  /** Options of the clients. */
  readonly conf: Partial<Options>;
  /** By time. */
  readonly events: readonly PlannedEvent[];
  /** OSDs that stay dead for ever if a fault kills them. */
  readonly dead: readonly number[];
}

export interface PlannedPool {
  readonly name: string;
  readonly size: number;
  readonly pgNum: number;
}

export type PlannedEvent = PlannedRead | PlannedList | PlannedWrite | PlannedFault;

export type ReadStep =
  | 'read'
  | 'part'
  | 'sparse'
  | 'stat'
  | 'both'
  | 'checksum'
  /** A method of an object class. */
  | 'class'
  /** Bytes, xattrs and omap. */
  | 'all';

export interface PlannedRead {
  readonly kind: 'read';
  readonly at: number;
  readonly client: number;
  readonly object: number;
  readonly step: ReadStep;
  /** Of a part, or of a sparse read. */
  readonly offset: number;
  readonly length: number;
  /** Any replica may serve it; by the place of its client, or by chance. */
  readonly balanced: boolean;
  readonly localized: boolean;
  /** Milliseconds; 0: none. */
  readonly timeout: number;
  /** Listens to the signal of its client. */
  readonly abortable: boolean;
}

/** A list of all objects of a pool. */
export interface PlannedList {
  readonly kind: 'list';
  readonly at: number;
  readonly client: number;
  readonly pool: number;
  readonly pageSize: number;
}

/** A change of an object by others, beside the clients. */
export interface PlannedWrite {
  readonly kind: 'write';
  readonly at: number;
  readonly object: number;
  readonly size: number;
}

/** What `how` and `n` mean is for each fault to say. */
export interface PlannedFault {
  readonly kind: 'fault';
  readonly at: number;
  readonly fault: string;
  /** How long it lasts. */
  readonly ms: number;
  readonly client: number;
  readonly osd: number;
  readonly n: number;
  readonly how: string;
}
