import { readFileSync } from 'node:fs';

/** A recorded connection of msgr v2.1. The files: test/wire/golden/frames/SOURCE.md. */
export interface GoldenConnection {
  readonly name: string;
  /** The server is the monitor. */
  readonly isMon: boolean;
  /** Each side sends so many frames until the client is authenticated: HELLO, AUTH_…. */
  readonly authFrames: number;
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  /** Of a connection in secure mode. */
  readonly keys: GoldenKeys | undefined;
}

export interface GoldenKeys {
  readonly connectionSecret: Uint8Array;
  readonly sessionKey: Uint8Array;
}

interface Recorded {
  readonly server: number;
  readonly client_to_server: string;
  readonly server_to_client: string;
}

const DIRECTORY = new URL('../wire/golden/frames/', import.meta.url);
const MON_PORT = 24000;

/** The connections of `<name>.json`, in the order of their first packet. */
export function goldenConnections(name: string): GoldenConnection[] {
  const recorded: Recorded[] = readJson(`${name}.json`);
  const isCephx = name.includes('cephx');
  const keys: (Record<keyof GoldenKeys, string> | null)[] = isCephx
    ? readJson(`${name}.keys.json`)
    : [];
  return recorded.map(({ server, client_to_server, server_to_client }, i) => {
    const secrets = keys[i];
    return {
      name: `${name} ${i}`,
      isMon: server === MON_PORT,
      authFrames: isCephx ? 3 : 2,
      client: fromBase64(client_to_server),
      server: fromBase64(server_to_client),
      keys: secrets
        ? {
            connectionSecret: fromBase64(secrets.connectionSecret),
            sessionKey: fromBase64(secrets.sessionKey),
          }
        : undefined,
    };
  });
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8'));
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
