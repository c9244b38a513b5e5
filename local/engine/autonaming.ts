/** `pulumi:autonaming`: the names that the engine proposes to providers. Pure but for the seed it is given. */
import { createHash } from "node:crypto";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { Value } from "@azure-ml-as-code/protocol/values.ts";
import { packageOf } from "./urn.ts";

export interface Proposal {
  /** For the provider's Check; absent where the default naming is asked for. */
  readonly options?: { readonly proposedName: string; readonly mode: number };
  /** A name without randomness cannot exist twice. */
  readonly deleteBeforeReplace: boolean;
}

export type Autonamer = (type: string, name: string, seed: Uint8Array) => Proposal;

const MODES = { propose: 0, enforce: 1, disabled: 2 } as const;

/** A stream of bytes that the seed determines. */
function byteStream(seed: Uint8Array): () => number {
  let block = Buffer.alloc(0);
  let counter = 0;
  let at = 0;
  return () => {
    if (at === block.length) {
      block = createHash("sha256").update(seed).update(String(counter++)).digest();
      at = 0;
    }
    return block[at++]!;
  };
}

const ALPHABETS: Readonly<Record<string, string>> = {
  hex: "0123456789abcdef",
  alphanum: "abcdefghijklmnopqrstuvwxyz0123456789",
  string: "abcdefghijklmnopqrstuvwxyz",
  num: "0123456789",
};

function uuid(next: () => number): string {
  const hex = Array.from({ length: 16 }, () => next().toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A byte that maps to the alphabet without favouring its beginning. */
function pick(alphabet: string, next: () => number): string {
  const limit = 256 - (256 % alphabet.length);
  let byte = next();
  while (byte >= limit) byte = next();
  return alphabet[byte % alphabet.length]!;
}

/** `${name}`, `${hex(n)}`, `${alphanum(n)}`, `${string(n)}`, `${num(n)}`, `${uuid}` filled in. */
export function nameFrom(pattern: string, name: string, seed: Uint8Array): { name: string; random: boolean } {
  const next = byteStream(seed);
  let random = false;
  const filled = pattern
    .replaceAll("${name}", () => name)
    .replace(/\$\{(?:(hex|alphanum|string|num)\((\d+)\)|uuid)\}/g, (_, kind?: string, length?: string) => {
      random = true;
      if (kind === undefined) return uuid(next);
      return Array.from({ length: Number(length) }, () => pick(ALPHABETS[kind]!, next)).join("");
    });
  return { name: filled, random };
}

const STRATEGIES: Readonly<Record<string, Autonamer>> = {
  default: () => ({ deleteBeforeReplace: false }),
  verbatim: (_, name) => ({
    options: { proposedName: name, mode: MODES.enforce },
    deleteBeforeReplace: true,
  }),
  disabled: () => ({ options: { proposedName: "", mode: MODES.disabled }, deleteBeforeReplace: true }),
};

/** One section of the setting: `{mode}` or `{pattern, enforce}`; `undefined` if it has neither. */
function strategy(
  section: Value | undefined,
  where: string,
  resolve: (text: string) => string,
): Autonamer | undefined {
  if (section === undefined || !isObject(section)) return undefined;
  const { mode, pattern, enforce } = section;
  if (typeof pattern === "string") {
    const resolved = resolve(pattern);
    return (_, name, seed) => {
      const made = nameFrom(resolved, name, seed);
      return {
        options: { proposedName: made.name, mode: enforce === true ? MODES.enforce : MODES.propose },
        deleteBeforeReplace: !made.random,
      };
    };
  }
  if (mode === undefined) return undefined;
  const known = typeof mode === "string" ? STRATEGIES[mode] : undefined;
  if (!known)
    throw new Error(
      `${where}: mode is ${JSON.stringify(mode)}; known are ${Object.keys(STRATEGIES).join(", ")}`,
    );
  return known;
}

const UNKNOWN_EXPRESSION = /\$\{(?!name\}|uuid\}|(?:hex|alphanum|string|num)\(\d+\)\})[^}]*\}/;

const child = (value: Value | undefined, key: string): Value | undefined =>
  value !== undefined && isObject(value) ? value[key] : undefined;

/**
 * The setting as a function; the most specific section decides: resource type, then provider, then all.
 * @param stack resolves `${project}`, `${stack}`, `${organization}`.
 * @throws Error for an unknown mode or an expression in a pattern that is not supported.
 */
export function parseAutonaming(
  setting: Value,
  stack: Readonly<Record<"project" | "stack" | "organization", string>>,
): Autonamer {
  const resolve = (pattern: string) => {
    const known = pattern.replace(
      /\$\{(project|stack|organization)\}/g,
      (_, key: keyof typeof stack) => stack[key],
    );
    const [unknown] = UNKNOWN_EXPRESSION.exec(known) ?? [];
    if (unknown !== undefined)
      throw new Error(`pulumi:autonaming: the embedded engine does not know ${unknown} in "${pattern}"`);
    return known;
  };
  const root = strategy(setting, "pulumi:autonaming", resolve) ?? STRATEGIES["default"]!;
  const sections = new Map<string, Autonamer>();
  const providers = child(setting, "providers");
  for (const [pkg, section] of Object.entries(isObject(providers) ? providers : {})) {
    const where = `pulumi:autonaming.providers.${pkg}`;
    sections.set(pkg, strategy(section, where, resolve) ?? root);
    const resources = child(section, "resources");
    for (const [type, own] of Object.entries(isObject(resources) ? resources : {})) {
      const named = strategy(own, `${where}.resources.${type}`, resolve);
      if (!named) throw new Error(`${where}.resources.${type} has neither mode nor pattern`);
      sections.set(type, named);
    }
  }
  return (type, name, seed) =>
    (sections.get(type) ?? sections.get(packageOf(type)) ?? root)(type, name, seed);
}
