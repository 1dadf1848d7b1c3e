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

test('a client that runs does not take what counts only when it starts', () => {
  const proxy = new ConfigProxy();
  const values = { ms_inject_delay_type: 'osd' };
  expect(told(proxy, values, true)).toEqual(['ms_inject_delay_type']);
  expect(proxy.options.ms_inject_delay_type).toBe('');
});

test('an interval that would let a client do nothing else is not taken', () => {
  const proxy = new ConfigProxy();
  const values = { mon_client_hunt_interval: '0', objecter_tick_interval: '-1' };
  expect(told(proxy, values)).toEqual(['objecter_tick_interval', 'mon_client_hunt_interval']);
  expect(proxy.options.mon_client_hunt_interval).toBe(3);
});

test('where the monitors are, and by which messenger we go there, is not for a monitor to say', () => {
  const proxy = new ConfigProxy();
  told(proxy, { mon_host: '10.0.0.6', ms_type: 'xio' });
  expect([proxy.options.mon_host, proxy.options.ms_type]).toEqual(['', 'async']);
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
