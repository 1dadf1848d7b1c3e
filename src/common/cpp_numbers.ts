/** Numbers as C++ streams print them. */

/** `out << x` of a double at `precision`: six significant digits by default, as printf's %g. */
export function formatG(x: number, precision = 6): string {
  if (Number.isNaN(x)) return '-nan'; // what x86 makes of 0/0
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf';
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const [digits, exponent] = roundHalfEven(Math.abs(x), precision);
  const sign = x < 0 ? '-' : '';
  if (exponent < -4 || exponent >= precision) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${sign}${withoutZeros(`${digits[0]}.${digits.slice(1)}`)}e${power}`;
  }
  if (exponent < 0) return `${sign}${withoutZeros(`0.${'0'.repeat(-exponent - 1)}${digits}`)}`;
  const point = exponent + 1;
  return `${sign}${withoutZeros(`${digits.slice(0, point)}.${digits.slice(point)}`)}`;
}

/**
 * `precision` digits and the decimal exponent of the first. Halfway cases go to the even digit, as
 * in C; JavaScript goes up.
 */
function roundHalfEven(x: number, precision: number): [digits: string, exponent: number] {
  // A double has at most 767 digits, but of those that lie halfway at so few digits none is this long.
  const [exact = '', power = '0'] = x.toExponential(100).split('e');
  const digits = exact.replace('.', '');
  const isTie = /^50*$/.test(digits.slice(precision));
  const isEven = Number(digits[precision - 1]) % 2 === 0;
  if (isTie && isEven) return [digits.slice(0, precision), Number(power)];
  const [rounded = '', exponent = '0'] = x.toExponential(precision - 1).split('e');
  return [rounded.replace('.', ''), Number(exponent)];
}

function withoutZeros(text: string): string {
  return text.replace(/\.?0*$/, '');
}

/** Ceph's weightf_t: five places. */
export function formatWeight(weight: number): string {
  if (weight < -0.01) return '-';
  return weight < 0.000001 ? '0' : formatFixed(weight, 5);
}

/** `x`, which is a multiple of 2^-16, to so many places: halfway to the even one, as in C. */
function formatFixed(x: number, places: number): string {
  const unit = 10 ** places;
  const scaled = x * unit;
  const isTie = scaled % 1 === 0.5;
  return (isTie ? (2 * Math.round(scaled / 2)) / unit : x).toFixed(places);
}
