/** The matrix as Markdown. Pure. */
import { summary } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { FAULTS } from "./kinds.ts";
import { isBad } from "./matrix.ts";
import type { Cell } from "./matrix.ts";
import { ELSEWHERE, OPS, SERVICE_MADE } from "./subjects.ts";

const LABELS: readonly (readonly [keyof ReturnType<typeof summary>, string])[] = [
  ["cells", "cells (one operation of one type under one fault)"],
  ["injected", "faults injected"],
  ["survived", "operations that succeeded under a fault"],
  ["converged", "operations that failed under a fault, and that one `up` put right"],
  ["notMet", "cells whose fault cannot strike, each with its reason"],
  ["lost", "resources lost"],
  ["duplicated", "resources duplicated"],
  ["orphaned", "resources orphaned"],
  ["notAsWanted", "not as wanted after one `up` without faults"],
  ["leaked", "secrets leaked into logs, events and requests"],
];

export const summaryTable = (bench: Bench): string => {
  const sums = summary(bench);
  return [
    "| Counted | |",
    "| --- | ---: |",
    ...LABELS.map(([key, label]) => `| ${label} | ${sums[key]} |`),
  ].join("\n");
};

/** Of the four operations: `s` survived, `c` converged, `-` cannot strike, `X` neither; `?` not run. */
const mark = (cell: Cell | undefined): string =>
  cell === undefined ? "?" : isBad(cell) ? "X" : cell.injected === 0 ? "-" : cell.survived ? "s" : "c";

export function matrixTable({ cells }: Bench): string {
  const byKey = new Map(cells.map((cell) => [`${cell.type}|${cell.op}|${cell.fault}`, cell]));
  const types = [...new Set(cells.map(({ type }) => type))];
  const marks = (type: string, fault: string) =>
    OPS.map((op) => mark(byKey.get(`${type}|${op}|${fault}`))).join("");
  return [
    `| Type | ${FAULTS.map(({ id }) => id).join(" | ")} |`,
    `| --- | ${FAULTS.map(() => "---").join(" | ")} |`,
    ...types.map((type) => `| ${type} | ${FAULTS.map(({ id }) => marks(type, id)).join(" | ")} |`),
  ].join("\n");
}

export function faultsTable(): string {
  const about = new Map(FAULTS.map((fault) => [fault.id.split("/")[0]!, fault.about]));
  return [
    "| Fault | What happens |",
    "| --- | --- |",
    ...[...about].map(([id, text]) => `| ${id} | ${text} |`),
  ].join("\n");
}

export function reasonsTable({ cells }: Bench): string {
  const counts = new Map<string, number>();
  for (const { notMet } of cells) if (notMet !== undefined) counts.set(notMet, (counts.get(notMet) ?? 0) + 1);
  return [
    "| Why a fault cannot strike | Cells |",
    "| --- | ---: |",
    ...[...counts].map(([reason, count]) => `| ${reason} | ${count} |`),
    ...SERVICE_MADE.map((type) => `| ${type}: the service alone writes it | whole row |`),
    ...Object.entries(ELSEWHERE).map(([type, reason]) => `| ${type}: ${reason} | whole row |`),
  ].join("\n");
}
