/** One YAML file as a document, or everything that is wrong with it. */
import { resolve } from "node:path";
import { statSync } from "node:fs";
import { isMapping } from "./fields.ts";
import { kinds, recognise } from "./kinds.ts";
import { overlaid } from "./overlay.ts";
import { problemAt, show } from "./problems.ts";
import { Reader } from "./reader.ts";
import { readSource } from "./source.ts";
import type { Mapping } from "./kind.ts";
import type { Source } from "./source.ts";
import type { AnyDocument, Kind, Problem, SpecDocument } from "./types.ts";

/** What the command line of `az ml` may give instead of the file. */
export interface ParseDefaults {
  readonly name?: string;
  readonly endpoint_name?: string;
  readonly compute?: string;
}

export interface ParseOptions {
  /** The folder that no path may lead out of. */
  readonly root?: string;
  /** What a stage says otherwise (`overlay.ts`). */
  readonly overlay?: { readonly file: string; readonly text: string };
}

export interface Parsed {
  readonly document?: AnyDocument;
  /** Once it is recognised. */
  readonly kind?: Kind;
  /** The YAML as it was read, with what the command line gives. */
  readonly value?: Mapping;
  /** Whether the file itself says what it is. */
  readonly hasSchema: boolean;
  readonly problems: readonly Problem[];
  /** What can be converted, and no stage can use: content that is not there, which `az ml` finds out when it uploads; placeholders. */
  readonly absent: readonly Problem[];
  /** Keys that Microsoft's tools ignore. */
  readonly warnings: readonly Problem[];
  /** Absolute paths of what the document refers to. */
  readonly used: ReadonlySet<string>;
}

/**
 * @param file where the text is from: relative paths in it start there.
 * @param defaults used where the file has no such key and its kind knows it.
 */
export function parseSpec(
  file: string,
  text: string,
  defaults: ParseDefaults = {},
  { root, overlay }: ParseOptions = {},
): Parsed {
  const base = readSource(file, text);
  const over = overlay && readSource(overlay.file, overlay.text);
  const problems = [...base.problems, ...(over?.problems ?? [])];
  const source = base.source && over?.source ? overlaid(base.source, over.source) : base.source;
  if (!source || problems.length > 0)
    return { problems, absent: [], warnings: [], used: new Set(), hasSchema: false };
  const refuse = (message: string, path: readonly string[] = []): Parsed => ({
    hasSchema: path[0] === "$schema",
    problems: [problemAt(source, path, message)],
    absent: [],
    warnings: [],
    used: new Set<string>(),
  });
  if (!isMapping(source.value))
    return refuse(`found ${show(source.value)}; allowed: a mapping, as every CLI v2 document is`);
  const recognised = recognise(source.value);
  if (!("kind" in recognised)) return refuse(recognised.message, recognised.path);
  return readKind(recognised.kind, source, withDefaults(source.value, recognised.kind, defaults), root);
}

/** Which kinds have which of the keys that the command line may give. */
const FROM_COMMAND_LINE: Readonly<Record<keyof ParseDefaults, (kind: Kind) => boolean>> = {
  name: (kind) => kind !== "modelPackage",
  endpoint_name: (kind) => kind === "onlineDeployment" || kind === "batchDeployment",
  compute: (kind) => kind === "batchDeployment",
};

function withDefaults(value: Mapping, kind: Kind, defaults: ParseDefaults): Mapping {
  const given = Object.entries(defaults).filter(
    ([key, item]) => item !== undefined && FROM_COMMAND_LINE[key as keyof ParseDefaults](kind),
  );
  return { ...Object.fromEntries(given), ...value };
}

function readKind(kind: Kind, source: Source, value: Mapping, root?: string): Parsed {
  const reader = new Reader(source, root);
  const { problems, absent, warnings, used, references } = reader;
  const read = { kind, value, hasSchema: "$schema" in value, problems, absent, warnings, used };
  const spec = kinds[kind].read(value, reader);
  reader.placeholders(value);
  reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  const { name, version } = (spec ?? value) as { name?: unknown; version?: unknown };
  if (typeof name !== "string" || name === "") {
    if (value["name"] === undefined && FROM_COMMAND_LINE.name(kind))
      reader.problem(["name"], "is missing; it has to be text");
    return read;
  }
  if (!spec) return read;
  const document: SpecDocument = {
    file: source.file,
    kind,
    name,
    ...(typeof version === "string" && { version }),
    spec,
    position: source.position,
    references,
    ...samples(kind, source.file, reader),
  };
  // `spec` is of `kind`, which TypeScript does not follow through the table.
  return { ...read, document: document as AnyDocument };
}

/** What an endpoint can be tried with: the convention is told in `workloads/README.md`. */
const SAMPLES: Readonly<Partial<Record<Kind, { key: "sampleRequest" | "sampleInput"; suffix: string }>>> = {
  onlineEndpoint: { key: "sampleRequest", suffix: ".sample.json" },
  batchEndpoint: { key: "sampleInput", suffix: ".sample" },
};

function samples(
  kind: Kind,
  file: string,
  reader: Reader,
): Partial<Pick<SpecDocument, "sampleRequest" | "sampleInput">> {
  const sample = SAMPLES[kind];
  if (!sample) return {};
  const beside = file.replace(/\.ya?ml$/i, "") + sample.suffix;
  const found = statSync(beside, { throwIfNoEntry: false });
  if (found?.isDirectory() !== (sample.key === "sampleInput")) return {};
  const path = resolve(beside);
  reader.used.add(path);
  return { [sample.key]: path };
}
