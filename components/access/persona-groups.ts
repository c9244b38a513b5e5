import * as pulumi from "@pulumi/pulumi";
import { getGroupOutput, Group } from "@pulumi/azuread";
import { token, within } from "../component.ts";
import { planName } from "../names.ts";
import type { Naming } from "../names.ts";
import type { Principal } from "./role-assignments.ts";
import type { Persona } from "./role-table.ts";

export interface PersonaGroupsArgs {
  readonly naming: Naming;
  /** `create` makes an empty Entra group; anything else is the object id of a group that exists. */
  readonly personas: Readonly<Partial<Record<Persona, string>>>;
}

/**
 * One Entra security group for each persona: roles go to groups, people come and go in them.
 * Making groups takes the directory role *Groups Administrator*, or `Group.Create` for an application.
 */
export class PersonaGroups extends pulumi.ComponentResource {
  /** For role assignments; only of the personas that were asked for. */
  readonly principals: Readonly<Partial<Record<Persona, Principal>>>;

  constructor(name: string, args: PersonaGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(token("access", "PersonaGroups"), name, args, opts);
    const group = (persona: Persona) =>
      new Group(
        `${name}-${persona}`,
        {
          displayName: planName("group", args.naming, persona).stem,
          description: descriptions[persona],
          securityEnabled: true,
          preventDuplicateNames: true,
        },
        within(this, opts),
      ).objectId;
    const idOf = (persona: Persona, wish: string) =>
      wish === "create"
        ? group(persona)
        : // Asked for in the preview too: a group that is not there would be found out by the first role alone.
          getGroupOutput({ objectId: wish }, { parent: this }).apply(() => wish);

    const wishes = Object.entries(args.personas) as [Persona, string | undefined][];
    this.principals = Object.fromEntries(
      wishes.flatMap(([persona, wish]) =>
        wish === undefined ? [] : [[persona, { id: idOf(persona, wish), type: "Group" as const }]],
      ),
    );
    this.registerOutputs({});
  }
}

const descriptions: Record<Persona, string> = {
  dataScientists: "Train, register and deploy models in the workspace",
  mlEngineers: "Release and operate models in the workspace",
  computeOperators: "Create, start and stop the workspace's compute",
  readers: "See everything in the workspace, change nothing",
};
