import type { CephContext } from '../common/CephContext.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import type { Objecter } from '../osdc/Objecter.ts';
import type { AbortListeners } from './AbortListeners.ts';

/** What an IoCtx needs of the client that opened it. */
export interface Session {
  readonly cct: CephContext;
  readonly objecter: Objecter;
  readonly aborts: AbortListeners;
  /** In logs: `client.4123`. */
  who(): string;
  /** The newest map. */
  osdMap(): OSDMap;
  /** Throws ConnectionShutdown when the client has been shut down. */
  checkConnected(syscall: string): void;
}
