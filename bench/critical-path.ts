/** The longest chain of steps that the flow of data forces, whatever else could run beside it. Pure. */

export interface Step {
  readonly urn: string;
  /** Of the step alone. */
  readonly seconds: number;
  /** URNs that must be done before. */
  readonly after: readonly string[];
}

/** Seconds. @throws on a cycle, which a state cannot have */
export function longestChain(steps: readonly Step[]): number {
  const byUrn = new Map(steps.map((step) => [step.urn, step]));
  const ends = new Map<string, number | "under way">();
  const endOf = (urn: string): number => {
    const step = byUrn.get(urn);
    if (!step) return 0;
    const known = ends.get(urn);
    if (known === "under way") throw new Error(`${urn} waits for itself`);
    if (known !== undefined) return known;
    ends.set(urn, "under way");
    const end = Math.max(0, ...step.after.map(endOf)) + step.seconds;
    ends.set(urn, end);
    return end;
  };
  return Math.max(0, ...steps.map(({ urn }) => endOf(urn)));
}
