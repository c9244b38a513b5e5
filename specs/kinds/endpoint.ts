/** What online and batch endpoints share. */
import { z } from "zod";
import { common, identity, keys, names, readOnly, strings, text } from "../fields.ts";
import type { ArmIdentity } from "../arm.ts";
import type { IdentitySpec } from "../types.ts";

export const endpointFields = {
  ...common,
  // A placeholder the client takes in other names.
  name: z
    .string()
    .regex(/^(?!<|\{\{)/, "3 to 32 letters, digits and single dashes, a letter first, no dash last")
    .optional(),
  properties: strings.optional(),
  location: text.optional(),
  identity: identity.optional(),
  id: readOnly,
  provisioning_state: readOnly,
  scoring_uri: readOnly,
  openapi_uri: readOnly,
  kind: readOnly,
};

/** For inline use where a mapping has just a deployment's name. */
export const deploymentName = keys({ deployment_name: names.endpoint });

const IDENTITY_TYPES = {
  system_assigned: "SystemAssigned",
  user_assigned: "UserAssigned",
  none: "None",
  "system_assigned,user_assigned": "SystemAssigned,UserAssigned",
} as const;

export const armIdentity = (identity: IdentitySpec): ArmIdentity => ({
  type: IDENTITY_TYPES[identity.type],
  ...(identity.user_assigned_identities.length > 0 && {
    userAssignedIdentities: Object.fromEntries(identity.user_assigned_identities.map((id) => [id, {}])),
  }),
});
