import { expect, test } from 'vitest';
import { ConfigProxy } from '../../../src/common/ConfigProxy.ts';

function told(proxy: ConfigProxy, values: Record<string, string>, isRunning = false): string[] {
  return [...proxy.setMonVals(new Map(Object.entries(values)), isRunning).keys()];
}

test('what the monitors say counts before the default', () => {
  const proxy = new ConfigProxy();
  expect(told(proxy, { objecter_inflight_ops: '2K', ms_client_mode: 'secure' })).toEqual([]);
  expect(proxy.options.objecter_inflight_ops).toBe(2000);
  expect(proxy.options.ms_client_mode).toBe('secure');
});

test('what is said here counts before what the monitors say, also where it is the default', () => {
  const proxy = new ConfigProxy({ objecter_inflight_ops: 1024 });
  told(proxy, { objecter_inflight_ops: '7' });
  expect(proxy.options.objecter_inflight_ops).toBe(1024);
});

test('what the monitors say no more is the default again', () => {
  const proxy = new ConfigProxy();
  told(proxy, { rados_mon_op_timeout: '30', rados_osd_op_timeout: '20' });
  told(proxy, { rados_osd_op_timeout: '20' }, true);
  expect(proxy.options.rados_mon_op_timeout).toBe(0);
  expect(proxy.options.rados_osd_op_timeout).toBe(20);
});

test('a client that runs takes numbers, booleans and the lists of methods and modes', () => {
  const proxy = new ConfigProxy();
  const values = { rados_osd_op_timeout: '5m', ms_crc_data: 'false', ms_mon_client_mode: 'crc' };
  expect(told(proxy, values, true)).toEqual([]);
  const { rados_osd_op_timeout, ms_crc_data, ms_mon_client_mode } = proxy.options;
  expect([rados_osd_op_timeout, ms_crc_data, ms_mon_client_mode]).toEqual([300, false, 'crc']);
});

test('a client that runs keeps the messenger that it has', () => {
  const proxy = new ConfigProxy();
  expect(told(proxy, { ms_type: 'simple' }, true)).toEqual(['ms_type']);
  expect(proxy.options.ms_type).toBe('async');
});

test('where the monitors are is not for a monitor to say', () => {
  const proxy = new ConfigProxy();
  told(proxy, { mon_host: '10.0.0.6' });
  expect(proxy.options.mon_host).toBe('');
});

test('a value that makes no sense is not taken, and an option that is not known has no effect', () => {
  const proxy = new ConfigProxy();
  const values = {
    objecter_inflight_ops: 'many',
    debug_rados: '0/0',
    toString: '1',
    __proto__x: '2',
  };
  expect(told(proxy, values)).toEqual(['objecter_inflight_ops']);
  expect(proxy.options.objecter_inflight_ops).toBe(1024);
});
