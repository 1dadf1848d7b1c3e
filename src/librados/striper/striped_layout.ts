/** How a striped object lies in objects. Ceph: ceph_file_layout. */
export interface StripedLayout {
  /** Bytes that lie together before the next object has its turn. */
  readonly stripeUnit: number;
  /** How many objects have turns. */
  readonly stripeCount: number;
  /** Bytes of an object, a multiple of `stripeUnit`; when all of a set are full, the next set begins. */
  readonly objectSize: number;
}

/** What lies in one object of a part of the striped object. */
export interface ObjectExtent {
  readonly objectNo: number;
  readonly offset: number;
  /** The sum of the pieces. */
  length: number;
  /** Where it goes, piece by piece, in the part. */
  readonly pieces: BufferExtent[];
}

export interface BufferExtent {
  readonly offset: number;
  readonly length: number;
}

/** The objects that `length` bytes from `offset` on lie in, by their number. Ceph: Striper::file_to_extents. */
export function fileToExtents(
  layout: StripedLayout,
  offset: number,
  length: number,
): ObjectExtent[] {
  const { stripeCount, objectSize } = layout;
  const unit = unitOf(layout);
  const stripesPerObject = objectSize / unit;
  const extents = new Map<number, ObjectExtent>();
  for (let at = offset; at < offset + length; ) {
    const block = Math.floor(at / unit);
    const stripe = Math.floor(block / stripeCount);
    const set = Math.floor(stripe / stripesPerObject);
    const within = at % unit;
    const objectNo = set * stripeCount + (block % stripeCount);
    const piece = { offset: at - offset, length: Math.min(unit - within, offset + length - at) };
    const extent = extents.get(objectNo);
    if (extent === undefined) {
      const start = (stripe % stripesPerObject) * unit + within;
      extents.set(objectNo, { objectNo, offset: start, length: piece.length, pieces: [piece] });
    } else {
      // Pieces of one object follow each other there.
      extent.length += piece.length;
      extent.pieces.push(piece);
    }
    at += piece.length;
  }
  return [...extents.values()].sort((a, b) => a.objectNo - b.objectNo);
}

/** How many pieces such a part has, at most. */
export function piecesOf(layout: StripedLayout, length: number): number {
  return Math.ceil(length / unitOf(layout)) + 1;
}

/** With one object a turn, pieces end where objects do. */
function unitOf({ stripeUnit, stripeCount, objectSize }: StripedLayout): number {
  return stripeCount === 1 ? objectSize : stripeUnit;
}
