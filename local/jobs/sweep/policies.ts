/**
 * Which trials an early termination policy stops. Pure. A trial's reports of the primary metric are its intervals:
 * the n-th report is interval n. Policies are defined as Azure ML's "Hyperparameter tuning" defines them.
 */
import type { TerminationPolicy } from "../../contracts-jobs.ts";

export interface TrialHistory {
  readonly trial: string;
  /** Reports of the primary metric, oldest first. */
  readonly reports: readonly number[];
  readonly finished: boolean;
}

export type Goal = "minimize" | "maximize";

const better = (goal: Goal, one: number, other: number) => (goal === "maximize" ? one > other : one < other);
export const bestOf = (goal: Goal, values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : goal === "maximize" ? Math.max(...values) : Math.min(...values);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

interface At {
  readonly policy: TerminationPolicy;
  readonly goal: Goal;
  readonly interval: number;
  readonly own: TrialHistory;
  /** Those that reported this interval, its own among them. */
  readonly reached: readonly TrialHistory[];
}
const bestAt = ({ goal, interval }: Pick<At, "goal" | "interval">, { reports }: TrialHistory) =>
  bestOf(goal, reports.slice(0, interval))!;

/** Whether the trial is stopped at an interval. */
const STOPS: Readonly<Record<TerminationPolicy["type"], (at: At) => boolean>> = {
  /** Its best is further from the best of all than the slack allows. */
  bandit(at) {
    const { policy, goal, own, reached } = at;
    const best = bestOf(
      goal,
      reached.map((one) => bestAt(at, one)),
    )!;
    const { slackFactor = 0, slackAmount = 0 } = policy;
    // best / (1 + factor), best · (1 + factor): as shares of the best, so that they hold below zero too.
    const share = goal === "maximize" ? slackFactor / (1 + slackFactor) : slackFactor;
    const slack = slackFactor > 0 ? Math.abs(best) * share : slackAmount;
    return better(goal, goal === "maximize" ? best - slack : best + slack, bestAt(at, own));
  },
  /** Its best is worse than the median of the running averages of all. */
  median(at) {
    const averages = at.reached.map(({ reports }) => mean(reports.slice(0, at.interval)));
    return better(at.goal, median(averages), bestAt(at, at.own));
  },
  /** It is among the given share of the worst; of equals the later one is worse. */
  truncation(at) {
    const { policy, goal, own, reached } = at;
    const compared = policy.excludeFinishedJobs ? reached.filter(({ finished }) => !finished) : reached;
    const worst = compared
      .map((one, place) => ({ one, place, value: bestAt(at, one) }))
      .toSorted((a, b) => (a.value === b.value ? b.place - a.place : better(goal, a.value, b.value) ? 1 : -1))
      .slice(0, Math.floor((compared.length * (policy.truncationPercentage ?? 0)) / 100));
    return worst.some(({ one }) => one === own);
  },
};

/** Whether a policy looks at an interval. */
const isDue = ({ evaluationInterval, delayEvaluation }: TerminationPolicy, interval: number) =>
  interval >= Math.max(1, delayEvaluation) && interval % Math.max(1, evaluationInterval) === 0;

/**
 * The running trials that the policy stops, and at which interval. `judged` has the intervals at which each was looked at
 * before: a trial that the policy let go on at an interval is not asked about it again.
 */
export function stoppedTrials(
  policy: TerminationPolicy,
  goal: Goal,
  trials: readonly TrialHistory[],
  judged: Readonly<Record<string, number>> = {},
): { readonly trial: string; readonly interval: number }[] {
  return trials.flatMap((own) => {
    if (own.finished) return [];
    for (let interval = (judged[own.trial] ?? 0) + 1; interval <= own.reports.length; interval++) {
      if (!isDue(policy, interval)) continue;
      const reached = trials.filter(({ reports }) => reports.length >= interval);
      if (STOPS[policy.type]({ policy, goal, interval, own, reached }))
        return [{ trial: own.trial, interval }];
    }
    return [];
  });
}
