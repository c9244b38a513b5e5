/** How far a resource can be reached. Pure. */

/** Azure's words for it, which services put into two different properties. */
export interface Exposure {
  readonly publicNetworkAccess: "Enabled" | "Disabled";
  /** Of the firewall: what happens to callers that no rule names. */
  readonly defaultAction: "Allow" | "Deny";
}

/**
 * Closed, a resource answers private endpoints and trusted Azure services only. Open, it answers any caller on the
 * Internet that signs in with Microsoft Entra and holds a role. Never left out: what is absent counts as open in Azure.
 */
export const exposure = (open: boolean): Exposure =>
  open
    ? { publicNetworkAccess: "Enabled", defaultAction: "Allow" }
    : { publicNetworkAccess: "Disabled", defaultAction: "Deny" };
