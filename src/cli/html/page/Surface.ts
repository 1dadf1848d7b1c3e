/** A canvas in CSS pixels, sharp on any screen. */
export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas to paint on');
    this.canvas = canvas;
    this.context = context;
  }

  /** Blank, as wide as the page has room for. */
  begin(height: number): void {
    const ratio = window.devicePixelRatio;
    this.canvas.style.height = `${height}px`;
    this.width = this.canvas.clientWidth;
    this.height = height;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, height);
  }

  /**
   * `text` in the middle of what is left from `x0` to `x1`; shortened to its end, in which names
   * differ, or left out if that says nothing.
   */
  label(text: string, x0: number, x1: number, y: number, halo = 0): void {
    const { context } = this;
    const room = Math.min(x1, this.width) - Math.max(x0, 0) - LABEL_PADDING;
    if (room < LABEL_WIDTH_MIN) return;
    const full = context.measureText(text).width;
    let shown = text;
    let letters = Math.floor((text.length * room) / full);
    while (letters > 0 && context.measureText(shown).width > room)
      shown = `…${text.slice(-letters--)}`;
    if (context.measureText(shown).width > room) return;
    const middle = (Math.max(x0, 0) + Math.min(x1, this.width)) / 2;
    if (halo > 0) {
      context.lineWidth = halo;
      context.strokeText(shown, middle, y);
    }
    context.fillText(shown, middle, y);
  }
}

const LABEL_PADDING = 6;
const LABEL_WIDTH_MIN = 8;
