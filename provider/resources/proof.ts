/** What is found out about a candidate while one map is live: its answers, and the figures that the gates compare. */
import { callersFigures, MINUTE } from "../azure/metrics.ts";
import type { Scored } from "../azure/scoring.ts";
import { comparesWithStable, figuresOf, judge } from "../release-gates.ts";
import type { Figures, Gates, Measured, Sample, SchemaProblem, Verdict } from "../release-gates.ts";
import { receivers, weightOf } from "../traffic-plan.ts";
import type { Traffic, Weights } from "../traffic-plan.ts";
import type { Run } from "./resource.ts";

type Score = (body: string) => Promise<Scored>;

export interface Subject {
  /** ARM id of the endpoint. */
  readonly id: string;
  readonly candidate: string;
  readonly stable: Weights | undefined;
  readonly gates: Gates;
  readonly unfit: SchemaProblem;
  /** Asks a deployment itself. */
  readonly scoreOf: (deployment: string) => Score;
}

export interface Proof {
  readonly samples: number;
  verdict(): Verdict;
  /** Finds out a little more: one request to each side, or the callers' minutes since the last look. */
  look(run: Run): Promise<void>;
}

/** The deployment that stands for the stable map: the one with most of it. */
const foremost = (stable: Weights): string =>
  Object.entries(stable).reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];

/** Begins anew with every map, as what is measured is what a candidate does at that weight. */
export function proofOf(subject: Subject, live: Traffic, run: Run): Proof {
  const { id, candidate, stable, gates, unfit, scoreOf } = subject;
  const compares = comparesWithStable(gates) && stable !== undefined;
  // Without requests of callers there is nothing that Azure Monitor could tell.
  const isCalled = receivers(live).some((name) => name.toLowerCase() === candidate.toLowerCase());
  const monitored = gates.measure === "azureMonitor" && isCalled;
  const begin = Math.ceil(run.now() / MINUTE) * MINUTE;
  const samples: Sample[] = [];
  const beside: Sample[] = [];
  let measured: Measured = { candidate: { count: 0, errors: 0 } };
  let looked = -Infinity;

  const ask = async (score: Score, into: Sample[]) => {
    const smoke = into.length % gates.smoke.length;
    into.push({ smoke, ...(await score(gates.smoke[smoke]!.request)) });
  };
  const callers = (deployments: readonly string[], to: number): Promise<Figures> =>
    callersFigures(
      { endpointId: id, deployments, from: begin, to, percentile: gates.latency?.percentile },
      run,
    );

  return {
    get samples() {
      return samples.length;
    },
    verdict: () =>
      judge(gates, samples, {
        unfit,
        measured: monitored
          ? measured
          : {
              candidate: figuresOf(gates, samples, unfit),
              ...(compares && { stable: figuresOf(gates, beside, unfit) }),
            },
      }),
    async look() {
      if (!monitored || samples.length < gates.smoke.length) await ask(scoreOf(candidate), samples);
      if (!monitored && compares) await ask(scoreOf(foremost(stable)), beside);
      if (!monitored || performance.now() - looked < run.pace.metrics) return;
      looked = performance.now();
      const to = Math.floor(run.now() / MINUTE) * MINUTE;
      const others = Object.keys(stable ?? {}).filter((name) => weightOf(live.traffic, name) > 0);
      const [mine, theirs] = await Promise.all([
        callers([candidate], to),
        // At all traffic there is nobody beside the candidate any more.
        compares && others.length > 0 ? callers(others, to) : undefined,
      ]);
      measured = { candidate: mine, ...(theirs && { stable: theirs }) };
    },
  };
}
