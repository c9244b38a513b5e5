/**
 * What Azure lets a name be, and the names that a stage's resources get. Pure.
 *
 *   <abbreviation>-<workload>-<stage>[-<purpose>][-<suffix>]      mlw-credit-prod, kv-credit-prod-x7k2m9
 *
 * Abbreviations are those of Microsoft's Cloud Adoption Framework. A name that would be too long loses characters of
 * the workload first, then of the stage, then of the purpose: what is left still tells the resources of one stage apart.
 */

/** The parts that all names of a stage share. Lower-case letters, digits and single dashes. */
export interface Naming {
  readonly workload: string;
  readonly stage: string;
}

/** Length of a stage's unique suffix, in lower-case letters and digits. */
export const SUFFIX_LENGTH = 6;

interface NameRule {
  /** Begins the name; empty where the rest is the author's. */
  readonly abbreviation: string;
  readonly pattern: RegExp;
  /** The pattern in words, for the person who has to change a name. */
  readonly allowed: string;
  readonly max: number;
  readonly separator: "-" | "";
  /** Whether the name must be unique beyond the stage's resource group, so that it needs the stage's suffix. */
  readonly unique: boolean;
}

const endpoint: NameRule = {
  abbreviation: "",
  pattern: /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
  allowed: "3 to 32 letters, digits and single dashes, a letter first, no dash last",
  max: 32,
  separator: "-",
  unique: true,
};

const networkName: NameRule = {
  abbreviation: "",
  pattern: /^[a-zA-Z0-9]([-\w.]{0,78}\w)?$/,
  allowed: "1 to 80 letters, digits and -_., a letter or digit first, no dash or dot last",
  max: 80,
  separator: "-",
  unique: false,
};

/** Sources: Azure's resource name rules; for Azure ML the service's own, which are narrower than its API description. */
export const nameRules = {
  resourceGroup: {
    abbreviation: "rg",
    pattern: /^[-\w.()]{0,89}[-\w()]$/,
    allowed: "1 to 90 letters, digits and -_.(), no dot last",
    max: 90,
    separator: "-",
    unique: false,
  },
  storageAccount: {
    abbreviation: "st",
    pattern: /^[a-z0-9]{3,24}$/,
    allowed: "3 to 24 lower-case letters and digits",
    max: 24,
    separator: "",
    unique: true,
  },
  keyVault: {
    abbreviation: "kv",
    pattern: /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    allowed: "3 to 24 letters, digits and single dashes, a letter first, no dash last",
    max: 24,
    separator: "-",
    unique: true,
  },
  containerRegistry: {
    abbreviation: "cr",
    pattern: /^[a-zA-Z0-9]{5,50}$/,
    allowed: "5 to 50 letters and digits",
    max: 50,
    separator: "",
    unique: true,
  },
  logAnalytics: {
    abbreviation: "log",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
    allowed: "4 to 63 letters, digits and dashes, no dash first or last",
    max: 63,
    separator: "-",
    unique: false,
  },
  applicationInsights: {
    abbreviation: "appi",
    pattern: /^[\w.()-]{0,259}[\w()-]$/,
    allowed: "1 to 260 letters, digits and -_.(), no dot last",
    max: 260,
    separator: "-",
    unique: false,
  },
  userAssignedIdentity: {
    abbreviation: "id",
    pattern: /^[a-zA-Z0-9][\w-]{2,127}$/,
    allowed: "3 to 128 letters, digits, - and _, a letter or digit first",
    max: 128,
    separator: "-",
    unique: false,
  },
  virtualNetwork: { ...networkName, abbreviation: "vnet", max: 64 },
  networkSecurityGroup: { ...networkName, abbreviation: "nsg" },
  privateEndpoint: { ...networkName, abbreviation: "pep" },
  actionGroup: { ...networkName, abbreviation: "ag" },
  alert: { ...networkName, abbreviation: "alert" },
  budget: {
    ...networkName,
    abbreviation: "budget",
    pattern: /^[-\w]{1,63}$/,
    allowed: "1 to 63 letters, digits, - and _",
    max: 63,
  },
  group: {
    abbreviation: "grp",
    pattern: /^[^<>%;,+=*?"]{1,256}$/,
    allowed: "1 to 256 characters",
    max: 256,
    separator: "-",
    unique: false,
  },
  application: {
    abbreviation: "app",
    pattern: /^[^<>%;,+=*?"]{1,120}$/,
    allowed: "1 to 120 characters",
    max: 120,
    separator: "-",
    unique: false,
  },
  workspace: {
    abbreviation: "mlw",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/,
    allowed: "3 to 33 letters, digits, - and _, a letter or digit first",
    max: 33,
    separator: "-",
    unique: false,
  },
  mlRegistry: {
    abbreviation: "mlr",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,31}$/,
    allowed: "3 to 32 letters, digits, - and _, a letter or digit first",
    max: 32,
    separator: "-",
    unique: true,
  },
  onlineEndpoint: endpoint,
  batchEndpoint: endpoint,
  deployment: { ...endpoint, unique: false },
  computeCluster: {
    abbreviation: "",
    pattern: /^(?!.*-\d+$)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    allowed:
      "3 to 24 letters, digits and dashes, a letter first, no dash last, and no dash before digits at the end",
    max: 24,
    separator: "-",
    unique: false,
  },
  datastore: {
    abbreviation: "",
    pattern: /^[a-z0-9_]{1,255}$/,
    allowed: "1 to 255 lower-case letters, digits and _",
    max: 255,
    separator: "-",
    unique: false,
  },
  blobContainer: {
    abbreviation: "",
    pattern: /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    allowed: "3 to 63 lower-case letters, digits and single dashes, no dash first or last",
    max: 63,
    separator: "-",
    unique: false,
  },
  assetVersion: {
    abbreviation: "",
    pattern: /^[a-zA-Z0-9][\w-]{0,254}$/,
    allowed: "1 to 255 letters, digits, - and _, a letter or digit first",
    max: 255,
    separator: "-",
    unique: false,
  },
} as const satisfies Record<string, NameRule>;

export type Named = keyof typeof nameRules;

/** What is wrong with a whole name, in words; nothing if Azure takes it. */
export function nameProblem(kind: Named, name: string): string | undefined {
  const { pattern, allowed } = nameRules[kind];
  return pattern.test(name) ? undefined : `is not a name that Azure takes: ${allowed}`;
}

/** Fewest characters that shortening leaves of each part, in the order of sacrifice. */
const keep = [
  ["workload", 2],
  ["stage", 2],
  ["purpose", 3],
] as const;

export interface NamePlan {
  /** The name up to the suffix. */
  readonly stem: string;
  /** The whole name, from the stage's suffix. */
  readonly withSuffix: (suffix: string) => string;
  /** Whether {@link withSuffix} uses the suffix. */
  readonly unique: boolean;
}

/**
 * The name of a resource that the stage makes once, or once for each `purpose`.
 * @throws RangeError if even the shortened name is too long; nothing that passes the stage's configuration gets there.
 */
export function planName(kind: Named, naming: Naming, purpose = ""): NamePlan {
  const rule: NameRule = nameRules[kind];
  const clean = (text: string) => (rule.separator === "" ? text.replaceAll(/[^a-z0-9]/gi, "") : text);
  const parts = {
    workload: clean(naming.workload),
    stage: clean(naming.stage),
    purpose: clean(purpose),
  };
  const join = () =>
    [rule.abbreviation, parts.workload, parts.stage, parts.purpose]
      .filter((part) => part !== "")
      .join(rule.separator);
  const room = rule.max - (rule.unique ? SUFFIX_LENGTH + rule.separator.length : 0);
  for (const [part, least] of keep) {
    const excess = join().length - room;
    if (excess <= 0) break;
    parts[part] = parts[part].slice(0, Math.max(least, parts[part].length - excess)).replace(/-+$/, "");
  }
  const stem = join();
  if (stem.length > room)
    throw new RangeError(`${kind} name "${stem}" is ${stem.length - room} characters too long`);
  return suffixed(rule, stem);
}

/** The name of something that its author named, made unique where Azure wants it. Never shortened: see {@link givenProblem}. */
export const planGiven = (kind: Named, name: string): NamePlan => suffixed(nameRules[kind], name);

/** What is wrong with a name that its author gave, its suffix included; nothing if Azure takes it. */
export function givenProblem(kind: Named, name: string): string | undefined {
  const rule: NameRule = nameRules[kind];
  const whole = planGiven(kind, name).withSuffix("x".repeat(SUFFIX_LENGTH));
  const excess = whole.length - rule.max;
  if (rule.unique && excess > 0)
    return `is ${excess} characters too long: ${rule.allowed}, of which "-" and a unique suffix take ${SUFFIX_LENGTH + 1}`;
  return nameProblem(kind, whole);
}

const suffixed = (rule: NameRule, stem: string): NamePlan => ({
  stem,
  withSuffix: (suffix) => (rule.unique ? `${stem}${rule.separator}${suffix}` : stem),
  unique: rule.unique,
});
