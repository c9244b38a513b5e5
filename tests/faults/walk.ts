/**
 * Random walks: a stack of several resources of which some are added, changed and taken out, by `up`, `refresh` and `destroy`,
 * each under a fault of its own. When the faults end, one `up` must make all of it as wanted, and one `destroy` leave nothing.
 */
import type { FaultyAzure } from "./azure.ts";
import { PATIENCE } from "./azure.ts";
import { FAULTS } from "./kinds.ts";
import { besideKey, bodiesOf, declaring, face, nextNumber, reference, urnOf } from "./matrix.ts";
import type { Declared, Reference } from "./matrix.ts";
import { random, shuffled } from "./random.ts";
import { SUBJECTS } from "./subjects.ts";
import type { Subject } from "./subjects.ts";

export interface Walk {
  readonly steps: number;
  readonly injected: number;
  readonly survived: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly orphaned: readonly string[];
  readonly problems: readonly string[];
}

/** Several of them may be in one stack: each is a resource of its own. */
const WALKERS = SUBJECTS.filter(({ stays, type }) => !stays && !type.startsWith("azureml:"));

interface Place {
  readonly subject: Subject;
  readonly n: number;
  wanted: "create" | "update" | "delete";
}

const nameOf = ({ n }: Place) => `it${String(n)}`;
const urn = (place: Place) => urnOf(place.subject.token, nameOf(place));

/** What the program declares; some come after the one before them. */
function declared(places: readonly Place[]): Declared[] {
  const wanted = places.filter((place) => place.wanted !== "delete");
  return wanted.map((place, i) => ({
    token: place.subject.token,
    name: nameOf(place),
    inputs: bodiesOf(place.subject, place.n)[place.wanted]!,
    after: i % 2 === 1 ? [urn(wanted[i - 1]!)] : [],
  }));
}

interface World {
  readonly azure: FaultyAzure;
  readonly places: readonly Place[];
  readonly before: ReadonlySet<string>;
  readonly references: ReadonlyMap<Subject, Reference>;
}

/** What is wrong after an operation that should have made everything as wanted. */
async function verdict({ azure, places, before, references }: World) {
  const now = azure.keys();
  const key = ({ subject, n }: Place) => subject.id(n).toLowerCase();
  const wanted = places.filter((place) => place.wanted !== "delete");
  const beside = new Set([...references.values()].flatMap((one) => [...one.beside]));
  const own = (other: string) =>
    wanted.some((place) => other === key(place) || other.startsWith(`${key(place)}/`));
  const urns = azure.state.resources.map((state) => state.urn);
  const { resources, pendingOperations } = azure.state;
  const views = await Promise.all(
    wanted.map(async ({ subject, n, wanted: as }) => {
      const id = subject.id(n);
      const [is, should] = [face(await azure.view(id), id), references.get(subject)!.faces[as]];
      return is === should ? [] : [`${id} is not as wanted: ${is} instead of ${should}`];
    }),
  );
  return {
    lost: [...before, ...wanted.map(key)].filter((one) => !now.has(one)),
    duplicated: urns.filter((one, i) => urns.indexOf(one) !== i),
    orphaned: [...now].filter((one) => !before.has(one) && !own(one) && !beside.has(besideKey(one))),
    problems: [
      ...resources.flatMap(({ urn: of, initErrors }) =>
        initErrors.map((text) => `${of} is half made: ${text}`),
      ),
      ...pendingOperations.map(({ type }) => `still ${type} in the state`),
      ...wanted
        .filter((place) => !urns.includes(urn(place)))
        .map((place) => `${urn(place)} is not in the state`),
      ...views.flat(),
    ],
  };
}

/** One walk. The same seed walks the same way. */
export async function walk(azure: FaultyAzure, seed: number, steps: number): Promise<Walk> {
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const subjects = shuffled(WALKERS, seed).slice(0, 5);
  const references = new Map<Subject, Reference>();
  for (const subject of subjects) references.set(subject, await reference(azure, subject));
  const places = subjects.map((subject): Place => ({ subject, n: nextNumber(), wanted: "create" }));
  const world: World = { azure, places, before: azure.keys(), references };
  const counts = { injected: 0, survived: 0 };
  const told: string[] = [];
  for (let step = 0; step < steps; step++) {
    for (const place of places) if (next() < 0.4) place.wanted = pick(["create", "update", "delete"]);
    const fault = pick(FAULTS);
    const injury = azure.arm(fault);
    const longest = Math.max(PATIENCE, ...[...references.values()].map(({ seconds }) => 2 * seconds));
    const patience = fault.times === "always" ? longest : undefined;
    const op = pick(["up", "up", "up", "refresh", "destroy"] as const);
    const outcome = await azure.perform(op, declaring(declared(places), patience));
    counts.injected += await injury.end();
    if (outcome.ok) counts.survived++;
    told.push(`${op} under ${fault.id}: ${outcome.ok ? "ok" : outcome.told.join("; ")}`);
  }
  const found: Awaited<ReturnType<typeof verdict>>[] = [];
  for (const [op, wanted] of [
    ["up", undefined],
    ["destroy", "delete"],
  ] as const) {
    for (const place of places) place.wanted = wanted ?? place.wanted;
    const outcome = await azure.perform(op, declaring(declared(places)));
    const failed = outcome.told.map((text) => `the ${op} after it failed: ${text}`);
    const { problems, ...rest } = await verdict(world);
    found.push({ ...rest, problems: [...failed, ...problems] });
    if (!outcome.ok) break;
  }
  const all = (key: "lost" | "duplicated" | "orphaned" | "problems") => found.flatMap((one) => one[key]);
  const result = {
    ...{ steps, ...counts, lost: all("lost"), duplicated: all("duplicated"), orphaned: all("orphaned") },
    problems: all("problems"),
  };
  return isBadWalk(result) ? { ...result, problems: [...result.problems, ...told] } : result;
}

export const isBadWalk = ({ lost, duplicated, orphaned, problems }: Walk): boolean =>
  [lost, duplicated, orphaned, problems].some((list) => list.length > 0);
