/** What the name of a stack says of the stage that it is, or is part of. Pure. */

/** All of a stage, or the half of it that others build on, or the half that builds on that. */
export const stackParts = ["whole", "platform", "workloads"] as const;
export type StackPart = (typeof stackParts)[number];

/** `prod` is the whole stage prod; `prod-platform` and `prod-workloads` are its two halves. */
export function readStackName(name: string): { readonly stage: string; readonly part: StackPart } {
  const [, stage, part] = /^(.+)-(platform|workloads)$/.exec(name) ?? [];
  return stage === undefined ? { stage: name, part: "whole" } : { stage, part: part as StackPart };
}

/** Keys of a stage file that are about the platform, and those that are about workloads; what neither names is of both. */
const OF_WORKLOADS = ["workloads", "releases", "endpoints"];
const OF_BOTH = ["preset", "stack", "prices"];

/**
 * Keys that stand in the file of the wrong half.
 * @returns by key, where it belongs.
 */
export function misplacedKeys(part: StackPart, keys: readonly string[]): Readonly<Record<string, string>> {
  if (part === "whole") return {};
  const home = (key: string): StackPart => (OF_WORKLOADS.includes(key) ? "workloads" : "platform");
  const wrong = keys.filter((key) => !OF_BOTH.includes(key) && home(key) !== part);
  return Object.fromEntries(wrong.map((key) => [key, home(key)]));
}

/** What a platform tells its workloads of its settings: all that is not theirs to say. */
export const platformSettings = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).filter(([key]) => !OF_WORKLOADS.includes(key) && key !== "stack"),
  );
