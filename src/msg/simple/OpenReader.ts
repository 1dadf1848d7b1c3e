import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import type { CephContext } from '../../common/CephContext.ts';
import type { Socket } from '../../common/Stack.ts';
import type { DispatchQueue } from '../DispatchQueue.ts';
import { FrameDeadline } from '../FrameDeadline.ts';
import { IdleTimeout } from '../IdleTimeout.ts';
import type { MessageFactory } from '../MessageFactory.ts';
import { type TagEvents, TagReader } from '../msgr1/TagReader.ts';
import type { Policy } from '../Policy.ts';
import { ReadThrottle } from '../ReadThrottle.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';

/** Whose connection is read. */
export interface OpenReaderHost extends TagEvents {
  /** The peer has let a time pass. */
  cut(reason: string): void;
  /** Something was thrown while what came was read: a `DecodeError`, if it is the peer's fault. */
  onReadError(error: unknown): void;
}

export interface OpenReaderOptions {
  readonly cct: CephContext;
  readonly messageFactory: MessageFactory;
  readonly dispatchQueue: DispatchQueue;
  readonly socket: Socket;
  readonly recv: RecvBuffer;
  readonly policy: Policy;
  readonly signer: AuthSessionHandler | undefined;
}

/** The reading half of an open connection: stops for throttles, and does not wait for ever. */
export class OpenReader {
  readonly #host: OpenReaderHost;
  readonly #socket: Socket;
  readonly #tags: TagReader;
  readonly #deadline: FrameDeadline;
  readonly #idle: IdleTimeout;
  readonly #runResume = (): void => this.#resume();
  #stopped = false;

  constructor(host: OpenReaderHost, options: OpenReaderOptions) {
    const { cct, messageFactory, dispatchQueue, socket, recv, policy, signer } = options;
    const { clock, conf } = cct;
    this.#host = host;
    this.#socket = socket;
    const throttle = new ReadThrottle(policy, dispatchQueue.dispatchThrottler, () =>
      clock.defer(this.#runResume),
    );
    this.#tags = new TagReader(cct, recv, messageFactory, throttle, signer, host);
    const cut = (reason: string): void => host.cut(reason);
    this.#deadline = new FrameDeadline(clock, this.#tags, cut);
    this.#idle = new IdleTimeout(clock, conf.ms_connection_idle_timeout, cut);
  }

  readBuffer(): Uint8Array {
    return this.#tags.readBuffer();
  }

  onRead(count: number): void {
    this.touch();
    this.#tags.onRead(count);
    this.read();
  }

  /** Reads what has been received already. Throws `DecodeError`. */
  read(): void {
    this.#tags.read();
    if (this.#stopped) return;
    if (this.#tags.isThrottled) this.#socket.pauseReading();
    this.#deadline.onRead();
  }

  /** Something has moved on the connection. */
  touch(): void {
    this.#idle.touch();
  }

  stop(): void {
    this.#stopped = true;
    this.#tags.stop();
    this.#deadline.stop();
    this.#idle.stop();
  }

  /** A message that waited for its throttle is read on. */
  #resume(): void {
    if (this.#stopped || this.#tags.isThrottled) return;
    this.#socket.resumeReading();
    try {
      this.read();
    } catch (error) {
      this.#host.onReadError(error);
    }
  }
}
