/** HTML elements from plain values. Text goes in as text nodes: nothing from the data is ever parsed as HTML. */

/** @import { ElementOf } from "../types.js" */

/** @typedef {Node | string | null | undefined} Piece */
/** @typedef {Piece | Piece[]} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => unknown)} Value */

/**
 * @template {string} T
 * @param {T} tag such as "button" or "button.chip.is-on"
 * @param {Record<string, Value>} attributes `onClick`-like keys are listeners; true and false set or omit; the rest are attributes
 * @param {Child[]} children nothing stands for null, undefined and ""
 * @returns {ElementOf<T>}
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2).toLowerCase(), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== "") element.append(child);
  return /** @type {ElementOf<T>} */ (element);
}

/** An icon of the page's own sprite. @type {(name: string) => SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * The element of this id: the page has it, or this is the wrong page.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} kind
 * @returns {E}
 */
export function the(id, kind = /** @type {any} */ (HTMLElement)) {
  return sure(document.getElementById(id), `#${id}`, kind);
}

/**
 * The element inside `root` that meets the selector, and must be there.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} kind
 * @returns {E}
 */
export function part(root, selector, kind = /** @type {any} */ (HTMLElement)) {
  return sure(root.querySelector(selector), selector, kind);
}

/**
 * @template {HTMLElement} E
 * @param {Element | null} found
 * @param {string} selector
 * @param {new () => E} kind
 */
function sure(found, selector, kind) {
  if (found instanceof kind) return found;
  throw new Error(`no ${kind.name} ${selector} on this page`);
}

/**
 * Each element inside `root` that meets the selector.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} kind
 * @returns {E[]}
 */
export function every(root, selector, kind = /** @type {any} */ (HTMLElement)) {
  return [...root.querySelectorAll(selector)].filter(/** @returns {found is E} */ (found) => found instanceof kind);
}

/** The element around what an event came from that meets the selector. @type {(event: Event, selector: string) => HTMLElement | null} */
export function around({ target }, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}
