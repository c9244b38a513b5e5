/** What a workspace's managed network lets out, as its author says it and as Azure takes it. Pure but for types. */
import type { Input } from "@pulumi/pulumi";
import type { machinelearningservices as inputs } from "@pulumi/azure-native/types/input.js";

export type OutboundRule =
  /** A host by its name, with subdomains after `*.`. Brings a firewall, which costs money by the hour. */
  | { readonly kind: "fqdn"; readonly destination: string }
  /** A resource, by a private endpoint that Azure makes and keeps. */
  | {
      readonly kind: "private-endpoint";
      readonly resourceId: Input<string>;
      /** Azure's word for the part of the resource, like `blob` or `vault`. */
      readonly part: string;
      /** Whether Spark jobs reach it too. @default false */
      readonly spark?: boolean;
    }
  /** Addresses of an Azure service. */
  | {
      readonly kind: "service-tag";
      readonly tag: string;
      /** @default "TCP" */
      readonly protocol?: "TCP" | "UDP" | "ICMP" | "*";
      /** Like `443` or `443,8000-8100`. */
      readonly ports: string;
    };

type ArmRule =
  inputs.FqdnOutboundRuleArgs | inputs.PrivateEndpointOutboundRuleArgs | inputs.ServiceTagOutboundRuleArgs;

/** Said, so that what Azure adds to it is no change. */
const own = { category: "UserDefined" } as const;

export function armRule(rule: OutboundRule): ArmRule {
  switch (rule.kind) {
    case "fqdn":
      return { type: "FQDN", ...own, destination: rule.destination };
    case "private-endpoint":
      return {
        type: "PrivateEndpoint",
        ...own,
        destination: {
          serviceResourceId: rule.resourceId,
          subresourceTarget: rule.part,
          sparkEnabled: rule.spark ?? false,
        },
      };
    case "service-tag":
      return {
        type: "ServiceTag",
        ...own,
        destination: { serviceTag: rule.tag, protocol: rule.protocol ?? "TCP", portRanges: rule.ports },
      };
  }
}

/** What is wrong with rules under an isolation; in words, by the rule's name. */
export function outboundProblems(
  isolation: "none" | "internet-outbound" | "approved-outbound",
  rules: Readonly<Record<string, Pick<OutboundRule, "kind">>>,
): Readonly<Record<string, string>> {
  const wrong = Object.entries(rules).flatMap(([name, { kind }]) => {
    if (isolation === "none")
      return [
        [name, "needs a managed network: allowed with isolation internet-outbound or approved-outbound"],
      ];
    return kind === "fqdn" && isolation !== "approved-outbound"
      ? [
          [
            name,
            `is of kind fqdn, which isolation ${isolation} cannot have: allowed with approved-outbound, or kinds private-endpoint and service-tag`,
          ],
        ]
      : [];
  });
  return Object.fromEntries(wrong) as Record<string, string>;
}
