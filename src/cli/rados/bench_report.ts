import { performance } from 'node:perf_hooks';
import { formatG } from '../../common/cpp_numbers.ts';
import type { Json } from '../../common/json_formatter.ts';
import { type utime_t, utimeFromMs } from '../../common/utime_t.ts';
import { utimeText } from '../../osd/dump/ceph_text.ts';
import type { Output } from '../ceph/Output.ts';
import { localZone } from '../local_zone.ts';

const MIB = 1024 * 1024;
const HEADER = '  sec Cur ops   started  finished  avg MB/s  cur MB/s last lat(s)  avg lat(s)\n';
/** Lines from one header to the next. */
const PAGE = 20;
const INT_MAX = 2 ** 31 - 1;

interface ReportOptions {
  readonly showTime: boolean;
  readonly format: ((report: Json) => string) | undefined;
}

/**
 * What `rados bench` counts and prints: a line every second, and figures at the end. Latencies in
 * seconds. Ceph: ObjBencher::status_printer (src/common/obj_bencher.cc).
 */
export class BenchReport {
  readonly ops = { inFlight: 0, started: 0, finished: 0 };
  readonly #latency = { min: 9999, max: 0, total: 0, last: 0 };
  readonly #iops = new Iops();
  readonly #objectSize: number;
  readonly #opSize: number;
  readonly #options: ReportOptions;
  readonly #output: Output;
  readonly #lines: Json[] = [];
  #startTime = 0;
  #seconds = 0;
  /** At the last line at which something had happened since the one before, and lines since. */
  #finishedThen = 0;
  #secondsSince = 0;

  constructor(objectSize: number, opSize: number, options: ReportOptions, output: Output) {
    this.#objectSize = objectSize;
    this.#opSize = opSize;
    this.#options = options;
    this.#output = output;
  }

  /** The clock's milliseconds. */
  start(): number {
    this.#startTime = performance.now();
    return this.#startTime;
  }

  /** A read begins; answers when. */
  started(): number {
    this.ops.started += 1;
    this.ops.inFlight += 1;
    return performance.now();
  }

  finished(ms: number): void {
    const { ops } = this;
    const latency = this.#latency;
    ops.finished += 1;
    ops.inFlight -= 1;
    latency.last = ms / 1000;
    latency.total += latency.last;
    latency.min = Math.min(latency.min, latency.last);
    latency.max = Math.max(latency.max, latency.last);
  }

  /** Once a second. */
  printStatus(): void {
    const { ops } = this;
    const news = ops.finished - this.#finishedThen;
    const perSecond = this.#secondsSince > 0 ? news / this.#secondsSince : 0;
    if (this.#secondsSince > 0) this.#iops.add(Math.trunc(perSecond));
    const bandwidth = this.#mibs(perSecond);
    if (this.#options.format === undefined) this.#printLine(bandwidth, news > 0);
    else this.#lines.push(this.#dataOf(bandwidth, news > 0));
    if (news > 0) {
      this.#finishedThen = ops.finished;
      this.#secondsSince = 0;
    }
    this.#seconds += 1;
    this.#secondsSince += 1;
  }

  /** `isComplete`: no read has failed. */
  end(isComplete: boolean): void {
    const seconds = this.#elapsed();
    this.#iops.end(this.ops.finished / seconds);
    const { format } = this.#options;
    if (format !== undefined) {
      const figures = isComplete ? this.#figures(seconds) : {};
      this.#output.stdout(`${format({ datas: this.#lines, ...figures })}\n`);
    } else if (isComplete) {
      this.#output.stdout(this.#time() + this.#summary(seconds));
    }
  }

  #printLine(bandwidth: number, isNews: boolean): void {
    const { ops } = this;
    const { last, min, max } = this.#latency;
    const average = formatG(this.#averageLatency());
    let text = '';
    if (this.#seconds % PAGE === 0) {
      if (this.#seconds > 0) {
        const range = `min lat: ${formatG(min)} max lat: ${formatG(max)}`;
        text += `${utimeText(now(), localZone)} ${range} avg lat: ${average}\n`;
      }
      text += this.#time() + HEADER;
    }
    const columns = [
      String(this.#seconds).padStart(5),
      String(ops.inFlight).padStart(7),
      String(ops.started).padStart(9),
      String(ops.finished).padStart(9),
      formatG(this.#mibs(ops.finished) / this.#elapsed()).padStart(9),
      formatG(bandwidth).padStart(9),
      (isNews ? formatG(last) : '-').padStart(11),
      average.padStart(11),
    ];
    this.#output.stdout(`${text}${this.#time()}${columns.join(' ')}\n`);
  }

  #dataOf(bandwidth: number, isNews: boolean): Json {
    const { inFlight, started, finished } = this.ops;
    return {
      sec: String(this.#seconds),
      cur_ops: String(inFlight),
      started: String(started),
      finished: String(finished),
      avg_bw: (this.#mibs(finished) / this.#elapsed()).toFixed(6),
      cur_bw: bandwidth.toFixed(6),
      last_lat: (isNews ? this.#latency.last : 0).toFixed(6),
      avg_lat: this.#averageLatency().toFixed(6),
    };
  }

  #summary(seconds: number): string {
    const { finished } = this.ops;
    const { min, max } = this.#latency;
    return `Total time run:       ${formatG(seconds)}
Total reads made:     ${finished}
Read size:            ${this.#opSize}
Object size:          ${this.#objectSize}
Bandwidth (MB/sec):   ${formatG(this.#mibs(finished) / seconds)}
Average IOPS:         ${Math.trunc(finished / seconds)}
Stddev IOPS:          ${formatG(this.#iops.stddev)}
Max IOPS:             ${this.#iops.max}
Min IOPS:             ${this.#iops.min}
Average Latency(s):   ${formatG(this.#averageLatency())}
Max latency(s):       ${formatG(max)}
Min latency(s):       ${formatG(min)}
`;
  }

  #figures(seconds: number): Readonly<Record<string, Json>> {
    const { finished } = this.ops;
    const { min, max } = this.#latency;
    return {
      total_time_run: seconds.toFixed(6),
      total_reads_made: String(finished),
      read_size: String(this.#opSize),
      object_size: String(this.#objectSize),
      bandwidth: (this.#mibs(finished) / seconds).toFixed(6),
      average_iops: String(Math.trunc(finished / seconds)),
      stddev_iops: this.#iops.stddev.toFixed(6),
      max_iops: String(this.#iops.max),
      min_iops: String(this.#iops.min),
      average_latency: this.#averageLatency().toFixed(6),
      max_latency: max.toFixed(6),
      min_latency: min.toFixed(6),
    };
  }

  #elapsed(): number {
    return (performance.now() - this.#startTime) / 1000;
  }

  #mibs(ops: number): number {
    return (ops * this.#opSize) / MIB;
  }

  #averageLatency(): number {
    const { finished } = this.ops;
    return finished === 0 ? 0 : this.#latency.total / finished;
  }

  #time(): string {
    return this.#options.showTime ? `${utimeText(now(), localZone)} ` : '';
  }
}

/** Reads finished per second, of one line after the other. */
class Iops {
  min = INT_MAX;
  max = 0;
  #count = 0;
  #average = 0;
  #squares = 0;

  add(iops: number): void {
    this.min = Math.min(this.min, iops);
    this.max = Math.max(this.max, iops);
    this.#count += 1;
    const delta = iops - this.#average;
    this.#average += delta / this.#count;
    this.#squares += delta * (iops - this.#average);
  }

  /** `average`: of a run that has ended within its first second. */
  end(average: number): void {
    if (this.#count > 0) return;
    this.min = Math.trunc(average);
    this.max = this.min;
  }

  get stddev(): number {
    return this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0;
  }
}

/** To the microsecond. */
function now(): utime_t {
  return utimeFromMs(performance.timeOrigin + performance.now());
}
