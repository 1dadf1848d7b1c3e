import { EINVAL, ENOENT, EOVERFLOW } from '../../common/errno.ts';
import { utf8Decode } from '../../common/utf8.ts';
import type { CallOptions } from '../CallOptions.ts';
import { checkExtent } from '../check_arguments.ts';
import type { IoCtx } from '../IoCtx.ts';
import { RadosError, radosError } from '../RadosError.ts';
import { ReadOp } from '../ReadOp.ts';
import type { Extent, ObjectStat } from '../read_types.ts';
import { lockSharedInput, unlockInput } from './cls_lock.ts';
import {
  fileToExtents,
  type ObjectExtent,
  piecesOf,
  type StripedLayout,
} from './striped_layout.ts';

/** What a Striper needs of an IoCtx. */
export type StriperIoCtx = Pick<
  IoCtx,
  | 'poolName'
  | 'namespace'
  | 'read'
  | 'getXattr'
  | 'getXattrs'
  | 'operateRead'
  | 'execute'
  | 'newCookie'
>;

export interface StriperOptions {
  /**
   * Whether reads take a lock, as libradosstriper's do, so that nobody truncates or removes what they are
   * reading; that takes the right to write. Default: true.
   */
  readonly lock?: boolean | undefined;
}

interface Opened extends StripedLayout {
  readonly size: number;
}

const STRIPE_UNIT = 'striper.layout.stripe_unit';
const STRIPE_COUNT = 'striper.layout.stripe_count';
const OBJECT_SIZE = 'striper.layout.object_size';
const SIZE = 'striper.size';
const LOCK = 'striper.lock';
/** Attributes of the first object that are none of the striped object. */
const INTERNAL = [STRIPE_UNIT, STRIPE_COUNT, OBJECT_SIZE, SIZE, `lock.${LOCK}`];
const LOCK_TAG = 'Tag';
const UNLOCK_TIMEOUT_MS = 30_000;

const U32_MAX = 0xffffffff;
/** Bytes of one read, and the pieces that they lie in: what goes beyond is to be read in parts. */
const READ_MAX = 2 ** 31 - 1;
const PIECES_MAX = 2 ** 18;

/**
 * Reads objects that lie in stripes over many, as `rados --striper put` and libradosstriper write them. What was
 * never written is zeros. Ceph: src/libradosstriper/RadosStriperImpl.cc.
 */
export class Striper {
  readonly #ioctx: StriperIoCtx;
  readonly #takesLock: boolean;

  constructor(ioctx: StriperIoCtx, { lock = true }: StriperOptions = {}) {
    this.#ioctx = ioctx;
    this.#takesLock = lock;
  }

  /**
   * The bytes of a striped object, all of them by default; fewer than `length` where it ends before. At most
   * 2 GiB: more is for a stream. `timeout` is that of each op.
   */
  async read(soid: string, options: CallOptions & Extent = {}): Promise<Uint8Array> {
    const { offset = 0, length, signal, timeout } = options;
    const call = { signal, timeout };
    checkExtent(offset, length);
    if (!this.#takesLock) return this.#readAt(soid, offset, length, call);
    const cookie = this.#ioctx.newCookie();
    try {
      await this.#lock(soid, cookie, call);
      const bytes = await this.#readAt(soid, offset, length, call);
      await this.#unlock(soid, cookie);
      return bytes;
    } catch (error) {
      // Of a lock whose answer nobody waited for it is not known whether it is held. Who has an error does not
      // wait either.
      void this.#unlock(soid, cookie);
      throw error;
    }
  }

  /** Size of the striped object; time of change and version of its first object. */
  async stat(soid: string, options: CallOptions = {}): Promise<ObjectStat> {
    const op = new ReadOp().stat().getXattr(SIZE);
    const [stat, size] = await this.#ioctx.operateRead(objectId(soid, 0), op, options);
    return { ...stat, size: this.#number(soid, SIZE, size, Number.MAX_SAFE_INTEGER) };
  }

  /** Rejects with NoData if there is no such attribute. */
  getXattr(soid: string, name: string, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#ioctx.getXattr(objectId(soid, 0), name, options);
  }

  /** All attributes but those that say how the object is striped. */
  async getXattrs(soid: string, options: CallOptions = {}): Promise<Map<string, Uint8Array>> {
    const attributes = await this.#ioctx.getXattrs(objectId(soid, 0), options);
    for (const name of INTERNAL) attributes.delete(name);
    return attributes;
  }

  async #lock(soid: string, cookie: string, call: CallOptions): Promise<void> {
    const input = lockSharedInput(LOCK, cookie, LOCK_TAG);
    // A lock alone would make the object.
    const op = new ReadOp().assertExists().exec('lock', 'lock', input);
    await this.#ioctx.operateRead(objectId(soid, 0), op, call);
  }

  /** Whether that works is of no concern to who has read. */
  async #unlock(soid: string, cookie: string): Promise<void> {
    const options = { timeout: UNLOCK_TIMEOUT_MS };
    const input = unlockInput(LOCK, cookie);
    await this.#ioctx
      .execute(objectId(soid, 0), 'lock', 'unlock', input, options)
      .catch(() => undefined);
  }

  async #readAt(
    soid: string,
    offset: number,
    length: number | undefined,
    call: CallOptions,
  ): Promise<Uint8Array> {
    const opened = await this.#open(soid, call);
    const bytes = Math.min(length ?? opened.size, Math.max(opened.size - offset, 0));
    return this.#readOpened(soid, opened, offset, bytes, call);
  }

  async #open(soid: string, call: CallOptions): Promise<Opened> {
    const attributes = await this.#ioctx.getXattrs(objectId(soid, 0), call);
    const number = (name: string, max: number) =>
      this.#number(soid, name, attributes.get(name), max);
    const opened = {
      stripeUnit: number(STRIPE_UNIT, U32_MAX),
      stripeCount: number(STRIPE_COUNT, U32_MAX),
      objectSize: number(OBJECT_SIZE, U32_MAX),
      size: number(SIZE, Number.MAX_SAFE_INTEGER),
    };
    const { stripeUnit, stripeCount, objectSize } = opened;
    if (stripeUnit > 0 && stripeCount > 0 && objectSize > 0 && objectSize % stripeUnit === 0) {
      return opened;
    }
    throw this.#error(EINVAL, soid, 'a layout that cannot be');
  }

  async #readOpened(
    soid: string,
    layout: StripedLayout,
    offset: number,
    length: number,
    call: CallOptions,
  ): Promise<Uint8Array> {
    if (length > READ_MAX || piecesOf(layout, length) > PIECES_MAX) {
      throw this.#error(EOVERFLOW, soid, `${length} bytes at once`);
    }
    const bytes = new Uint8Array(length);
    const reads = fileToExtents(layout, offset, length).map(async (extent) => {
      scatter(await this.#readObject(soid, extent, call), extent, bytes);
    });
    await Promise.all(reads);
    return bytes;
  }

  /** An object that is not there has nothing but zeros. */
  async #readObject(soid: string, extent: ObjectExtent, call: CallOptions): Promise<Uint8Array> {
    const { objectNo, offset, length } = extent;
    try {
      return await this.#ioctx.read(objectId(soid, objectNo), { offset, length, ...call });
    } catch (error) {
      if (RadosError.is(error, 'ENOENT')) return new Uint8Array(0);
      throw error;
    }
  }

  /** The errors are those of libradosstriper. */
  #number(soid: string, name: string, value: Uint8Array | undefined, max: number): number {
    if (value === undefined) throw this.#error(ENOENT, soid, `no attribute ${name}`);
    const text = utf8Decode(value);
    const number = Number(text);
    if (/^\d+$/.test(text) && number <= max) return number;
    throw this.#error(EINVAL, soid, `attribute ${name} is '${text}'`);
  }

  #error(errno: number, oid: string, reason: string): RadosError {
    const { poolName: pool, namespace } = this.#ioctx;
    return radosError(errno, {
      syscall: 'read',
      oid,
      pool,
      namespace: namespace || undefined,
      reason,
    });
  }
}

function objectId(soid: string, objectNo: number): string {
  return `${soid}.${objectNo.toString(16).padStart(16, '0')}`;
}

/** Puts what was read of an object where it goes. */
function scatter(read: Uint8Array, { pieces }: ObjectExtent, into: Uint8Array): void {
  let at = 0;
  for (const { offset, length } of pieces) {
    into.set(read.subarray(at, at + length), offset);
    at += length;
  }
}
