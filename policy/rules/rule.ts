/** How a rule is written that looks at resources by their type, or at all resources of a stack together. */
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

type Props = Readonly<Record<string, unknown>>;
/** What to do about each thing that is wrong; `false` for what is right. */
type Problems = readonly (string | false | undefined)[];

interface Facts {
  /** As the file is called. */
  readonly name: string;
  /** What holds, in a sentence. */
  readonly description: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  /** Ids of the same rule elsewhere. */
  readonly tags: readonly string[];
}

/** Type token without the version of its module: `azure-native:storage/v20240101:StorageAccount` is a StorageAccount. */
export const plainType = (type: string): string => type.replace(/\/v\d{8}(preview)?:/, ":");

/** The value at a dotted path; undefined where any part of it is missing. */
export function at(props: unknown, path: string): unknown {
  let found = props;
  for (const step of path.split("."))
    found = typeof found === "object" && found !== null ? (found as Props)[step] : undefined;
  return found;
}

/** The text at a path; empty where there is none. */
export const textAt = (props: unknown, path: string): string => {
  const found = at(props, path);
  return typeof found === "string" ? found : "";
};

export const same = (value: unknown, ...words: readonly string[]): boolean =>
  typeof value === "string" && words.some((word) => word.toLowerCase() === value.toLowerCase());

export const listAt = (props: unknown, path: string): readonly unknown[] => {
  const found = at(props, path);
  return Array.isArray(found) ? found : [];
};

export const entriesAt = (props: unknown, path: string): readonly (readonly [string, unknown])[] => {
  const found = at(props, path);
  return typeof found === "object" && found !== null ? Object.entries(found) : [];
};

/** A rule about each resource of these types by itself. */
export const resourceRule = (
  facts: Facts & {
    /** Type tokens without versions. */
    readonly types: readonly string[] | "any";
    readonly problems: (props: Props, resource: Parameters<Check>[0]) => Problems;
  },
): ResourceValidationPolicy => {
  const { types, problems, tags, ...rest } = facts;
  return {
    ...rest,
    tags: [...tags],
    enforcementLevel: "mandatory",
    validateResource: (resource, report) => {
      if (types !== "any" && !types.includes(plainType(resource.type))) return;
      for (const problem of problems(resource.props, resource)) if (problem) report(problem);
    },
  };
};
type Check = Exclude<ResourceValidationPolicy["validateResource"], readonly unknown[] | undefined>;

export interface StackView {
  /** All of a type. */
  readonly of: (type: string) => readonly PolicyResource[];
  /** Whether a private endpoint leads to this part of something: `blob`, `vault`, `registry`, … */
  readonly hasPrivateEndpoint: (group: string) => boolean;
  /** Whether a diagnostic setting is on something whose id ends like this. */
  readonly hasDiagnostics: (id: RegExp) => boolean;
}

const ENDPOINT = "azure-native:network:PrivateEndpoint";
const DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting";

function viewOf(resources: readonly PolicyResource[]): StackView {
  const of = (type: string) => resources.filter((resource) => plainType(resource.type) === type);
  return {
    of,
    hasPrivateEndpoint: (group) =>
      of(ENDPOINT).some(({ props }) =>
        [
          ...listAt(props, "privateLinkServiceConnections"),
          ...listAt(props, "manualPrivateLinkServiceConnections"),
        ].some((connection) => listAt(connection, "groupIds").includes(group)),
      ),
    hasDiagnostics: (id) =>
      of(DIAGNOSTICS).some(({ props }) => id.test(textAt(props, "resourceUri").replace(/\/$/, ""))),
  };
}

/** A rule about what the resources of a stack are together. */
export const stackRule = (
  facts: Facts & { readonly problems: (stack: StackView) => Problems },
): StackValidationPolicy => {
  const { problems, tags, ...rest } = facts;
  return {
    ...rest,
    tags: [...tags],
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => {
      for (const problem of problems(viewOf(resources))) if (problem) report(problem);
    },
  };
};
