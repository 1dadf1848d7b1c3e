import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { journeyOf, journeyText, type TimedEntry } from '../../../src/cli/journey.ts';

const entry = (at: number, who: string, fn: string, tid?: number): TimedEntry => ({
  at,
  who,
  fn,
  ...(tid === undefined ? {} : { tid }),
  facts: {},
});

describe('the journey', () => {
  test('goes from the call to the promise, in microseconds after the call', () => {
    const log = [
      entry(1, 'client.1', 'MonClient.tick'),
      entry(2, 'client.1', 'IoCtx.operateRead'),
      entry(2, 'client.1', 'Objecter.opSubmit', 1),
      entry(2.05, 'osd.0', 'MockOSD.doOp', 1),
      entry(2.1, 'client.1', 'Objecter.finishOp', 1),
      entry(3, 'client.1', 'Pipe.reader'),
    ];
    expect(journeyOf(log).map(({ us, fn }) => [us, fn])).toEqual([
      [0, 'IoCtx.operateRead'],
      [0, 'Objecter.opSubmit'],
      [50, 'MockOSD.doOp'],
      [100, 'Objecter.finishOp'],
    ]);
  });

  test('leaves out other messages and what the monitors do meanwhile', () => {
    const log = [
      entry(2, 'client.1', 'IoCtx.operateRead'),
      entry(2, 'client.1', 'Pipe.writeMessage', 7),
      entry(2, 'mon.a', 'Pipe.reader'),
      entry(2, 'client.1', 'Pipe.connect'),
      entry(2, 'client.1', 'Objecter.finishOp', 1),
    ];
    expect(journeyOf(log).map(({ fn }) => fn)).toEqual([
      'IoCtx.operateRead',
      'Pipe.connect',
      'Objecter.finishOp',
    ]);
  });

  test('is drawn as a tree: who, then each step as deep as its layer, then its facts', () => {
    const crcs = { bytes: 231, crc: 255, front: 1 };
    const steps = [
      { us: 0, who: 'client.1', fn: 'Objecter.prepareReadOp', facts: {} },
      { us: 0, who: 'client.1', fn: 'Pipe.unknownStep', facts: crcs },
      { us: 50, who: 'osd.3', fn: 'MockOSD.unknownStep', facts: { pg: '1.f' } },
    ];
    expect(journeyText(steps, pc.createColors(false))).toEqual([
      '',
      '  client.1',
      '       0 µs  │ Objecter.prepareReadOp',
      '       0 µs  │ │ │ Pipe.unknownStep',
      '             │ │ │   bytes 231 · crc 0x000000ff · front 0x00000001',
      '',
      '  osd.3  after 50 µs on the network',
      '      50 µs  MockOSD.unknownStep',
      '               pg 1.f',
    ]);
  });
});
