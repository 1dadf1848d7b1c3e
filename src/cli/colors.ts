import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours for a terminal that wants them; none for a pipe, whatever else the environment says. */
export function colorsFor(stream: { readonly isTTY?: boolean | undefined }): Colors {
  return pc.createColors(stream.isTTY === true && pc.isColorSupported);
}
