import { describe, expect, test } from 'vitest';
import { PerfCounters, PerfCountersCollection } from '../../../src/common/PerfCounters.ts';

const counters = () => new PerfCounters(['op_active', 'oplen_avg', 'op_send'], ['oplen_avg']);

describe('counters', () => {
  test('begin at zero', () => {
    expect(counters().dump()).toEqual({
      op_active: 0,
      oplen_avg: { avgcount: 0, sum: 0 },
      op_send: 0,
    });
  });

  test('go up, down, and to a value', () => {
    const perf = counters();
    perf.inc('op_active');
    perf.inc('op_active', 5);
    perf.dec('op_active', 2);
    perf.set('op_send', 9);
    expect([perf.get('op_active'), perf.get('op_send')]).toEqual([4, 9]);
  });

  test('that are averages count events and add quantities', () => {
    const perf = counters();
    perf.inc('oplen_avg', 2);
    perf.inc('oplen_avg', 3);
    expect(perf.dump()).toMatchObject({ oplen_avg: { avgcount: 2, sum: 5 } });
  });

  test('are dumped in the order in which they were declared', () => {
    const perf = counters();
    perf.inc('op_send');
    expect(Object.keys(perf.dump())).toEqual(['op_active', 'oplen_avg', 'op_send']);
  });

  test('once dumped do not change', () => {
    const perf = counters();
    const before = perf.dump();
    perf.inc('oplen_avg', 7);
    expect(before).toMatchObject({ oplen_avg: { avgcount: 0, sum: 0 } });
  });
});

describe('a collection', () => {
  test('dumps its sections by name', () => {
    const all = new PerfCountersCollection();
    all.add('objecter', counters());
    all.add('msgr', counters());
    expect(Object.keys(all.dump())).toEqual(['msgr', 'objecter']);
  });

  test('dumps what a section counts now', () => {
    const all = new PerfCountersCollection();
    const perf = counters();
    all.add('objecter', perf);
    perf.inc('op_send');
    expect(all.dump()).toMatchObject({ objecter: { op_send: 1 } });
  });

  test('forgets a section that was removed', () => {
    const all = new PerfCountersCollection();
    all.add('objecter', counters());
    all.remove('objecter');
    expect(all.dump()).toEqual({});
  });
});
