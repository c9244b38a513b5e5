/** Every subject × every operation × every fault: one cell is one operation of the engine under one fault, and one `up` after it. */
import type { ProgramRun } from "@azure-ml-as-code/local/engine/deployment.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { PATIENCE } from "./azure.ts";
import type { FaultyAzure } from "./azure.ts";
import type { FaultKind } from "./kinds.ts";
import { OPS } from "./subjects.ts";
import type { Op, Subject } from "./subjects.ts";

export interface Cell {
  readonly type: string;
  readonly op: Op;
  readonly fault: string;
  /** How often the fault struck. */
  readonly injected: number;
  /** The operation succeeded nevertheless. */
  readonly survived: boolean;
  /** Why the fault could not strike. */
  readonly notMet?: string;
  /** Was there or was to be there, and is not. */
  readonly lost: readonly string[];
  /** In the state more than once. */
  readonly duplicated: readonly string[];
  /** In Azure, and nothing in the state says so. */
  readonly orphaned: readonly string[];
  /** Everything else that is not as it must be after one `up` without faults. */
  readonly problems: readonly string[];
}

export const isBad = ({ lost, duplicated, orphaned, problems }: Cell): boolean =>
  [lost, duplicated, orphaned, problems].some((list) => list.length > 0);

export const urnOf = (token: string, name = "it") => `urn:pulumi:test::faults::${token}::${name}`;

/** Seconds that a call may take. */
const ENOUGH = 20;

/** A resource as a program declares it. */
export interface Declared {
  readonly token: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  /** URNs. */
  readonly after?: readonly string[];
}

/** Registers what is declared, all at once but for what comes after something. @param seconds that a call may take. */
export const declaring =
  (declared: readonly Declared[], seconds = ENOUGH) =>
  async (run: ProgramRun): Promise<void> => {
    const made = new Map<string, Promise<unknown>>();
    const register = async ({ token, name, inputs, after = [] }: Declared) => {
      const provider = await run.defaultProvider(token, { version: "", pluginDownloadURL: "" });
      for (const urn of after) await made.get(urn);
      await run.register({
        ...{ type: token, name, custom: true, parent: "", provider, importId: "", deletedWith: "" },
        ...{ inputs, dependencies: after, propertyDependencies: {}, ignoreChanges: [] },
        ...{ aliases: [], replaceOnChanges: [], replaceWith: [], additionalSecretOutputs: [] },
        customTimeouts: { create: seconds, update: seconds, delete: seconds },
      });
    };
    for (const one of declared) made.set(urnOf(one.token, one.name), register(one));
    const outcomes = await Promise.allSettled(made.values());
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  };

const program = (token: string, inputs: PropertyMap | undefined, seconds = ENOUGH) =>
  declaring(inputs ? [{ token, name: "it", inputs }] : [], seconds);

const VOLATILE = new Set([
  "systemData",
  "etag",
  "createdAt",
  "lastModifiedAt",
  "creationTime",
  "createdTime",
]);
const GENERATED =
  /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z/gi;

/** Of what services make beside a resource, its key without what differs from life to life: GUIDs, digests, numbers. */
export const besideKey = (key: string): string =>
  key
    .replace(GENERATED, "GENERATED")
    .replace(/[0-9a-f]{12,}/g, "DIGEST")
    .replace(/([a-z])\d+(?=[_/]|$)/g, "$1N");

/** Without what two runs of the same differ in, members in order. */
function settled(value: unknown): unknown {
  if (typeof value === "string") return value.replace(GENERATED, "GENERATED");
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !VOLATILE.has(key));
  return Object.fromEntries(
    entries.map(([key, item]) => [key, settled(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A view to compare, as text: without the names, which differ from life to life. */
export function face(view: unknown, id: string): string {
  const name = id.split("/").at(-1)!;
  return JSON.stringify(settled(view ?? null))
    .replaceAll(id, "ID")
    .replaceAll(/localhost:\d+/g, "HOST")
    .replaceAll(/"name":"[^"]*"/g, '"name":"NAME"')
    .replaceAll(new RegExp(`(?<![A-Za-z0-9])${name.replaceAll(".", "\\.")}(?![A-Za-z0-9])`, "gi"), "NAME");
}

/** What each operation leaves when nothing goes wrong, and what the services make beside it. */
export interface Reference {
  readonly faces: Readonly<Record<Op, string>>;
  readonly beside: ReadonlySet<string>;
  /** Of the longest operation: on a busy machine patience has to be longer too, or the call is given up before the fault. */
  readonly seconds: number;
}

let counter = 0;
/** A number that no resource of this process has had. */
export const nextNumber = (): number => ++counter;

export const bodiesOf = (subject: Subject, n: number): Readonly<Record<Op, PropertyMap | undefined>> => {
  const inputs = subject.inputs(n);
  return { create: inputs, refresh: inputs, update: { ...inputs, ...subject.change }, delete: undefined };
};

/** The life of one resource without faults: what its cells are compared with. */
export async function reference(azure: FaultyAzure, subject: Subject): Promise<Reference> {
  const n = nextNumber();
  const id = subject.id(n);
  const before = azure.keys();
  const own = (key: string) => key === id.toLowerCase() || key.startsWith(`${id.toLowerCase()}/`);
  const faces: Partial<Record<Op, string>> = {};
  const beside = new Set<string>();
  let seconds = 0;
  for (const op of OPS) {
    const began = performance.now();
    const { ok, told } = await azure.perform("up", program(subject.token, bodiesOf(subject, n)[op]));
    if (!ok)
      throw new Error(
        `${subject.type}: its sample in tests/faults/samples.ts will not do for ${op}: ${told.join("; ")}`,
      );
    seconds = Math.max(seconds, (performance.now() - began) / 1000);
    faces[op] = face(await azure.view(id), id);
    // What goes with the resource when it is deleted is there beside it until then.
    for (const key of azure.keys()) if (!before.has(key) && !own(key)) beside.add(besideKey(key));
  }
  return {
    faces: faces as Record<Op, string>,
    beside,
    seconds,
  };
}

interface Found {
  readonly id: string;
  readonly urn: string;
  readonly op: Op;
  readonly before: ReadonlySet<string>;
  readonly stays: boolean;
  readonly reference: Reference;
}

/** What is wrong with the world after an `up` that should have made it as wanted. */
async function verdict(
  azure: FaultyAzure,
  { id, urn, op, before, stays, reference: { faces, beside } }: Found,
): Promise<Pick<Cell, "lost" | "duplicated" | "orphaned" | "problems">> {
  const wanted = op !== "delete";
  const now = azure.keys();
  const key = id.toLowerCase();
  const entries = azure.state.resources.filter((state) => state.urn === urn);
  const lost = [...before].filter((one) => !now.has(one));
  if (wanted && !now.has(key)) lost.push(key);
  const own = (other: string) => other === key || other.startsWith(`${key}/`);
  const extra = [...now].filter((one) => !before.has(one) && !beside.has(besideKey(one)));
  const orphaned = extra.filter((one) => !(wanted && own(one) && entries.length > 0));
  const view = face(await azure.view(id), id);
  const pending = azure.state.pendingOperations.map(({ type }) => `still ${type} in the state`);
  const outputs = entries.at(-1)?.outputs;
  const { tags } = (wanted && !stays ? await azure.view(id) : {}) as { tags?: unknown };
  return {
    lost,
    duplicated: entries.length > 1 ? [urn] : [],
    orphaned,
    problems: [
      ...entries.flatMap(({ initErrors }) => initErrors.map((text) => `half made: ${text}`)),
      ...pending,
      ...(wanted === entries.length > 0 ? [] : [`the state has ${entries.length} entries`]),
      ...(view === faces[op] ? [] : [`it is not as wanted: ${view} instead of ${faces[op]}`]),
      ...(tags !== undefined && face(tags, id) !== face(outputs?.["tags"] ?? {}, id)
        ? [`the state has other tags: ${JSON.stringify(outputs?.["tags"])}`]
        : []),
    ],
  };
}

/** One resource's life under one fault: each operation under it, then one `up` without. Ends at the first bad cell. */
export async function life(
  azure: FaultyAzure,
  subject: Subject,
  fault: FaultKind,
  compared: Reference,
): Promise<Cell[]> {
  const n = nextNumber();
  const [id, urn] = [subject.id(n), urnOf(subject.token)];
  const before = azure.keys();
  const cells: Cell[] = [];
  const seconds = fault.times === "always" ? Math.max(PATIENCE, 2 * compared.seconds) : ENOUGH;
  for (const op of OPS) {
    const body = bodiesOf(subject, n)[op];
    const injury = azure.arm(fault);
    const under = await azure.perform(
      op === "refresh" ? "refresh" : "up",
      program(subject.token, body, seconds),
    );
    const injected = await injury.end();
    const after = await azure.perform("up", program(subject.token, body));
    const found = await verdict(azure, { id, urn, op, before, stays: subject.stays, reference: compared });
    const notMet = injected === 0 ? subject.outOfReach(op, fault) : undefined;
    const problems = [
      ...found.problems,
      ...after.told.map((text) => `the up after it failed: ${text}`),
      ...(injected === 0 && notMet === undefined ? ["the fault did not strike, and nothing says why"] : []),
    ];
    const cell: Cell = {
      ...{ type: subject.type, op, fault: fault.id, injected, survived: under.ok },
      ...{ ...found, problems: problems.length > 0 ? [...problems, ...under.told] : [] },
      ...(notMet !== undefined && { notMet }),
    };
    cells.push(cell);
    if (isBad(cell)) break;
  }
  return cells;
}
