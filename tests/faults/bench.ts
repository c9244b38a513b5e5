/** Runs lives of the matrix in a seeded order, within a time, and sums them up. */
import { faultyAzure } from "./azure.ts";
import { FAULTS } from "./kinds.ts";
import type { FaultKind } from "./kinds.ts";
import { isBad, life, reference } from "./matrix.ts";
import type { Cell, Reference } from "./matrix.ts";
import { SUBJECTS, typeOf } from "./subjects.ts";
import type { Subject } from "./subjects.ts";

export interface Pair {
  readonly subject: Subject;
  readonly fault: FaultKind;
}

/** Every type with every fault, type by type. */
export const PAIRS: readonly Pair[] = SUBJECTS.flatMap((subject) =>
  FAULTS.map((fault) => ({ subject, fault })),
);

export interface Summary {
  readonly cells: number;
  readonly injected: number;
  /** Operations that succeeded under a fault that struck. */
  readonly survived: number;
  /** Operations that failed under it, and that one `up` afterwards put right. */
  readonly converged: number;
  /** Cells whose fault has no way to strike, each with its reason. */
  readonly notMet: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly orphaned: number;
  readonly notAsWanted: number;
  readonly leaked: number;
}

/** What must never be in a log, an event or the record of requests. */
export const SECRETS: readonly string[] = ["canary-secret", "not-a-secret", "Bearer ey"];

export interface Bench {
  readonly cells: readonly Cell[];
  readonly leaks: readonly string[];
}

const unusable = ({ type }: Subject, { id }: FaultKind, { message }: Error): Cell => ({
  ...{ type, op: "create", fault: id, injected: 0, survived: false },
  ...{ lost: [], duplicated: [], orphaned: [], problems: [message] },
});

/** @param within milliseconds after which no new life begins. */
export async function runBench(
  pairs: readonly Pair[],
  within = Number.POSITIVE_INFINITY,
  tell: (lived: readonly Cell[]) => void = () => undefined,
): Promise<Bench> {
  const began = performance.now();
  const cells: Cell[] = [];
  const leaks = new Set<string>();
  const references = new Map<Subject, Reference | Error>();
  let azure = await faultyAzure(typeOf);
  const close = async () => {
    const words = [...azure.words, await azure.requests()].join("\n");
    for (const secret of SECRETS) if (words.includes(secret)) leaks.add(secret);
    await azure.close();
  };
  for (const { subject, fault } of pairs) {
    if (performance.now() - began > within) break;
    const known =
      references.get(subject) ?? (await reference(azure, subject).catch((error: unknown) => error as Error));
    references.set(subject, known);
    // A sample that will not do is a bad row, not the end of the others.
    const lived =
      known instanceof Error ? [unusable(subject, fault, known)] : await life(azure, subject, fault, known);
    cells.push(...lived);
    tell(lived);
    if (!isBad(lived.at(-1)!)) continue;
    await close(); // what went wrong there is not to spoil the next
    azure = await faultyAzure(typeOf);
  }
  await close();
  return { cells, leaks: [...leaks] };
}

export function summary({ cells, leaks }: Bench): Summary {
  const count = (is: (cell: Cell) => boolean) => cells.filter(is).length;
  const sum = (of: (cell: Cell) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  return {
    cells: cells.length,
    injected: sum(({ injected }) => injected),
    survived: count(({ injected, survived }) => injected > 0 && survived),
    converged: count((cell) => cell.injected > 0 && !cell.survived && !isBad(cell)),
    notMet: count(({ notMet }) => notMet !== undefined),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    orphaned: sum(({ orphaned }) => orphaned.length),
    notAsWanted: count(({ problems }) => problems.length > 0),
    leaked: leaks.length,
  };
}

export const describeBad = (cells: readonly Cell[]): string[] =>
  cells
    .filter(isBad)
    .map(
      ({ type, op, fault, lost, duplicated, orphaned, problems }) =>
        `${type} ${op} under ${fault}: ${[
          ...lost.map((id) => `lost ${id}`),
          ...duplicated.map((urn) => `twice ${urn}`),
          ...orphaned.map((id) => `orphaned ${id}`),
          ...problems,
        ].join("; ")}`,
    );
