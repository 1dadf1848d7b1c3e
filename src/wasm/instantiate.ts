/** What of the WebAssembly API is used; tsconfig.core.json knows none of it. */
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new <Exports>(module: object) => { readonly exports: Exports };
    }
  | undefined;

/**
 * The exports of a module that imports nothing and is given in hexadecimal. `undefined` where there
 * is no WebAssembly with vectors.
 */
export function instantiate<Exports>(hex: string): Exports | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    return new WebAssembly.Instance<Exports>(new WebAssembly.Module(fromHex(hex))).exports;
  } catch {
    return undefined;
  }
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  }
  return bytes;
}
