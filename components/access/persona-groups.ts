import * as pulumi from "@pulumi/pulumi";
import { Group } from "@pulumi/azuread";
import { token, within } from "../component.ts";
import { planName } from "../names.ts";
import type { Naming } from "../names.ts";

/** The people of a stage. What each may do: `role-table.ts`. */
export const personas = ["dataScientists", "mlEngineers", "computeOperators", "readers"] as const;
export type Persona = (typeof personas)[number];

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
  /** Object ids. */
  readonly groupIds: Readonly<Partial<Record<Persona, pulumi.Output<string>>>>;

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
      wish === "create" ? group(persona) : pulumi.output(wish);

    this.groupIds = Object.fromEntries(
      personas.flatMap((persona) => {
        const wish = args.personas[persona];
        return wish === undefined ? [] : [[persona, idOf(persona, wish)]];
      }),
    );
    this.registerOutputs({ groupIds: this.groupIds });
  }
}

const descriptions: Record<Persona, string> = {
  dataScientists: "Train, register and deploy models in the workspace",
  mlEngineers: "Release and operate models in the workspace",
  computeOperators: "Create, start and stop the workspace's compute",
  readers: "See everything in the workspace, change nothing",
};
