/** The history as a picture: a row for each figure that has a target, its values from run to run, and the target. */
import { holds } from "./figures.ts";
import type { Target } from "./figures.ts";
import type { Run } from "./history.ts";

const WIDTH = 720;
const ROW = 44;
const LEFT = 250;
const RIGHT = 90;
const PLOT = WIDTH - LEFT - RIGHT;
/** Above and below the line, in units of the plot's height. */
const MARGIN = 8;
const COLOURS = { line: "#4a6fa5", target: "#999", good: "#2e7d32", bad: "#c62828" } as const;

const escaped = (text: string) => text.replace(/[&<>]/g, (c) => `&#${String(c.charCodeAt(0))};`);

function row(name: string, target: Target, values: readonly number[], top: number): string {
  const all = [...values, target.value];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value: number) =>
    (top + ROW - MARGIN - ((value - low) / (high - low || 1)) * (ROW - 2 * MARGIN)).toFixed(1);
  const x = (i: number) =>
    (LEFT + (values.length === 1 ? PLOT : (i / (values.length - 1)) * PLOT)).toFixed(1);
  const last = values.at(-1)!;
  const colour = holds({ name, value: last, pairs: 1, detail: "", target }) ? COLOURS.good : COLOURS.bad;
  const sign = target.side === "at most" ? "≤" : "≥";
  return [
    `<text x="8" y="${String(top + ROW / 2)}">${escaped(name)}</text>`,
    `<text x="8" y="${String(top + ROW / 2 + 14)}" fill="${COLOURS.target}">${sign} ${String(target.value)}</text>`,
    `<line x1="${String(LEFT)}" x2="${String(LEFT + PLOT)}" y1="${y(target.value)}" y2="${y(target.value)}" stroke="${COLOURS.target}" stroke-dasharray="4 3"/>`,
    `<polyline fill="none" stroke="${COLOURS.line}" stroke-width="1.5" points="${values.map((value, i) => `${x(i)},${y(value)}`).join(" ")}"/>`,
    `<circle cx="${x(values.length - 1)}" cy="${y(last)}" r="3.5" fill="${colour}"/>`,
    `<text x="${String(WIDTH - RIGHT + 12)}" y="${String(top + ROW / 2 + 4)}" fill="${colour}">${last.toFixed(2)}</text>`,
  ].join("\n");
}

/** @param targets by name; what has none, or was never measured, has no row. Quick runs are left out. */
export function plot(history: readonly Run[], targets: ReadonlyMap<string, Target>): string {
  const full = history.filter(({ quick }) => !quick);
  const rows = [...targets].flatMap(([name, target]) => {
    const values = full.flatMap(({ figures }) => figures[name] ?? []);
    return values.length === 0 ? [] : [{ name, target, values }];
  });
  const height = rows.length * ROW + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(WIDTH)}" height="${String(height)}" viewBox="0 0 ${String(WIDTH)} ${String(height)}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...rows.map(({ name, target, values }, i) => row(name, target, values, i * ROW + 4)),
    "</svg>",
    "",
  ].join("\n");
}
