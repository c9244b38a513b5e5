/** How a component is made in each scenario. */
import type * as pulumi from "@pulumi/pulumi";
import type { World } from "./world.ts";

export const scenarios = ["defaults", "max", "hardened"] as const;
export type Scenario = (typeof scenarios)[number];

type Make = (name: string, world: World, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** A class and its arguments in each scenario; the logical name tells two of one scenario apart. */
export const of =
  <Args>(
    Component: new (
      name: string,
      args: Args,
      opts?: pulumi.ComponentResourceOptions,
    ) => pulumi.ComponentResource,
  ) =>
  (args: Readonly<Record<Scenario, (world: World) => Args>>): Readonly<Record<Scenario, Make>> => {
    const make = (scenario: Scenario): Make => {
      return (name, world, opts) => new Component(name, args[scenario](world), opts);
    };
    return { defaults: make("defaults"), max: make("max"), hardened: make("hardened") };
  };

/** By type token. */
export type Catalogue = Readonly<Record<string, Readonly<Record<Scenario, Make>>>>;
