/** Elements that the page has from the start, and new ones. Text is only ever text: a map's names are anybody's. */

/** Throws if there is none such. */
export function byId<T extends Element>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${type.name} ${id}`);
  return found;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}

export function button(
  className: string,
  onClick: () => void,
  ...children: readonly (Node | string)[]
): HTMLButtonElement {
  const element = el('button', className, ...children);
  element.type = 'button';
  element.addEventListener('click', onClick);
  return element;
}
