/** The resources of a run as a tree with state and time. Pure: events in, lines out. */
import { styleText } from "node:util";
import type { EngineEvent, Operation } from "../engine/events.ts";

/** What the tree knows of a resource. */
export interface Row {
  readonly urn: string;
  readonly parent: string;
  readonly type: string;
  readonly name: string;
  readonly op: Operation;
  readonly state: "running" | "done" | "failed";
  /** Milliseconds since some origin. */
  readonly began: number;
  /** Set when it has ended. */
  readonly seconds?: number;
}

type Color = Parameters<typeof styleText>[0];

interface Words {
  readonly sign: string;
  readonly doing: string;
  readonly done: string;
  /** In a preview. */
  readonly would: string;
  readonly color: Color;
}

/** How each operation reads: while it goes on, when it is done, when it would be. */
const OPERATIONS: Record<Operation, Words> = {
  same: { sign: " ", doing: "comparing", done: "unchanged", would: "unchanged", color: "dim" },
  create: { sign: "+", doing: "creating", done: "created", would: "to create", color: "green" },
  update: { sign: "~", doing: "updating", done: "updated", would: "to update", color: "yellow" },
  delete: { sign: "-", doing: "deleting", done: "deleted", would: "to delete", color: "red" },
  replace: { sign: "±", doing: "replacing", done: "replaced", would: "to replace", color: "magenta" },
  "create-replacement": {
    sign: "±",
    doing: "creating replacement",
    done: "replaced",
    would: "to replace",
    color: "magenta",
  },
  "delete-replaced": {
    sign: "-",
    doing: "deleting old",
    done: "old deleted",
    would: "old to delete",
    color: "magenta",
  },
  read: { sign: ">", doing: "reading", done: "read", would: "to read", color: "cyan" },
  refresh: { sign: "?", doing: "refreshing", done: "refreshed", would: "refreshed", color: "cyan" },
  import: { sign: "=", doing: "importing", done: "imported", would: "to import", color: "cyan" },
  discard: { sign: "<", doing: "discarding", done: "discarded", would: "to discard", color: "dim" },
  "remove-pending-replace": {
    sign: "-",
    doing: "clearing",
    done: "cleared",
    would: "to clear",
    color: "dim",
  },
};

/** Rows in the order in which the resources first appeared, by URN. */
export type Rows = ReadonlyMap<string, Row>;

/** The rows after an event. What ended stays, with its time; a second step on a resource takes its place. */
export function afterEvent(rows: Rows, event: EngineEvent, now: number): Rows {
  if (event.kind === "diagnostic" || event.kind === "summary") return rows;
  const { urn, parent, type, name, op } = event;
  const began = rows.get(urn)?.began ?? now;
  const row: Row = { urn, parent, type, name, op, began, state: "running" };
  const next = new Map(rows);
  if (event.kind === "resource-started") next.set(urn, { ...row, began: now });
  else
    next.set(urn, {
      ...row,
      state: event.kind === "resource-done" ? "done" : "failed",
      seconds: event.seconds,
    });
  return next;
}

/** `azure-native:storage:StorageAccount` → `storage:StorageAccount`; what the stage is made of keeps its package. */
const shortType = (type: string): string =>
  type === "pulumi:pulumi:Stack" ? "stack" : type.replace(/^azure-native:/, "");

const clock = (seconds: number): string => (seconds < 0.05 ? "" : `${seconds.toFixed(1)} s`);

/** What a row says, without its place in the tree. */
export function describe(row: Row, now: number, preview = false): string {
  const { sign, doing, done, would, color } = OPERATIONS[row.op];
  const what = `${shortType(row.type)} ${row.name}`;
  switch (row.state) {
    case "running":
      return `${styleText(color, sign)} ${what}  ${styleText("cyan", doing)} ${clock((now - row.began) / 1000)}`;
    case "done":
      return preview
        ? `${styleText(color, sign)} ${what}  ${styleText(color, would)}`
        : `${styleText(color, sign)} ${what}  ${styleText(color, done)} ${styleText("dim", clock(row.seconds ?? 0))}`.trimEnd();
    case "failed":
      return `${styleText("red", "✗")} ${what}  ${styleText("red", `${doing} failed`)} ${clock(row.seconds ?? 0)}`;
  }
}

/** Rows with their depth, children below their parents. A parent that has no row is left out, not its children. */
function arranged(rows: Rows): { row: Row; depth: number }[] {
  const children = new Map<string, Row[]>();
  for (const row of rows.values()) {
    const above = rows.has(row.parent) ? row.parent : "";
    children.set(above, [...(children.get(above) ?? []), row]);
  }
  const under = (urn: string, depth: number): { row: Row; depth: number }[] =>
    (children.get(urn) ?? []).flatMap((row) => [{ row, depth }, ...under(row.urn, depth + 1)]);
  return under("", 0);
}

const INTEREST: Record<Row["state"], number> = { failed: 0, running: 1, done: 2 };

/**
 * The tree in at most `height` lines. When it is longer, whole rows give way: first what is done, oldest first;
 * what runs or failed stays.
 */
export function draw(rows: Rows, now: number, height: number, preview = false): string[] {
  const all = arranged(rows);
  const line = ({ row, depth }: { row: Row; depth: number }) =>
    `${"  ".repeat(depth)}${describe(row, now, preview)}`;
  if (all.length <= height) return all.map(line);
  const kept = new Set(
    all
      .map((entry, index) => ({ entry, index }))
      .sort((a, b) => INTEREST[a.entry.row.state] - INTEREST[b.entry.row.state] || b.index - a.index)
      .slice(0, Math.max(0, height - 1))
      .map(({ entry }) => entry),
  );
  const hidden = all.length - kept.size;
  return [styleText("dim", `… ${hidden} more`), ...all.filter((entry) => kept.has(entry)).map(line)];
}

/** `12 created, 3 unchanged`; in a preview `12 to create, 3 unchanged` */
export function counted(counts: Readonly<Partial<Record<Operation, number>>>, preview = false): string {
  const parts = (Object.entries(counts) as [Operation, number][])
    .filter(([, count]) => count > 0)
    .map(([op, count]) =>
      styleText(OPERATIONS[op].color, `${count} ${OPERATIONS[op][preview ? "would" : "done"]}`),
    );
  return parts.join(", ") || "nothing to do";
}
