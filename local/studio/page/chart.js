// @ts-check
/** Traffic over time as stacked steps. */

const COLORS = ["#1565c0", "#2e7d32", "#ef6c00", "#6a1b9a", "#00838f", "#ad1457"];

/** The same colour for the same name, whatever else is there. @param {string} name */
export function colorOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  const known = { blue: 0, green: 1 };
  return COLORS[known[name] ?? sum % COLORS.length];
}

/**
 * One rectangle for each deployment and each stretch of time in which the map stood still.
 * @param {SVGElement} svg
 * @param {{time: string, traffic: Record<string, number>}[]} history
 * @param {number} now milliseconds
 */
export function drawHistory(svg, history, now) {
  svg.replaceChildren();
  const last = history.slice(-40);
  if (last.length === 0) return;
  const begin = Date.parse(last[0].time);
  const width = Math.max(1, now - begin);
  svg.setAttribute("viewBox", `0 0 ${width} 100`);
  last.forEach(({ time, traffic }, index) => {
    const from = Date.parse(time) - begin;
    const to = index + 1 < last.length ? Date.parse(last[index + 1].time) - begin : width;
    let y = 100;
    for (const name of Object.keys(traffic).sort()) {
      y -= traffic[name];
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({
        x: from,
        y,
        width: to - from,
        height: traffic[name],
        fill: colorOf(name),
      }))
        box.setAttribute(key, String(value));
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = `${name} ${traffic[name]} % from ${time}`;
      box.append(title);
      svg.append(box);
    }
  });
}
