/** Microsoft.ManagedIdentity: user-assigned identities and their federated credentials. */
import { guidOf, USER_ASSIGNED } from "../identities.ts";
import type { ProviderTable } from "../table.ts";
import { nameRule } from "./modes.ts";

export const managedidentity: ProviderTable = {
  types: [
    {
      type: USER_ASSIGNED,
      tracked: true,
      stateless: true,
      name: nameRule(
        /^[a-zA-Z0-9][-\w]{2,127}$/,
        "3 to 128 letters, digits, - and _, a letter or digit first",
      ),
      computed: ({ cloud, key, salt }) => ({
        properties: {
          tenantId: cloud.identity.tenantId,
          principalId: guidOf(`principal ${key} ${salt}`),
          clientId: guidOf(`client ${key} ${salt}`),
        },
      }),
    },
    {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
      stateless: true,
      name: nameRule(/^[a-zA-Z0-9][-\w]{2,119}$/, "3 to 120 letters, digits, - and _"),
      required: ["properties.issuer", "properties.subject", "properties.audiences"],
    },
  ],
};
