/** The rows of the tables of what Azure refuses about endpoints and deployments, and how they are asked. */
import { show } from "../problems.ts";
import type { KeyPath } from "../types.ts";

/** What is wrong: where the YAML says it, what was found and what is allowed. */
export interface Finding {
  readonly path: KeyPath;
  readonly message: string;
}

/** A row: one thing that Azure refuses, whoever says it and in whichever form. */
export interface Rule<Facts> {
  /** Unlike that of any other row. */
  readonly name: string;
  /** The page of Microsoft's that says so, or the client that refuses it. */
  readonly source: string;
  /** What is wrong with these facts; nothing where they do not say enough. */
  readonly check: (facts: Facts) => readonly Finding[];
}

/** Everything that is wrong. */
export const findings = <Facts>(rules: readonly Rule<Facts>[], facts: Facts): Finding[] =>
  rules.flatMap(({ check }) => check(facts));

/** One finding in the words of all: `found X; allowed: Y`. */
export const finding = (path: KeyPath, found: unknown, allowed: string): Finding => ({
  path,
  message: `found ${show(found)}; allowed: ${allowed}`,
});

/** Facts, or parts of them, by the keys of the YAML. */
type Keyed = Readonly<Record<string, unknown>>;

const valueAt = (facts: object, path: KeyPath): unknown =>
  path.reduce<unknown>((at, key) => (at as Keyed | undefined)?.[key], facts);

interface Range {
  readonly least: number;
  readonly most?: number;
}

const inWords = ({ least, most }: Range): string =>
  most === undefined ? `at least ${least}` : `${least} to ${most}`;

/** A row for a whole number at `path`. @param when which facts it is for; all unless given. */
export const range = <Facts extends object>(
  name: string,
  source: string,
  path: KeyPath,
  limits: Range,
  when: (facts: Facts) => boolean = () => true,
): Rule<Facts> => ({
  name,
  source,
  check: (facts) => {
    const value = valueAt(facts, path);
    if (typeof value !== "number" || !when(facts)) return [];
    return value >= limits.least && value <= (limits.most ?? Infinity)
      ? []
      : [finding(path, value, inWords(limits))];
  },
});

/** A row for what may not be said together with something else. */
export const notWith = <Facts extends object>(
  name: string,
  source: string,
  path: KeyPath,
  when: (facts: Facts) => boolean,
  allowed: string,
): Rule<Facts> => ({
  name,
  source,
  check: (facts) => {
    const value = valueAt(facts, path);
    return value === undefined || !when(facts) ? [] : [finding(path, value, allowed)];
  },
});

/** Azure compares names in any letters. */
export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What every name in a stage is, and what the service takes of endpoints and deployments alike. */
const NAME = /^(?!.*--)[a-zA-Z][-a-zA-Z0-9]{1,30}[a-zA-Z0-9]$/;
const NAME_IN_WORDS = "3 to 32 letters, digits and single dashes, a letter first, no dash last";
/** `<NAME>`, `{{name}}`: told elsewhere. */
const isPlaceholder = (name: string) => /^(<.*>|\{\{.*\}\})$/.test(name);

/** A row for a name of an endpoint or deployment. */
export const named = <Facts extends object>(name: string, key: string): Rule<Facts> => ({
  name,
  source: "how-to-manage-quotas: online endpoints and batch endpoints",
  check: (facts) => {
    const value = valueAt(facts, [key]);
    if (typeof value !== "string" || value === "" || isPlaceholder(value)) return [];
    return NAME.test(value) ? [] : [finding([key], value, NAME_IN_WORDS)];
  },
});

/** Of one endpoint. Source: how-to-manage-quotas. */
const MAX_DEPLOYMENTS = 20;

/** The row for how many deployments an endpoint has. */
export const fewDeployments = <
  Facts extends { readonly deployments?: readonly unknown[] | undefined },
>(): Rule<Facts> => ({
  name: "deployments are few",
  source: "how-to-manage-quotas: deployments per endpoint",
  check: ({ deployments = [] }) =>
    deployments.length > MAX_DEPLOYMENTS
      ? [
          {
            path: ["name"],
            message: `has ${deployments.length} deployments; allowed: at most ${MAX_DEPLOYMENTS}`,
          },
        ]
      : [],
});
