import { expect, test } from 'vitest';
import { InvalidArgumentError, TimedOut } from '../../../src/index.ts';
import { type Resolver, resolveMonSrv, type SrvRecord } from '../../../src/node/mon_dns_srv.ts';

const RECORDS: readonly SrvRecord[] = [
  { name: 'mon1.example.org', port: 3300, priority: 10, weight: 20 },
  { name: 'mon2.example.org', port: 6789, priority: 10, weight: 60 },
  { name: 'mon3.example.org', port: 7000, priority: 20, weight: 0 },
];
const ADDRESSES = new Map([
  ['mon1.example.org', '10.0.0.1'],
  ['mon2.example.org', '10.0.0.2'],
  ['mon3.example.org', 'fe80::3'],
]);

class FakeResolver implements Resolver {
  readonly asked: string[] = [];
  readonly #known: string;

  constructor(known: string) {
    this.#known = known;
  }

  readonly srv = (name: string): Promise<readonly SrvRecord[]> => {
    this.asked.push(name);
    if (name === this.#known) return Promise.resolve(RECORDS);
    return Promise.reject(new Error(`querySrv ENOTFOUND ${name}`));
  };

  readonly lookUp = (name: string): Promise<readonly string[]> =>
    Promise.resolve([ADDRESSES.get(name) ?? '10.0.0.9']);

  readonly searchDomains = (): readonly string[] => ['here.example', 'example.org'];
}

test('each record is a monitor, with priority and weight; a port of its own tells no kind', async () => {
  const mons = await resolveMonSrv('ceph-mon', {}, new FakeResolver('_ceph-mon._tcp.example.org'));
  expect(
    mons.map(({ name, addrs, priority, weight }) => [name, String(addrs[0]), priority, weight]),
  ).toEqual([
    ['mon1', 'v2:10.0.0.1:3300/0', 10, 20],
    ['mon2', 'v1:10.0.0.2:6789/0', 10, 60],
    ['mon3', 'v2:[fe80::3]:7000/0', 20, 0],
    ['mon3-legacy', 'v1:[fe80::3]:7000/0', 20, 0],
  ]);
});

test('a name without a domain is looked for in those of the host, and then as it is', async () => {
  const resolver = new FakeResolver('_mons._tcp');
  await resolveMonSrv('mons', {}, resolver);
  expect(resolver.asked).toEqual([
    '_mons._tcp.here.example',
    '_mons._tcp.example.org',
    '_mons._tcp',
  ]);
});

test('what follows the first _ is the domain', async () => {
  const resolver = new FakeResolver('_ceph-mon._tcp.lab_1.example');
  await resolveMonSrv('ceph-mon_lab_1.example', {}, resolver);
  expect(resolver.asked).toEqual(['_ceph-mon._tcp.lab_1.example']);
});

test('no records are EINVAL that says where they were looked for', async () => {
  const looking = resolveMonSrv('ceph-mon', {}, new FakeResolver('nowhere'));
  await expect(looking).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(looking).rejects.toThrow(/no mon_host .*_ceph-mon\._tcp\.example\.org.*ENOTFOUND/);
});

test('a resolver that does not answer is left in time', async () => {
  const silent = { ...new FakeResolver(''), srv: () => new Promise<never>(() => undefined) };
  await expect(resolveMonSrv('ceph-mon', { timeout: 1 }, silent)).rejects.toBeInstanceOf(TimedOut);
});
