/** The colours of page.css, for what is painted: they differ by light and dark. */
export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly surface: string;
  readonly line: string;
  readonly lit: string;
  readonly font: string;
  /** Of the rows of buckets, from the root down; those below have the last one's. */
  readonly rows: readonly string[];
  /** Of a device class by its name. */
  classColor(name: string): string;
}

const CLASS_COLORS = 6;
const ROW_COLORS = 4;
/** Classes that every cluster has keep their colours from map to map. */
const KNOWN_CLASSES = ['hdd', 'ssd', 'nvme'];

/** The name of its colour in page.css. */
export function classColorName(name: string, classes: readonly string[]): string {
  if (name === '') return 'class-none';
  const others = classes.filter((each) => each !== '' && !KNOWN_CLASSES.includes(each));
  return `class-${[...KNOWN_CLASSES, ...others].indexOf(name) % CLASS_COLORS}`;
}

/** `classes`: of the map, in their order. */
export function readPalette(classes: readonly string[]): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: color('text'),
    muted: color('muted'),
    surface: color('surface'),
    line: color('line'),
    lit: color('lit'),
    font: getComputedStyle(document.body).fontFamily,
    rows: Array.from({ length: ROW_COLORS }, (_, i) => color(`row-${i}`)),
    classColor: (name) => color(classColorName(name, classes)),
  };
}
