/** What a run tells those who watch. */
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";

/** As Pulumi names them. */
export type Operation =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "import"
  | "discard"
  | "remove-pending-replace";

export type Severity = "debug" | "info" | "warning" | "error";

interface OfResource {
  readonly urn: string;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** URN; `""` for the stack and default providers. */
  readonly parent: string;
  readonly op: Operation;
}

export interface ResourceStarted extends OfResource {
  readonly kind: "resource-started";
  /** Properties that force a replacement, or that an update changes; may be empty. */
  readonly keys: readonly string[];
}

export interface ResourceDone extends OfResource {
  readonly kind: "resource-done";
  readonly seconds: number;
  readonly id: string;
}

export interface ResourceFailed extends OfResource {
  readonly kind: "resource-failed";
  readonly seconds: number;
  readonly message: string;
}

/** What the program, a provider or the engine says; `urn` is `""` when it is about none. */
export interface Diagnostic {
  readonly kind: "diagnostic";
  readonly severity: Severity;
  readonly message: string;
  readonly urn: string;
  /** `program` and `provider` print plain lines; `engine` and the program's own log calls are meant for people. */
  readonly source: "engine" | "log" | "program" | "provider";
}

/** Sent last. */
export interface Summary {
  readonly kind: "summary";
  readonly ok: boolean;
  readonly seconds: number;
  /** How many resources had each operation; those that failed are not among them. */
  readonly counts: Readonly<Partial<Record<Operation, number>>>;
  /** Stack outputs, secrets still marked. */
  readonly outputs: PropertyMap;
}

export type EngineEvent = ResourceStarted | ResourceDone | ResourceFailed | Diagnostic | Summary;
export type OnEvent = (event: EngineEvent) => void;
