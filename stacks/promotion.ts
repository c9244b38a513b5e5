/**
 * Models and environments that a stage takes from the one before it: pinned versions of the ML registry in place of what
 * the workloads would make. Pure.
 */
import { z } from "zod";
import { keys } from "../specs/fields.ts";
import type { AnyDocument, AssetType, Problem, Reference } from "../specs/types.ts";

const pin = keys({
  version: z.string().min(1).describe("In the registry"),
  previous: z.string().min(1).optional().describe("What `npm run rollback` goes back to. Default nothing"),
});
const pins = z.record(z.string(), pin).optional();

/** `azure-ml:promotion` of a stage file; `npm run promote` writes the pins. */
export const promotion = keys({
  from: z.string().min(1).describe("Stage whose models this one takes, once they served there"),
  registry: z
    .string()
    .regex(/^[a-zA-Z0-9][-\w]{1,31}$/, "the name of an ML registry")
    .describe("ML registry by which they come"),
  models: pins.describe("Pinned versions, by name. Default none: a stage that serves a model is refused"),
  environments: pins.describe("Pinned versions, by name. Default: as the workloads say"),
}).describe("How models come here from another stage. Default: the stage makes them from its workloads");
export type Promotion = z.infer<typeof promotion>;

const PINNED = { model: "models", environment: "environments" } as const;
type Pinned = keyof typeof PINNED;

const isPinned = (type: string): type is Pinned => Object.hasOwn(PINNED, type);

const pinOf = (given: Promotion | undefined, type: AssetType, name: string) =>
  isPinned(type) ? given?.[PINNED[type]]?.[name] : undefined;

const isReference = (value: object): value is Reference => "kind" in value && "name" in value;

/** The reference to the pinned version, for one to an asset that is pinned. */
function promoted(given: Promotion, reference: Reference): Reference {
  if (reference.kind !== "asset") return reference;
  const { type, name } = reference;
  const found = pinOf(given, type, name);
  return found
    ? { kind: "registry", registry: given.registry, type, name, version: found.version }
    : reference;
}

/** Every reference in a spec, wherever it stands. */
function replaced<T>(given: Promotion, value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => replaced(given, item)) as T;
  if (typeof value !== "object" || value === null) return value;
  if (isReference(value)) {
    const other = promoted(given, value);
    if (other !== value) return other as T;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(given, item)])) as T;
}

/** The workloads with pinned versions in place of what they name; what is pinned is not made here. */
export function withPins(documents: readonly AnyDocument[], given: Promotion | undefined): AnyDocument[] {
  if (!given) return [...documents];
  return documents
    .filter(({ kind, name }) => !isPinned(kind) || !pinOf(given, kind, name))
    .map(
      (document) =>
        ({
          ...document,
          spec: replaced(given, document.spec),
          references: document.references.map(({ path, reference }) => ({
            path,
            reference: promoted(given, reference),
          })),
        }) as AnyDocument,
    );
}

const SERVING = ["onlineDeployment", "batchDeployment"];

/** Deployments whose model is not pinned, in a stage that takes its models from another. */
export function promotionProblems(
  documents: readonly AnyDocument[],
  given: Promotion | undefined,
  stage: string,
): Problem[] {
  if (!given) return [];
  return documents
    .filter(({ kind }) => SERVING.includes(kind))
    .flatMap((document) =>
      document.references
        .filter(({ path, reference }) => path[0] === "model" && reference.kind !== "registry")
        .map(({ path, reference }) => ({
          file: document.file,
          ...document.position(path),
          path: path.join("."),
          message:
            reference.kind === "asset"
              ? `model "${reference.name}" was not promoted from stage ${given.from}: npm run promote -- --from ${given.from} --to ${stage} ${reference.name}`
              : `found a model that is no asset of its own; stage ${stage} takes its models from stage ${given.from}: write it as a file with a name, and promote that`,
        })),
    );
}
