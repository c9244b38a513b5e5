// @ts-check
/** The few lines that stand in for a framework: make an element, change only what differs, keep what is keyed. */

/** @typedef {{root: Element, update: (item: any) => void}} Part something on the page that can be told what is new */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `on` holds listeners, `text` its text; anything else is an attribute, left out when undefined or false.
 * @param {string} tag `svg:rect` for one of a drawing
 * @param {Record<string, any>} [props]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function h(tag, { on = {}, text, ...attributes } = {}, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS(SVG, tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) attribute(made, name, value);
  for (const [name, listener] of Object.entries(on)) made.addEventListener(name, listener);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/** @param {Element} node @param {string} name @param {string | number | boolean | undefined} value */
export function attribute(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value === true ? "" : value))
    node.setAttribute(name, String(value === true ? "" : value));
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Keeps one part for each key, in the order of the items. What stays is not touched: moving a text box would take the cursor out of it.
 * @param {Element} parent
 * @param {(item: any) => string} keyOf
 * @param {(item: any) => Part} make
 */
export function keyed(parent, keyOf, make) {
  /** @type {Map<string, Part>} */
  const parts = new Map();
  return (/** @type {readonly any[]} */ items) => {
    const wanted = new Set(items.map(keyOf));
    for (const [key, part] of parts)
      if (!wanted.has(key)) {
        part.root.remove();
        parts.delete(key);
      }
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const part = parts.get(key) ?? make(item);
      parts.set(key, part);
      if (part.root === place) place = place.nextElementSibling;
      else parent.insertBefore(part.root, place);
      part.update(item);
    }
  };
}

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
export async function ask(path, body) {
  const answer = await fetch(
    path,
    body && {
      method: "POST",
      headers: { "content-type": "application/json", "x-studio": "1" },
      body: JSON.stringify(body),
    },
  );
  const found = await answer.json();
  if (found.error) throw new Error(found.error.message);
  return found;
}

/** @param {string} state of a resource or job */
export function pill(state) {
  const root = h("span", { class: "pill" });
  const update = (/** @type {string} */ now) => {
    setText(root, now);
    attribute(root, "data-state", now.toLowerCase());
  };
  update(state);
  return { root, update };
}

/** `1 s`, `2 min`, `3 h` @param {number} ms */
export function span(ms) {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** @param {number} bytes */
export const size = (bytes) =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1 << 20
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / (1 << 20)).toFixed(1)} MB`;

/** @param {number | undefined} value */
export const milliseconds = (value) =>
  value === undefined
    ? "–"
    : value < 10
      ? `${value.toFixed(1)} ms`
      : `${Math.round(value).toLocaleString("en")} ms`;
