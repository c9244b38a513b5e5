/**
 * The words of `specs/`: what a CLI v2 YAML file says, after its defaults are filled, and what it refers to.
 * Types only, so that components can be typed by a spec without reading YAML.
 *
 *   YAML text -> SpecDocument (file, kind, name, spec) -> ArmResource (resourceType, name, version, body)
 *
 * Specs keep the YAML's own names (snake_case); a value that names something else is a {@link Reference}.
 */
import type { Reference } from "./reference-types.ts";
import type { Kind, Specs } from "./spec-types.ts";

export type * from "./reference-types.ts";
export type * from "./spec-types.ts";

export type KeyPath = readonly (string | number)[];

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One YAML file that was read without a problem. */
export interface SpecDocument<K extends Kind = Kind> {
  /** As given, or joined to the folder as it was given. */
  readonly file: string;
  readonly kind: K;
  readonly name: string;
  /** Of an asset, when the file names one. */
  readonly version?: string;
  readonly spec: Specs[K];
  /** Where a key stands in the file; of the nearest key above it that is there. */
  readonly position: (path: KeyPath) => Position;
  /** Every reference in the file, with its place; of a file that it includes, the place of the include. */
  readonly references: readonly Referred[];
  /** Of an online endpoint: absolute path of a request body to try it with (see `workloads/README.md`). */
  readonly sampleRequest?: string;
  /** Of a batch endpoint: absolute path of a folder to try it with. */
  readonly sampleInput?: string;
}

/** A document of any kind, so that `document.kind` narrows `document.spec`. */
export type AnyDocument = { [K in Kind]: SpecDocument<K> }[Kind];

export interface Referred {
  readonly path: KeyPath;
  readonly reference: Reference;
}

export interface Problem extends Position {
  readonly file: string;
  /** `traffic.blue`; empty for the file as a whole. */
  readonly path: string;
  /** What was found, what is allowed, and the nearest known name for one that is misspelt. */
  readonly message: string;
}
