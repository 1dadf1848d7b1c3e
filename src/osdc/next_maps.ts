import { DecodeError } from '../common/errors.ts';
import type { MOSDMap } from '../messages/MOSDMap.ts';
import { OSDMap } from '../osd/OSDMap.ts';
import { OSDMapIncremental } from '../osd/OSDMapIncremental.ts';

/**
 * Epochs that one message may bring: daemons send 40 (osd_map_message_max). What is beyond is asked
 * for again, so that a long message does not keep everybody else waiting.
 */
export const EPOCHS_PER_MESSAGE_MAX = 100;

export type NextMap =
  | {
      readonly kind: 'full' | 'incremental';
      readonly map: OSDMap;
      /** Epochs before it have not been seen, so nobody knows what changed and changed back in them. */
      readonly skipped: boolean;
    }
  /** An epoch that its sender has, but that did not come, or came with too many others. */
  | { readonly kind: 'missing'; readonly epoch: number };

/**
 * The maps that `message` adds to `current`, one epoch after the other: epochs never go back. `wantsFull`: the
 * newest map will do, though those before it are not there; it was asked for because one of them was bad.
 * DecodeError for bytes that are no map. Ceph: the loop of Objecter::handle_osd_map.
 */
export function* nextMaps(
  current: OSDMap | undefined,
  message: MOSDMap,
  wantsFull = false,
): Generator<NextMap> {
  const last = message.getLast();
  if (current === undefined) {
    const bytes = message.maps.get(last);
    if (bytes === undefined) yield { kind: 'missing', epoch: last };
    else yield { kind: 'full', map: decodeFull(message, last, bytes), skipped: false };
    return;
  }
  let map = current;
  let skipped = false;
  let taken = 0;
  for (let epoch = map.epoch + 1; epoch <= last; epoch++) {
    const change = message.incrementalMaps.get(epoch);
    const bytes = message.maps.get(epoch);
    if (taken++ === EPOCHS_PER_MESSAGE_MAX) {
      yield { kind: 'missing', epoch };
      return;
    }
    if (change !== undefined && map.epoch === epoch - 1) {
      map = map.applyIncremental(OSDMapIncremental.decode(change));
      yield { kind: 'incremental', map, skipped };
    } else if (bytes !== undefined) {
      map = decodeFull(message, epoch, bytes);
      yield { kind: 'full', map, skipped };
    } else if (wantsFull && message.maps.has(last)) {
      epoch = last - 1;
      skipped = true;
    } else if (epoch >= message.oldestMap) {
      yield { kind: 'missing', epoch };
      return;
    } else {
      epoch = message.oldestMap - 1;
      skipped = true;
    }
  }
}

function decodeFull(message: MOSDMap, epoch: number, bytes: Uint8Array): OSDMap {
  const map = OSDMap.decode(bytes);
  if (map.epoch !== epoch || map.fsid !== message.fsid) {
    const found = `epoch ${map.epoch} of ${map.fsid}`;
    throw new DecodeError('MOSDMap.maps', 0, `${found}, announced as ${epoch} of ${message.fsid}`);
  }
  return map;
}
