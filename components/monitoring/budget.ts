import * as pulumi from "@pulumi/pulumi";
import * as consumption from "@pulumi/azure-native/consumption/index.js";
import { nameOf, token, within } from "../component.ts";
import type { Placement } from "../component.ts";

export interface BudgetArgs {
  readonly placement: Placement;
  /** ARM id of what is paid for. */
  readonly resourceGroupId: pulumi.Input<string>;
  /** A month, in the currency of the subscription. */
  readonly amount: number;
  /** Percent of the amount at which people are told. @default 50, 80, 100 */
  readonly thresholds?: readonly number[];
  /** Percent that the month is forecast to reach at which people are told. @default 100 */
  readonly forecastThreshold?: number;
  /** Who is told, besides the owners of the subscription. */
  readonly emails: readonly string[];
  /** The first day of the month in which it is made, as `2026-01-01T00:00:00Z`. What it was at first, it stays. */
  readonly startDate: string;
}

/** What a stage may cost, and who is told when it nears that. Azure stops nothing. */
export class Budget extends pulumi.ComponentResource {
  constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("monitoring", "Budget"), name, args, opts);
    const { placement, amount, emails, thresholds = [50, 80, 100], forecastThreshold = 100 } = args;
    const notification = (threshold: number, thresholdType: "Actual" | "Forecasted") => ({
      enabled: true,
      operator: "GreaterThanOrEqualTo",
      threshold,
      thresholdType,
      contactEmails: [...emails],
      contactRoles: ["Owner"],
    });

    new consumption.Budget(
      name,
      {
        budgetName: nameOf(placement, "budget"),
        scope: args.resourceGroupId,
        category: "Cost",
        amount,
        timeGrain: "Monthly",
        timePeriod: { startDate: args.startDate },
        notifications: {
          ...Object.fromEntries(
            thresholds.map((percent) => [`actual-${percent}`, notification(percent, "Actual")]),
          ),
          [`forecast-${forecastThreshold}`]: notification(forecastThreshold, "Forecasted"),
        },
      },
      pulumi.mergeOptions(within(this, opts), { ignoreChanges: ["timePeriod"] }),
    );
    this.registerOutputs({});
  }
}

/** The first day of a date's month, as budgets begin. */
export const firstOfMonth = (date: Date): string =>
  `${date.toISOString().slice(0, "2026-01".length)}-01T00:00:00Z`;
